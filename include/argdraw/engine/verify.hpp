// verify — drafted tokens against the rows of the model that they are meant for: which of them stay, and what comes after.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/float_environment.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/engine/acceptance.hpp>
#include <argdraw/engine/draft.hpp>
#include <argdraw/engine/rows.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/sampler/sampler.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// How drafted tokens are verified.
enum class acceptance : std::uint8_t {
    /// The ordinary draw at each position, with its ordinary words: a drafted token stays while it is the one drawn. The text is that of
    /// plain decoding, bit for bit, with every pipeline.
    match,
    /// A chain only: each token stays with probability min(1, p / q), and the first that does not is replaced. The law is that of plain
    /// decoding.
    ratio,
    /// Chains and trees: the subtrees are weighed against each other; on a chain it is block verification. The law is that of plain
    /// decoding, and on the average more tokens stay than by ratio.
    traversal,
};

/// What a verification ended with. A view of the verifier, until its next call.
struct verified {
    std::span<const std::int32_t> path;  ///< the nodes that stay, from the root on; the sequence has accepted their tokens
    drawn token;                         ///< what comes after them: pending in the sequence, for the caller to accept. On failure: why
    std::size_t rows = 0;                ///< how many rows were looked at

    explicit operator bool() const noexcept { return static_cast<bool>(token); }
};

/// Verifies drafts, and keeps the memory for it from call to call: one for each thread that verifies.
///
///     verifier verify;
///     // rows[0] is the one after the text, rows[i + 1] that after node i
///     const verified step = verify(acceptance::traversal, pick, rows, proposed, seq);
///     emit(proposed, step.path);
///     if (step) emit(step.token.id), seq.accept(step.token.id);
///
/// Every stage acts at each node with the history of that node. The sequence moves by accept() alone, along the path that stays. Where a
/// row fails, `match` keeps what it had and says so, as plain decoding would have; the other rules leave the sequence as it was. Costs a
/// draw for each row that is looked at, and beside that the size of the final sets.
///
/// bad_parameter: a draft that is none, or contradicts itself (a token that has no probability in the law it was drawn from); for the rules
/// other than match a pipeline whose stages or draw learn from their own tokens, for then the law of a position is not its row's alone;
/// `ratio` for a tree; and a draft drawn under the target's own words.
class verifier {
public:
    template <class... S, class Rows>
    verified operator()(acceptance rule, const sampler<S...>& pick, const Rows& rows, const draft& given, sequence<S...>& seq) noexcept {
        const detail::workspace_lease lease;
        if (!lease.get()) return failed(status::out_of_memory);
        return (*this)(rule, pick, rows, given, seq, *lease.get());
    }
    template <class... S, class Rows>
    verified operator()(acceptance rule, const sampler<S...>& pick, const Rows& rows, const draft& given, sequence<S...>& seq,
                        workspace& space) noexcept {
        if (const status why = read(given, rows, seq); why != status::ok) return failed(why);
        if (rule == acceptance::match) return match(pick, rows, seq, space);
        if (pick.learns() || knows_the_words(given, seq) || (rule == acceptance::ratio && !tree_.is_chain()))
            return failed(status::bad_parameter);
        return judged(pick, rows, seq, space, [&](auto& world) {
            if (rule == acceptance::ratio) return detail::by_ratio(world, given, tree_, laws_[0]);
            return detail::by_traversal(world, given, tree_, laws_, visits_);
        });
    }

    /// Not lossless: keeps the longest path of tokens that the target finds typical, p > min(epsilon, delta e^-H). Then an ordinary draw.
    template <class... S, class Rows>
    verified typical(double epsilon, double delta, const sampler<S...>& pick, const Rows& rows, const draft& given,
                     sequence<S...>& seq) noexcept {
        const detail::workspace_lease lease;
        if (!lease.get()) return failed(status::out_of_memory);
        return typical(epsilon, delta, pick, rows, given, seq, *lease.get());
    }
    template <class... S, class Rows>
    verified typical(double epsilon, double delta, const sampler<S...>& pick, const Rows& rows, const draft& given, sequence<S...>& seq,
                     workspace& space) noexcept {
        if (const status why = read(given, rows, seq); why != status::ok) return failed(why);
        if (!(epsilon >= 0) || !(delta >= 0) || pick.learns()) return failed(status::bad_parameter);
        target<sampler<S...>, Rows, sequence<S...>> here{tree_, pick, rows, seq, space};
        const detail::accepted end = decided(here, [&] { return detail::by_typicality(here, tree_, laws_[0], epsilon, delta, waiting_); });
        read_path(end.node);
        for (const std::int32_t node : path_)
            if (here.why() == status::ok) here.enter(node);
        drawn token{.why = here.why()};
        if (here.why() == status::ok) token = pick(rows[static_cast<std::size_t>(end.node + 1)], seq, space);
        if (!token) return here.undone(token.why);
        return {path_, token, here.rows() + 1};
    }

private:
    static verified failed(status why) noexcept { return {.path = {}, .token = {.why = why}}; }

    template <class Rows, class Sequence>
    status read(const draft& given, const Rows& rows, const Sequence& seq) noexcept {
        if (!seq) return seq.why();
        if (!detail::has_row(rows, given.tokens.size())) return status::bad_parameter;
        ARGDRAW_TRY {
            path_.clear();
            path_.reserve(given.tokens.size());
            if (laws_.empty()) laws_.emplace_back();
            return tree_.read(given) ? status::ok : status::bad_parameter;
        }
        ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
    }

    template <class Sequence>
    static bool knows_the_words(const draft& given, const Sequence& seq) noexcept {
        return given.random && given.random->seed == seq.random().seed && given.random->sequence == seq.random().sequence;
    }

    template <class Pick, class Rows, class Sequence>
    verified match(const Pick& pick, const Rows& rows, Sequence& seq, workspace& space) noexcept {
        verified result;
        for (std::int32_t at = -1;;) {
            result.token = pick(rows[static_cast<std::size_t>(at + 1)], seq, space);
            ++result.rows;
            const std::int32_t child = result.token ? tree_.child_with(at, result.token.id) : detail::draft_tree::none;
            if (child == detail::draft_tree::none) break;
            if (const status why = seq.accept(result.token.id); why != status::ok) {
                result.token = {.why = why};
                break;
            }
            path_.push_back(child);
            at = child;
        }
        result.path = path_;
        return result;
    }

    // By a rule over laws: the path and the token that it decides for, or the sequence as it was.
    template <class Pick, class Rows, class Sequence, class Rule>
    verified judged(const Pick& pick, const Rows& rows, Sequence& seq, workspace& space, Rule rule) noexcept {
        target<Pick, Rows, Sequence> here{tree_, pick, rows, seq, space};
        const detail::accepted end = decided(here, [&] { return rule(here); });
        if (here.why() != status::ok) return here.undone(here.why());
        if (end.token < 0) return here.undone(status::bad_parameter);
        read_path(end.node);
        here.drew(end.token);
        return {path_, {end.token, here.log_probability(), status::ok}, here.rows()};
    }

    template <class World, class Rule>
    static detail::accepted decided(World& here, Rule rule) noexcept {
        return under_default_rounding([&] {
            ARGDRAW_TRY { return rule(); }
            ARGDRAW_CATCH(std::bad_alloc) { here.fail(status::out_of_memory); }
            return detail::accepted{};
        });
    }

    void read_path(std::int32_t node) noexcept {  // there is room for every node
        for (; node != -1; node = tree_.parent(node)) path_.push_back(node);
        std::reverse(path_.begin(), path_.end());
    }

    // What the rules ask, of a sampler, rows and a sequence. Words are those of the root's position and attempt: an acceptance has the
    // number of its node, a choice that of its row.
    template <class Pick, class Rows, class Sequence>
    class target {
    public:
        target(const detail::draft_tree& tree, const Pick& pick, const Rows& rows, Sequence& seq, workspace& space) noexcept
            : tree_{tree}, pick_{pick}, rows_{rows}, seq_{seq}, space_{space}, random_{seq.random()}, before_{seq.drawn_here()} {}

        bool law(std::int32_t node, detail::working_law& out) {
            out.clear();
            ++looked_at_;
            width_ = static_cast<std::size_t>(rows_[static_cast<std::size_t>(node + 1)].size());
            return went_well(pick_.final_set(
                rows_[static_cast<std::size_t>(node + 1)], [&](auto& c) { detail::read_law(c, out.ids, out.weights); }, seq_, space_));
        }
        bool enter(std::int32_t node) noexcept {
            if (!went_well(seq_.accept(tree_.token(node)))) return false;
            ++depth_;
            return true;
        }
        void leave() noexcept {
            if (went_well(seq_.rollback(1))) --depth_;
        }
        bool accept(std::int32_t node, double part, double whole) const noexcept {
            return numeric::product(unit(word(purpose::acceptance, node)), whole) < part;
        }
        token_id choose(std::int32_t node, detail::working_law& p) {
            const std::size_t n = p.weights.size();
            p.ends.resize(n);
            double running = 0;
            for (std::size_t i = 0; i < n; ++i) p.ends[i] = running += p.weights[i];
            const double u = unit(word(purpose::residual, node + 1));
            const std::size_t chosen = detail::find_block(u, p.weights.data(), p.ends.data(), n).block;
            if (chosen == n) return -1;
            log_probability_ = (std::min)(0.0, numeric::log(p.before.empty() ? p.weights[chosen] : p.before[chosen]));
            return p.ids[chosen];
        }

        status why() const noexcept { return why_; }
        std::size_t rows() const noexcept { return looked_at_; }
        float log_probability() const noexcept { return static_cast<float>(log_probability_); }
        void fail(status why) noexcept {
            if (why_ == status::ok) why_ = why;
        }
        // The sequence goes back to the root.
        verified undone(status why) noexcept {
            seq_.rollback(depth_);
            seq_.forget_draws_since(before_);
            return {.path = {}, .token = {.why = why}, .rows = looked_at_};
        }

        // What a draw leaves behind.
        void drew(token_id id) noexcept { seq_.drew(id, width_); }

    private:
        bool went_well(status why) noexcept {
            fail(why);
            return why == status::ok;
        }
        std::uint64_t word(purpose what, std::int32_t number) const noexcept {
            const auto use = static_cast<std::uint32_t>(number);
            return before_.attempt == 0 ? random_.word(what, use) : random_.word_beyond(what, use, before_.attempt);
        }

        const detail::draft_tree& tree_;
        const Pick& pick_;
        const Rows& rows_;
        Sequence& seq_;
        workspace& space_;
        philox random_;
        typename Sequence::draws before_;
        std::size_t depth_ = 0, looked_at_ = 0, width_ = 0;
        double log_probability_ = 0;
        status why_ = status::ok;
    };

    detail::draft_tree tree_;
    std::vector<detail::working_law> laws_;
    std::vector<detail::tree_visit> visits_;
    std::vector<detail::tree_stop> waiting_;
    std::vector<std::int32_t> path_;
};

}  // namespace argdraw
