// The library against the reference: pipelines of any stages in any order, with a history, built at run time.
//
// Exact arithmetic is the judge. What may differ from it is fixed beforehand and counted:
//   rulings        a comparison inside its band may fall on either side. Which one it was is asked of the library, by looking at what its
//                  pipeline up to there leaves; the reference goes on with the same set if the ruling allows it.
//   order          tokens that only rounding to a double tells apart may stand in either order where a stage goes by order (skew)
//   probabilities  5e-7 relative, and what the tokens' logits may stray where logits are doubles: `error` of the reference's tokens, which
//                  grows where a stage multiplies it. Laws that needed more than the 5e-7 are counted.
// Everything else is a failure: shrunk, and printed with the seed and the index that bring it back.

#include "catch.hpp"

#include "any_cases.hpp"
#include "any_library.hpp"
#include "chosen.hpp"
#include "scalars.hpp"
#include "wide_cases.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace reference;

#if defined(ARGDRAW_SMALL_BLOCKS)
constexpr bool small_blocks = true;
#else
constexpr bool small_blocks = false;
#endif

constexpr real probability_band = 5e-7L;  // relative, for probabilities of at least `faint`
constexpr real faint = 0x1p-60L;          // absolute, below it
constexpr real logprob_band = 1e-6L;

// What the library's candidates are in the middle of a pipeline.
struct glimpse {
    argdraw::status why = argdraw::status::ok;
    ids_of ids;
    std::vector<double> logits;
    ids_of order;

    real logit(token_id id) const {
        const auto at = std::lower_bound(ids.begin(), ids.end(), id);
        return at == ids.end() || *at != id ? -std::numeric_limits<real>::infinity()
                                            : real(logits[static_cast<std::size_t>(at - ids.begin())]);
    }
};

struct window {
    glimpse* onto = nullptr;

    bool neutral() const noexcept { return onto == nullptr; }

    template <argdraw::logit_scalar T>
    void operator()(argdraw::candidates<T>& c) const noexcept {
        onto->order.clear();
        for (const argdraw::place& each : c.leaders(c.size())) onto->order.push_back(each.id);
        const argdraw::living_tokens living = c.survivors();
        onto->why = c.why();
        onto->ids.assign(living.ids.begin(), living.ids.end());
        onto->logits.assign(living.logits.begin(), living.logits.end());
    }
};

struct one_case {
    const char* suite;
    std::uint64_t seed;
    std::size_t index;
    const char* kind;
    situation at;  // the coins belong to the seed below
    any_pipeline stages;
    argdraw::start_options start;
    std::size_t attempts = 0;
};

struct tally {
    std::size_t rows = 0;
    std::array<std::size_t, 4> statuses{};
    std::array<std::size_t, cases::stage_count> acted{};
    std::size_t rulings = 0;
    std::size_t close = 0;
    std::size_t other_side = 0;
    std::size_t other_order = 0;
    std::size_t beyond = 0;  // not compared: a stage met logits that no double holds
    std::size_t laws = 0;
    std::size_t relaxed = 0;
    real worst = 0;  // |p_lib / p - 1| of probabilities >= 2^-60, where nothing was relaxed
    real worst_logprob = 0;
    std::vector<std::string> failures;
    std::size_t failed = 0;
    std::size_t first_failed = 0;  // after so many cases
};

using verdict = std::optional<std::string>;

struct library_law {
    argdraw::status why;
    ids_of ids;
    std::vector<real> probabilities;
};

library_law plain(const argdraw::distribution_of_row& law) {
    return {law.why, {law.ids.begin(), law.ids.end()}, {law.probabilities.begin(), law.probabilities.end()}};
}

// How far the logarithm of each probability may be off: by its own logit's error, and by everybody's in the sum.
std::vector<real> allowances(const full_law& exact) {
    working_set s;
    for (std::size_t i = 0; i < exact.ids.size(); ++i) s.tokens.push_back({exact.ids[i], exact.logs[i], 0, exact.errors[i]});
    const real common = common_error(s);
    std::vector<real> allowed;
    for (const real each : exact.errors) allowed.push_back(each + common);
    return allowed;
}

struct difference {
    std::string what;  // empty where they agree
    real worst = 0;
    bool relaxed = false;
};

difference compare(const full_law& exact, const library_law& library) {
    std::ostringstream out;
    out << std::setprecision(12);
    if (exact.ids != library.ids) {
        ids_of missing;
        ids_of extra;
        std::set_difference(exact.ids.begin(), exact.ids.end(), library.ids.begin(), library.ids.end(), std::back_inserter(missing));
        std::set_difference(library.ids.begin(), library.ids.end(), exact.ids.begin(), exact.ids.end(), std::back_inserter(extra));
        out << "kept " << library.ids.size() << " instead of " << exact.ids.size() << ": missing " << cases::words::list(missing)
            << ", extra " << cases::words::list(extra);
        return {out.str()};
    }
    difference d;
    const std::vector<real> allowed = allowances(exact);
    for (std::size_t i = 0; i < exact.ids.size(); ++i) {
        const real p = exact.probabilities[i];
        const real q = library.probabilities[i];
        const real off = p >= faint ? std::abs(q / p - 1) : std::abs(q - p);
        const real strict = p >= faint ? probability_band : faint;
        const real excuse =
            p >= faint ? std::expm1(std::min(allowed[i], real(10000))) : std::exp(std::min(exact.logs[i] + allowed[i], real(0))) - p;
        if (off <= strict) {
            if (p >= faint) d.worst = std::max(d.worst, off);
        } else if (off <= strict + excuse) {
            d.relaxed = true;
        } else {
            out << "probability of " << exact.ids[i] << ": " << q << " instead of " << p << " (" << q / p - 1 << ", allowed " << allowed[i]
                << ")";
            return {out.str()};
        }
    }
    return d;
}

// The pipeline of one case in the library, and the reference's walk beside it.
template <class T, class Draw>
class pair {
public:
    pair(const one_case& about, std::span<const T> row, const Draw& draw)
        : about_(about),
          row_(row),
          draw_(draw),
          stages_(about.stages),
          at_(about.at),
          pick_(sampler_of(about.stages.size(), {})),
          seq_(begin()) {}

    // In the middle of a sequence; `shape` is what the draw does before it draws.
    pair(const one_case& about, std::span<const T> row, const Draw& draw, const any_pipeline& shape, std::span<const std::byte> under_way)
        : about_(about),
          row_(row),
          draw_(draw),
          stages_(about.stages),
          at_(about.at),
          pick_(sampler_of(about.stages.size(), {})),
          seq_(pick_.resume(under_way)) {
        stages_.insert(stages_.end(), shape.begin(), shape.end());
    }

    auto& sequence() { return seq_; }
    const auto& sampler() const { return pick_; }
    std::span<const T> row() const { return row_; }

    library_law law() { return plain(pick_.distribution(row_, seq_)); }

    // The reference, on the library's side of everything that is close.
    full_law beside(tally& t, const library_law& library, std::string& wrong) {
        std::vector<real> coins;
        for (std::uint32_t k = 0; k < stages_.size(); ++k)
            coins.push_back(uniform(seq_.random().word(argdraw::purpose::xtc, (k << 16) + seq_.attempt())));
        at_.coins = std::move(coins);

        std::size_t stage = 0;
        walk* walking = nullptr;
        const chooser choose = [&](std::size_t, const ruling& r) {
            ++t.rulings;
            if (!r.close()) return r.keep;
            ++t.close;
            const glimpse seen = stage < about_.stages.size() ? after(stage + 1) : glimpse{library.why, library.ids, {}, {}};
            members theirs = side_of(stage, r, *walking, seen);
            if (theirs.empty()) {
                if (wrong.empty())
                    wrong = "stage " + std::to_string(stage) + ": kept " + std::to_string(seen.ids.size()) +
                            " by no ruling: " + in_words(r, seen.ids);
                return r.keep;
            }
            if (theirs != r.keep) ++t.other_side;
            return theirs;
        };
        const witness before = [&](std::size_t which, walk& w) {
            stage = which;
            walking = &w;
            beyond_ = beyond_ || no_double_holds(w, stages_[which]);
            if (std::holds_alternative<skew>(stages_[which]) && w.read() == status::ok) t.other_order += take_order(w.set(), which);
        };
        return run_any(at_, stages_, choose, before);
    }

    // What the library's pipeline leaves after its first n stages.
    glimpse after(std::size_t n) {
        glimpse seen;
        const auto looking = sampler_of(n, {&seen});
        auto seq = looking.resume(seq_.bytes());
        const auto law = looking.distribution(row_, seq);
        if (law.why != argdraw::status::ok) seen.why = law.why;
        return seen;
    }

    // A list with an id outside of the row is found out when its stage acts, so an earlier stage may have failed by then.
    bool may_fail_with(status why) {
        if (why == status::bad_parameter) return true;
        any_pipeline before;
        for (const any_stage& each : about_.stages) {
            if (!valid(each, at_.row.size())) break;
            before.push_back(each);
        }
        if (before.size() == about_.stages.size()) return false;
        bool beyond = false;
        const witness look = [&](std::size_t which, walk& w) { beyond = beyond || no_double_holds(w, before[which]); };
        return run_any(at_, before, exact(), look).why == why || beyond;
    }

    std::vector<argdraw::any_stage> const& translated() const { return library_; }
    bool beyond() const { return beyond_; }
    const situation& at() const { return at_; }

private:
    using sampler_type = argdraw::sampler<argdraw::chain, window, Draw>;

    sampler_type sampler_of(std::size_t n, window w) {
        if (library_.empty())
            for (const any_stage& each : about_.stages) library_.push_back(translate_(each));
        argdraw::chain some;
        for (std::size_t i = 0; i < n; ++i) some.add(library_[i]);
        return sampler_type{some, w, draw_};
    }

    auto begin() {
        auto seq = pick_.start(about_.start, translate_.ids(about_.at.past.prompt));
        for (const token_id id : about_.at.past.output)
            if (seq.accept(static_cast<argdraw::token_id>(id)) != argdraw::status::ok) std::abort();
        for (std::size_t i = 0; i < about_.attempts; ++i) static_cast<void>(pick_(row_, seq));
        return seq;
    }

    static std::string in_words(const ruling& r, const ids_of& theirs) {
        ids_of missing;
        ids_of extra;
        ids_of doubtful;
        for (std::size_t i = 0; i < r.ids.size(); ++i) {
            const bool kept = std::binary_search(theirs.begin(), theirs.end(), r.ids[i]);
            if (kept != r.keep[i]) (kept ? extra : missing).push_back(r.ids[i]);
            if (r.doubtful[i]) doubtful.push_back(r.ids[i]);
        }
        return "missing " + cases::words::list(missing) + ", extra " + cases::words::list(extra) + ", doubtful " +
               cases::words::list(doubtful);
    }

    // A temperature only scales; whoever then asks for a logit, or changes one, may find it beyond the doubles.
    bool no_double_holds(walk& w, const any_stage& which) const {
        const bool reads = !std::holds_alternative<temperature>(which) && !std::holds_alternative<top_k>(which) &&
                           !std::holds_alternative<xtc>(which) &&
                           std::visit([&](const auto& each) { return !requires { each.banned(about_.at.past, row_.size()); }; }, which);
        if (reads && !w.unread(which)) static_cast<void>(w.read());
        const working_set& s = w.set();
        constexpr real end = double_max * 1e-20L;
        return reads && (s.offset > end || std::any_of(s.tokens.begin(), s.tokens.end(),
                                                       [](const token& t) { return std::abs(t.logit) > end || t.below < -end; }));
    }

    // The set that the library went on with, empty if no side of the ruling explains it.
    members side_of(std::size_t stage, const ruling& r, walk& w, const glimpse& seen) {
        members theirs;
        if (const auto* mean = std::get_if<xtc_mean>(&stages_[stage])) {
            // What would go only weighs less: its logit has fallen by -ln(1 - pi), and the others' have risen.
            const glimpse before = after(stage);
            const real lost = std::log1p(-real(mean->probability));
            bool leapt = false;  // from far down
            for (const token_id id : r.ids)
                leapt = leapt || (std::ldexp(std::abs(before.logit(id)), -50) > 1 &&
                                  seen.logit(id) - before.logit(id) > std::abs(before.logit(id)) / 2);
            for (std::size_t i = 0; i < r.ids.size(); ++i) {
                const real from = before.logit(r.ids[i]);
                const real risen = seen.logit(r.ids[i]) - from;
                const real rounding = std::ldexp(1 + std::abs(from), -50);
                if (std::max(std::abs(lost), std::abs(risen)) > 8 * rounding) theirs.push_back(risen > lost / 2);
                else theirs.push_back(!leapt && r.keep[i]);
            }
            return r.allows(theirs) ? theirs : members{};
        }
        for (const token_id id : r.ids) theirs.push_back(std::binary_search(seen.ids.begin(), seen.ids.end(), id));
        const auto kept = static_cast<std::size_t>(std::count(theirs.begin(), theirs.end(), true));
        if (kept > 0 && kept == seen.ids.size() && r.allows(theirs)) return theirs;
        if (const auto* two = std::get_if<contrastive>(&stages_[stage])) {
            // The other row may have removed some of those that were kept, or have failed.
            std::vector<members> sides{r.keep};
            sides.insert(sides.end(), r.others.begin(), r.others.end());
            for (const auto& side : sides) {
                working_set s = w.set();
                const status why = two->settle(s, side);
                if (why == status::ok && s.tokens.empty() ? seen.why != argdraw::status::empty : why != differential::same(seen.why))
                    continue;
                ids_of ids;
                for (const token& t : s.tokens) ids.push_back(t.id);
                std::sort(ids.begin(), ids.end());
                if (why != status::ok || ids == seen.ids) return side;
            }
        }
        return {};
    }

    // Puts near ties into the library's order. True if that is another one.
    bool take_order(working_set& s, std::size_t which) {
        bool any = false;
        for (std::size_t i = 1; i < s.tokens.size() && !any; ++i) any = near_tie(s.tokens[i - 1], s.tokens[i]);
        if (!any || which >= about_.stages.size()) return false;
        const glimpse seen = after(which);
        const std::vector<token> ours = s.tokens;
        std::map<token_id, std::size_t> place;
        for (const token_id id : seen.order) place.emplace(id, place.size());
        if (place.size() != ours.size() || !std::all_of(ours.begin(), ours.end(), [&](const token& t) { return place.count(t.id) != 0; }))
            return false;
        std::sort(s.tokens.begin(), s.tokens.end(), [&](const token& a, const token& b) { return place[a.id] < place[b.id]; });
        bool changed = false;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            changed = changed || s.tokens[i].id != ours[i].id;
            // Whoever comes later although greater must be as good as equal.
            for (std::size_t j = i; j-- > 0 && s.tokens[j].below < s.tokens[i].below;)
                if (!near_tie(s.tokens[j], s.tokens[i])) return s.tokens = ours, false;
        }
        return changed;
    }

    const one_case& about_;
    std::span<const T> row_;
    Draw draw_;
    any_pipeline stages_;
    situation at_;
    differential::translation translate_;
    std::vector<argdraw::any_stage> library_;
    sampler_type pick_;
    argdraw::sequence<argdraw::chain, window, Draw> seq_;
    bool beyond_ = false;
};

std::string describe(const argdraw::status& s) { return std::string(argdraw::message(s).substr(0, argdraw::message(s).find(':'))); }

// Whether a categorical draw may have given that token at that word: from the library's law where that may be off by more than a step of the
// CDF may.
verdict check_token(tally& t, const full_law& exact, const library_law& library, const difference& d, const argdraw::drawn& token,
                    std::uint64_t word) {
    const auto found = std::lower_bound(exact.ids.begin(), exact.ids.end(), token_id{token.id});
    if (found == exact.ids.end() || *found != token.id) return "drew a token that is not living";
    const auto index = static_cast<std::size_t>(found - exact.ids.begin());
    if (!(library.probabilities[index] > 0)) return "drew a token without weight";
    law steps = exact;
    if (d.relaxed || *std::max_element(exact.errors.begin(), exact.errors.end()) > 1e-9L) {
        steps.cumulative.clear();
        real sum = 0;
        for (const real p : library.probabilities) steps.cumulative.push_back(sum += p);
    }
    if (!reachable(steps, index, word)) return "drew token " + std::to_string(token.id) + " at word " + std::to_string(word);
    if (exact.probabilities[index] >= faint) {
        const real lnp = exact.logs[index];
        const real off = std::abs(real(token.logprob) - lnp) / std::max(real(1), std::abs(lnp));
        if (!d.relaxed) t.worst_logprob = std::max(t.worst_logprob, off);
        if (!(off <= logprob_band + allowances(exact)[index]) || token.logprob > 0) return "logprob " + std::to_string(token.logprob);
    }
    return std::nullopt;
}

template <class T>
verdict check_law(tally& t, const one_case& about, std::span<const T> row) {
    pair<T, argdraw::categorical> two(about, row, {});
    for (std::size_t i = 0; i < about.stages.size(); ++i) {
        const bool valid = std::visit([](const auto& s) { return s.valid(); }, about.stages[i]);
        const bool valid_there = two.translated()[i].valid();
        if (valid != valid_there) return "valid() of " + cases::describe({about.stages[i]});
        const bool neutral_there = two.translated()[i].neutral();
        if (valid && neutral(about.stages[i]) != neutral_there) return "neutral() of " + cases::describe({about.stages[i]});
        if (valid && !neutral_there) ++t.acted[about.stages[i].index()];
    }

    const library_law library = two.law();
    auto& seq = two.sequence();
    const std::uint64_t word = seq.random().word(argdraw::purpose::token, seq.attempt());
    std::string wrong;
    const full_law exact = two.beside(t, library, wrong);
    ++t.statuses[static_cast<std::size_t>(exact.why)];
    const argdraw::drawn token = two.sampler()(row, seq);
    if (two.beyond()) return ++t.beyond, std::nullopt;

    if (token.why != library.why) return "drew with " + describe(token.why) + ", its law is " + describe(library.why);
    const bool in_range = std::all_of(about.stages.begin(), about.stages.end(),
                                      [](const any_stage& s) { return std::visit([](const auto& e) { return e.valid(); }, s); });
    if (library.why == (in_range ? argdraw::status::bad_parameter : argdraw::status::outside_row))
        return "status " + describe(library.why) + " where parameters are " + (in_range ? "in" : "out of") + " their ranges";
    if (differential::same(library.why) != exact.why || library.why == argdraw::status::out_of_memory) {
        const bool listed = exact.why == status::bad_parameter && in_range;
        if (!listed || !two.may_fail_with(differential::same(library.why)))
            return "status " + describe(library.why) + " instead of " + std::to_string(static_cast<int>(exact.why)) + " " + wrong;
    }
    if (exact.why != status::ok || library.why != argdraw::status::ok) {
        if (token || token.id != -1 || !std::isnan(token.logprob) || !library.ids.empty()) return "a failed row returned a token or a law";
        return std::nullopt;
    }
    if (!wrong.empty()) return wrong;

    ++t.laws;
    const difference d = compare(exact, library);
    if (!d.what.empty()) return d.what;
    t.relaxed += d.relaxed;
    t.worst = std::max(t.worst, d.worst);

    return check_token(t, exact, library, d, token, word);
}

// The last sets of greedy and of T = 0 are one token, which near ties leave open.
template <class T>
verdict check_greedy(tally& t, const one_case& about, std::span<const T> row) {
    pair<T, argdraw::greedy> two(about, row, {});
    library_law library = two.law();
    std::string wrong;
    const full_law exact = two.beside(t, library, wrong);
    ++t.statuses[static_cast<std::size_t>(exact.why)];
    const argdraw::drawn token = two.sampler()(row, two.sequence());
    if (two.beyond()) return ++t.beyond, std::nullopt;
    if (differential::same(token.why) != exact.why) {
        if (exact.why != status::bad_parameter || !two.may_fail_with(differential::same(token.why)))
            return "greedy: status " + describe(token.why) + " instead of " + std::to_string(static_cast<int>(exact.why)) + " " + wrong;
        return std::nullopt;
    }
    if (!token) return std::nullopt;
    if (!wrong.empty()) return wrong;
    if (std::find(exact.firsts.begin(), exact.firsts.end(), token_id{token.id}) == exact.firsts.end())
        return "greedy: token " + std::to_string(token.id) + " instead of " + std::to_string(exact.first);
    if (library.ids != ids_of{token.id} || token.logprob != 0) return std::string("greedy: its law is another token");
    return std::nullopt;
}

template <class T>
std::vector<T> scalars(const std::vector<double>& row) {
    std::vector<T> out;
    out.reserve(row.size());
    for (const double l : row) out.push_back(cases::to_scalar<T>(l));
    return out;
}

// Leaves out of a failing case what is not needed for it to fail.
template <class Fails>
one_case shrunk(one_case about, const Fails& fails) {
    const auto try_to = [&](const auto& change) {
        one_case smaller = about;
        change(smaller);
        if (!fails(smaller)) return false;
        about = std::move(smaller);
        return true;
    };
    for (std::size_t i = about.stages.size(); i-- > 0;)
        if (about.stages.size() > 1) try_to([&](one_case& c) { c.stages.erase(c.stages.begin() + static_cast<std::ptrdiff_t>(i)); });
    for (std::size_t i = 0; i < about.stages.size(); ++i) {
        const auto list_of = [i](one_case& c, const auto& change) {
            std::visit(
                [&](auto& stage) {
                    if constexpr (requires { stage.list.erase(stage.list.begin()); }) change(stage.list);
                },
                c.stages[i]);
        };
        std::size_t length = 0;
        list_of(about, [&](const auto& list) { length = list.size(); });
        for (std::size_t step = (length + 1) / 2; step > 0; step = step > 1 ? (step + 1) / 2 : 0)
            for (std::size_t from = length / step * step;; from -= step) {
                try_to([&](one_case& c) {
                    list_of(c, [&](auto& list) {
                        const std::size_t end = std::min(from + step, list.size());
                        if (from < end)
                            list.erase(list.begin() + static_cast<std::ptrdiff_t>(from), list.begin() + static_cast<std::ptrdiff_t>(end));
                    });
                });
                if (from == 0) break;
            }
    }
    try_to([](one_case& c) { c.attempts = 0; });
    for (ids_of history::* part : {&history::prompt, &history::output}) {
        try_to([&](one_case& c) { (c.at.past.*part).clear(); });
        for (std::size_t i = (about.at.past.*part).size(); i-- > 0;)
            try_to([&](one_case& c) { (c.at.past.*part).erase((c.at.past.*part).begin() + static_cast<std::ptrdiff_t>(i)); });
    }
    const double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t step = about.at.row.size() / 2; step > 0 && about.at.row.size() <= 1024; step /= 2)
        for (std::size_t from = 0; from < about.at.row.size(); from += step)
            try_to([&](one_case& c) {
                for (std::size_t i = from; i < std::min(from + step, c.at.row.size()); ++i) c.at.row[i] = -infinity;
            });
    return about;
}

std::string describe(const one_case& c, const char* scalar) {
    std::ostringstream out;
    out << c.at.row.size() << " " << scalar << ", seed " << c.start.seed << " sequence " << c.start.sequence << " position "
        << c.start.position << " attempts " << c.attempts << ": " << cases::describe(c.stages) << "\n  prompt "
        << cases::words::list(c.at.past.prompt) << " output " << cases::words::list(c.at.past.output) << "\n  row"
        << std::setprecision(std::numeric_limits<double>::max_digits10);
    std::size_t shown = 0;
    for (std::size_t i = 0; i < c.at.row.size() && shown < 24; ++i)
        if (c.at.row[i] != -std::numeric_limits<double>::infinity()) out << " " << i << ":" << c.at.row[i], ++shown;
    return out.str();
}

struct plan {
    std::size_t longest_history = 40;  // of prompt and output each
    double aimed = 0.4;
    bool wide = false;  // rows and pipelines of wide_cases.hpp
};

template <class T>
void judge(tally& t, const one_case& c, std::span<const T> row, bool greedy) {
    ++t.rows;
    const auto check = [&](tally& count, const one_case& each, std::span<const T> values) {
        return greedy ? check_greedy<T>(count, each, values) : check_law<T>(count, each, values);
    };
    const verdict wrong = check(t, c, row);
    if (!wrong) return;
    if (++t.failed == 1) t.first_failed = t.rows;
    if (t.failed > 30) return;
    const one_case small = shrunk(c, [&](const one_case& each) {
        tally scratch;
        return check(scratch, each, scalars<T>(each.at.row)).has_value();
    });
    tally scratch;
    t.failures.push_back(std::string(c.suite) + ", seed " + std::to_string(c.seed) + ", case " + std::to_string(c.index) + " (" + c.kind +
                         "): " + *wrong + "\n  " + describe(c, cases::scalar_name<T>) + "\n shrunk: " +
                         check(scratch, small, scalars<T>(small.at.row)).value_or("") + "\n  " + describe(small, cases::scalar_name<T>));
}

template <class T>
void run_case(tally& t, const char* suite, std::uint64_t seed, std::size_t index, cases::generator& random, std::size_t size,
              const plan& how) {
    const auto which = static_cast<cases::kind>(random.chance(0.005) ? cases::kinds - 1 : random.below(cases::kinds - 1));
    one_case c{suite, seed, index, cases::kind_names[static_cast<std::size_t>(which)], {}, {}, {}};
    if (size != 0) {
        // Beside the very end of the doubles every stage would meet logits beyond it.
        cases::limits scalar = cases::limits_of<T>();
        scalar.largest = std::min(scalar.largest, 1e290);
        c.at.row = cases::make_row(random, which, size, scalar);
        if (random.chance(0.3)) cases::pollute(random, c.at.row, scalar);
    }
    std::vector<T> row = scalars<T>(c.at.row);
    for (std::size_t i = 0; i < size; ++i) c.at.row[i] = cases::to_double(row[i]);
    c.at.past = cases::random_history(random, c.at.row, how.longest_history);
    const cases::surroundings about{c.at.row, c.at.past, cases::likely_ids(c.at.row)};
    c.stages.resize(1 + random.below(cases::longest_pipeline));
    for (any_stage& each : c.stages) each = cases::random_any_stage(cases::random_kind(random), random, about);
    c.start = {.seed = random.word(), .sequence = random.word(), .position = static_cast<std::uint32_t>(random.word())};
    c.attempts = random.chance(0.1) ? 1 + random.below(3) : 0;
    if (random.chance(how.aimed)) {
        c.at.coins.assign(c.stages.size(), real(random.uniform()));
        cases::aim_any(random, c.at, c.stages);
    }
    judge<T>(t, c, row, random.chance(0.1));
}

// Of the rows and pipelines of wide_cases.hpp.
template <class T>
void run_wide_case(tally& t, const char* suite, std::uint64_t seed, std::size_t index, cases::generator& random, std::size_t size,
                   const plan& how) {
    const auto which = static_cast<cases::wide_kind>(random.below(cases::wide_kinds));
    one_case c{suite, seed, index, cases::wide_kind_names[static_cast<std::size_t>(which)], {}, {}, {}};
    c.at.row = cases::make_wide_row(random, which, size, cases::limits_of<T>());
    if (random.chance(0.05)) cases::pollute(random, c.at.row, {1e30, cases::limits_of<T>().smallest, cases::limits_of<T>().epsilon});
    const std::vector<T> row = scalars<T>(c.at.row);
    for (std::size_t i = 0; i < size; ++i) c.at.row[i] = cases::to_double(row[i]);
    c.at.past = cases::random_history(random, c.at.row, how.longest_history);
    c.stages = cases::random_wide_pipeline(random, {c.at.row, c.at.past, cases::likely_ids(c.at.row)});
    c.start = {.seed = random.word(), .sequence = random.word(), .position = static_cast<std::uint32_t>(random.word())};
    if (random.chance(how.aimed)) {
        c.at.coins.assign(c.stages.size(), real(random.uniform()));
        cases::aim_any(random, c.at, c.stages);
    }
    judge<T>(t, c, row, random.chance(0.15));
}

template <class T>
void run_one(tally& t, const char* suite, std::uint64_t seed, std::size_t index, cases::generator& random, std::size_t size,
             const plan& how) {
    if (how.wide) run_wide_case<T>(t, suite, seed, index, random, size, how);
    else run_case<T>(t, suite, seed, index, random, size, how);
}

template <class Size>
void run_cases(tally& t, const char* suite, std::uint64_t seed, std::size_t from, std::size_t count, const Size& size,
               const plan& how = {}) {
    for (std::size_t index = from; index < from + count; ++index) {
        cases::generator random(seed ^ (index * 0xd1342543de82ef95u));
        const std::size_t width = size(random);
        switch (index % 4) {
            case 0: run_one<float>(t, suite, seed, index, random, width, how); break;
            case 1: run_one<double>(t, suite, seed, index, random, width, how); break;
            case 2: run_one<argdraw::half>(t, suite, seed, index, random, width, how); break;
            default: run_one<argdraw::bfloat16>(t, suite, seed, index, random, width, how); break;
        }
    }
}

void report(const char* suite, const tally& t) {
    const auto share = [](std::size_t part, std::size_t whole) {
        const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
        return std::to_string(part) + " (" + std::to_string(percent) + " %)";
    };
    std::cout << suite << ": " << t.rows << " cases: " << t.statuses[0] << " ok, " << t.statuses[1] << " empty, " << t.statuses[2]
              << " nan, " << t.statuses[3] << " bad parameter\n  rulings " << t.rulings << ", close " << share(t.close, t.rulings)
              << ", on their other side " << share(t.other_side, t.rulings) << ", other order " << t.other_order << ", beyond the doubles "
              << t.beyond << "\n  laws " << t.laws << ", with a logit's rounding in the band " << share(t.relaxed, t.laws)
              << ", worst probability of the others " << static_cast<double>(t.worst) << ", worst logprob "
              << static_cast<double>(t.worst_logprob) << "\n"
              << std::flush;
    for (const std::string& each : t.failures) FAIL_CHECK(each);
    if (t.failed > 0) std::cout << "  failed " << t.failed << ", the first after " << t.first_failed << " cases\n" << std::flush;
    CHECK(t.failed == 0);
}

// What a draw does to the set, and what it remembers.

template <class Draw, class Sequence>
auto memory(const Sequence& seq) {
    const auto& state = seq.template state<2>();
    if constexpr (std::is_same_v<Draw, argdraw::adaptive_p>) return average{real(state.sum), real(state.weight)};
    else return surprise{real(state.mu)};
}

real distance(const surprise& a, const surprise& b) { return std::abs(a.mu - b.mu); }
real distance(const average& a, const average& b) { return std::abs(a.sum - b.sum) + std::abs(a.weight - b.weight); }
real size(const surprise& s) { return std::abs(s.mu); }
real size(const average& s) { return std::abs(s.sum) + std::abs(s.weight); }

// One position of a sequence: the law before the draw, the token, and what the draw will have learned from it. The sequence goes on with
// the library's numbers, so that every step is compared from the same start.
template <class T, class Draw, class Exact>
verdict check_step(tally& t, const one_case& about, std::span<const T> row, const Draw& draw, const Exact& exact_draw,
                   argdraw::sequence<argdraw::chain, window, Draw>& seq, bool accept) {
    const auto before = memory<Draw>(seq);
    pair<T, Draw> two(about, row, draw, {any_stage{exact_draw.stage(before)}}, seq.bytes());
    const library_law library = two.law();
    const std::uint64_t word = seq.random().word(argdraw::purpose::token, seq.attempt());
    std::string wrong;
    const std::size_t close = t.close;
    const full_law exact = two.beside(t, library, wrong);
    const argdraw::drawn token = two.sampler()(row, seq);
    ++t.statuses[static_cast<std::size_t>(exact.why)];
    if (two.beyond()) return ++t.beyond, std::nullopt;
    if (token.why != library.why || differential::same(token.why) != exact.why)
        return "status " + describe(token.why) + " instead of " + std::to_string(static_cast<int>(exact.why)) + " " + wrong;
    if (distance(memory<Draw>(seq), before) != 0) return std::string("a draw changed the memory");
    if (!token) return std::nullopt;
    if (!wrong.empty()) return wrong;
    ++t.laws;
    const difference d = compare(exact, library);
    if (!d.what.empty()) return d.what;
    t.relaxed += d.relaxed;
    t.worst = std::max(t.worst, d.worst);
    if (const verdict v = check_token(t, exact, library, d, token, word)) return v;
    if (!accept) return std::nullopt;

    if (seq.accept(token.id) != argdraw::status::ok) return std::string("the token drawn was refused");
    const auto after = memory<Draw>(seq);
    const full_law seen_by_draw = std::is_same_v<Draw, argdraw::adaptive_p> ? run_any(two.at(), about.stages) : exact;
    const auto at = std::lower_bound(seen_by_draw.ids.begin(), seen_by_draw.ids.end(), token_id{token.id});
    if (at == seen_by_draw.ids.end() || *at != token.id || (close != t.close && std::is_same_v<Draw, argdraw::adaptive_p>))
        return std::nullopt;
    const auto index = static_cast<std::size_t>(at - seen_by_draw.ids.begin());
    if (seen_by_draw.probabilities[index] < faint) return std::nullopt;
    const auto expected = exact_draw.accept(before, seen_by_draw.probabilities[index]);
    real slope = 1;
    if constexpr (requires { exact_draw.eta; }) slope = real(exact_draw.eta) / std::log(real(2));
    if (distance(after, expected) > slope * (probability_band + allowances(seen_by_draw)[index]) + 1e-12L * (1 + size(expected))) {
        std::ostringstream out;
        out << std::setprecision(15) << "learned something else: " << size(after) << " instead of " << size(expected);
        return out.str();
    }
    return std::nullopt;
}

// Draws by noise have no memory; every one of them can be told from the law.
template <class T, class Draw>
verdict check_race(tally& t, const one_case& about, std::span<const T> row, const Draw& draw, std::span<argdraw::drawn> into,
                   argdraw::sequence<argdraw::chain, window, Draw>& seq, bool accept) {
    pair<T, Draw> two(about, row, draw, {}, seq.bytes());
    const library_law library = two.law();
    std::string wrong;
    const full_law exact = two.beside(t, library, wrong);
    const argdraw::drawn token = two.sampler()(row, seq);
    ++t.statuses[static_cast<std::size_t>(exact.why)];
    if (two.beyond()) return ++t.beyond, std::nullopt;
    if (token.why != library.why || differential::same(token.why) != exact.why)
        return "status " + describe(token.why) + " instead of " + std::to_string(static_cast<int>(exact.why)) + " " + wrong;
    if (!token) return std::nullopt;
    if (!wrong.empty()) return wrong;
    ++t.laws;
    const difference d = compare(exact, library);
    if (!d.what.empty()) return d.what;
    t.relaxed += d.relaxed;
    const noise_of noise = [&](token_id id) {
        return gumbel_noise(seq.random().word(argdraw::purpose::gumbel, static_cast<std::uint32_t>(id)));
    };
    const std::size_t k = into.empty() ? 1 : into.size();
    const perturbed expected = without_replacement(exact, static_cast<std::int64_t>(k), noise);
    real doubt = 2 * probability_band;
    for (const real each : allowances(exact)) doubt = std::max(doubt, 2 * each);
    if (expected.gap <= doubt) {
        ++t.close;
    } else {
        ids_of drew{token.id};
        if (!into.empty()) {
            drew.clear();
            for (const argdraw::drawn& each : into)
                if (each) drew.push_back(each.id);
        }
        if (drew != expected.ids) return "drew " + cases::words::list(drew) + " instead of " + cases::words::list(expected.ids);
        const auto index =
            static_cast<std::size_t>(std::lower_bound(exact.ids.begin(), exact.ids.end(), token_id{token.id}) - exact.ids.begin());
        const real lnp = exact.logs[index];
        if (std::abs(real(token.logprob) - lnp) > (logprob_band + allowances(exact)[index]) * std::max(real(1), std::abs(lnp)))
            return "logprob " + std::to_string(token.logprob);
    }
    if (accept && seq.accept(token.id) != argdraw::status::ok) return std::string("the token drawn was refused");
    return std::nullopt;
}

template <class T, class Draw, class Check>
void run_sequence(tally& t, const char* suite, std::uint64_t seed, std::size_t index, cases::generator& random, const Draw& draw,
                  const Check& check) {
    const std::size_t width = random.chance(0.5) ? 1 + random.below(24) : 1 + random.below(300);
    // A draw hands logits on as doubles. Where those of a row differ in their last digits alone, what a scale before it rounds is much of what
    // tells them apart: such rows belong to the pipelines of stages above.
    const auto told_apart = [](const std::vector<double>& logits) {
        double least = 0, most = 0, size = 0;
        bool any = false;
        for (const double l : logits) {
            if (!std::isfinite(l)) continue;
            least = any ? std::min(least, l) : l;
            most = any ? std::max(most, l) : l;
            size = std::max(size, std::abs(l));
            any = true;
        }
        return most == least || most / 2 - least / 2 > size * 0x1p-20;
    };
    const auto next_row = [&](one_case& c) {
        cases::limits scalar = cases::limits_of<T>();
        scalar.largest = std::min(scalar.largest, 1e290);
        do {
            const auto which = static_cast<cases::kind>(random.below(cases::kinds - 1));
            c.kind = cases::kind_names[static_cast<std::size_t>(which)];
            c.at.row = cases::make_row(random, which, width, scalar);
        } while (!told_apart(c.at.row));
        if (random.chance(0.1)) cases::pollute(random, c.at.row, scalar);
        std::vector<T> row = scalars<T>(c.at.row);
        for (std::size_t i = 0; i < width; ++i) c.at.row[i] = cases::to_double(row[i]);
        return row;
    };
    one_case c{suite, seed, index, "", {}, {}, {}};
    std::vector<T> row = next_row(c);
    c.at.past = cases::random_history(random, c.at.row, 12);
    c.at.past.output.clear();
    const cases::surroundings about{c.at.row, c.at.past, cases::likely_ids(c.at.row)};
    c.stages.resize(random.below(4));
    for (any_stage& each : c.stages) each = cases::random_any_stage(cases::random_kind(random), random, about);
    if (!std::all_of(c.stages.begin(), c.stages.end(), [&](const any_stage& s) { return valid(s, width); })) c.stages.clear();
    c.start = {.seed = random.word(), .sequence = random.word()};

    pair<T, Draw> first(c, row, draw);
    auto seq = first.sampler().start(c.start, differential::translation{}.ids(c.at.past.prompt));
    std::vector<std::vector<std::byte>> kept{seq.bytes()};  // after so many outputs
    for (int step = 0; step < 6; ++step) {
        ++t.rows;
        const bool accept = random.chance(0.8);
        if (const verdict wrong = check(c, std::span<const T>(row), seq, accept)) {
            if (++t.failed <= 10)
                t.failures.push_back(std::string(suite) + ", seed " + std::to_string(seed) + ", case " + std::to_string(index) + ", step " +
                                     std::to_string(step) + ": " + *wrong + "\n  " + describe(c, cases::scalar_name<T>));
            return;
        }
        if (seq.output().size() >= kept.size()) kept.push_back(seq.bytes());
        if (random.chance(0.2)) {
            // Back to where it was: the same future as then.
            const std::size_t n = random.below(seq.output().size() + 1);
            static_cast<void>(seq.accept(0));
            static_cast<void>(seq.rollback(n + 1));
            kept.resize(seq.output().size() + 1);
            auto then = first.sampler().resume(kept.back());
            auto now = first.sampler().resume(seq.bytes());
            const argdraw::drawn before = first.sampler()(row, then);
            const argdraw::drawn after = first.sampler()(row, now);
            if ((before.id != after.id || before.why != after.why || (before && before.logprob != after.logprob)) && ++t.failed <= 10)
                t.failures.push_back(std::string(suite) + ", seed " + std::to_string(seed) + ", case " + std::to_string(index) +
                                     ": rollback " + std::to_string(n));
        }
        c.at.past.output.assign(seq.output().begin(), seq.output().end());
        row = next_row(c);
    }
}

template <class T>
void run_draw(tally& t, const char* suite, std::uint64_t seed, std::size_t index, cases::generator& random) {
    const auto remembering = [&](const auto& draw, const auto& exact) {
        run_sequence<T>(t, suite, seed, index, random, draw, [&](const one_case& c, std::span<const T> row, auto& seq, bool accept) {
            return check_step<T>(t, c, row, draw, exact, seq, accept);
        });
    };
    const auto racing = [&](const auto& draw, std::span<argdraw::drawn> into) {
        run_sequence<T>(t, suite, seed, index, random, draw, [&](const one_case& c, std::span<const T> row, auto& seq, bool accept) {
            return check_race<T>(t, c, row, draw, into, seq, accept);
        });
    };
    const float tau = random.chance(0.1) ? 0.0f : static_cast<float>(random.uniform(0.2, 8));
    const float eta = random.chance(0.1) ? 0.0f : static_cast<float>(random.uniform(0.01, 1));
    switch (random.below(5)) {
        case 0: return remembering(argdraw::mirostat{tau, eta}, mirostat{tau, eta});
        case 1: {
            const auto m = static_cast<std::int64_t>(random.chance(0.5) ? 100 : 2 + random.below(60));
            return remembering(argdraw::mirostat_v1{tau, eta, static_cast<int>(m)}, mirostat_v1{tau, eta, m});
        }
        case 2: {
            const auto target = static_cast<float>(random.uniform());
            const auto decay = static_cast<float>(random.uniform(0, 0.99));
            return remembering(argdraw::adaptive_p{target, decay}, adaptive_p{target, decay});
        }
        case 3: return racing(argdraw::gumbel{}, {});
        default: {
            std::vector<argdraw::drawn> into(1 + random.below(12));
            return racing(argdraw::without_replacement{into}, into);
        }
    }
}

void run_draws(tally& t, const char* suite, std::uint64_t seed, std::size_t from, std::size_t count) {
    for (std::size_t index = from; index < from + count; ++index) {
        cases::generator random(seed ^ (index * 0xd1342543de82ef95u));
        // What a draw adds to a pipeline does not depend on the scalar.
        if (index % 2 == 0) run_draw<float>(t, suite, seed, index, random);
        else run_draw<double>(t, suite, seed, index, random);
    }
}

// Most cases are close to nothing, though parameters are put beside a boundary on purpose; and what is close mostly falls on the exact side.
void check_shares(const tally& t) {
    CHECK(t.close > 0);
    CHECK(t.close < t.rulings / 10);
    CHECK(t.other_side < t.rulings / 100);
    CHECK(t.other_order < t.rows / 200);
    CHECK(t.relaxed < t.laws / 200 + 5);  // five by chance, in a short run
    CHECK(t.beyond < t.rows / 50);
}

void small_pipelines(const cases::share& which) {
    tally t;
    run_cases(t, "small pipelines", which.seed, which.from, which.count, cases::small_size);
    report("small pipelines", t);
    if (!which.whole) return;
    CHECK(t.rows == which.count);
    for (const std::size_t each : t.statuses) CHECK(each > t.rows / 100);
    for (const std::size_t each : t.acted) CHECK(each > t.rows / 200);
    check_shares(t);
}

void wide_pipelines(const cases::share& which, const plan& how) {
    const auto width = [](cases::generator& random) {
        // From about the width on at which a cut leaves a band; with small blocks that is any.
        using argdraw::sizes::band_blocks, argdraw::sizes::block;
        if (random.chance(0.2)) return block * (band_blocks + random.below(small_blocks ? 4 : 1)) - 1 + random.below(3);
        return small_blocks ? 100 + random.below(901) : 16'000 + random.below(114'001);
    };
    tally t;
    run_cases(t, "wide pipelines", which.seed, which.from, which.count, width, how);
    report("wide pipelines", t);
    if (!which.whole) return;
    CHECK(t.rows == which.count);
    const auto acted = [&](const any_stage& s) { return t.acted[s.index()]; };
    for (const any_stage& each : std::initializer_list<any_stage>{
             temperature{}, top_k{}, top_p{}, min_p{}, typical{}, top_n_sigma{}, epsilon_cutoff{}, eta_cutoff{}, top_a{}, p_less{},
             logit_bias{}, penalties{}, dry{}, repetition_penalty{}, ban{}, allow_only{}, allow{}, no_repeat_ngram{}, bad_words{}})
        CHECK(acted(each) > t.rows / 50);
    CHECK(t.statuses[0] > t.rows / 2);
    CHECK(t.statuses[1] > t.rows / 100);
    check_shares(t);
}

}  // namespace

TEST_CASE("differential: 200 000 small pipelines of any stages") { small_pipelines(cases::chosen(20241107, 200'000)); }

TEST_CASE("differential: wide pipelines, with masks and edits about every cut") {
    wide_pipelines(cases::chosen(20261127, small_blocks ? 100'000 : 3'000),
                   {.longest_history = 40, .aimed = small_blocks ? 0.3 : 0.1, .wide = true});
}

TEST_CASE("differential: 1 000 000 small pipelines", "[.deep]") { small_pipelines(cases::chosen(11, 1'000'000)); }

TEST_CASE("differential: a great many wide pipelines", "[.deep]") {
    wide_pipelines(cases::chosen(11, small_blocks ? 1'000'000 : 50'000),
                   {.longest_history = 40, .aimed = small_blocks ? 0.3 : 0.1, .wide = true});
}

TEST_CASE("differential: draws with a memory and draws by noise, over several steps") {
    const cases::share which = cases::chosen(19870302, 12'000);
    tally t;
    run_draws(t, "draws", which.seed, which.from, which.count);
    report("draws", t);
}

// Rows of real sizes take with small blocks what shorter ones do.
#if !defined(ARGDRAW_SMALL_BLOCKS)

namespace {

void real_pipelines(const cases::share& which, const plan& how) {
    tally t;
    run_cases(t, "real pipelines", which.seed, which.from, which.count, cases::real_size, how);
    report("real pipelines", t);
    if (!which.whole) return;
    CHECK(t.rows == which.count);
    check_shares(t);
}

}  // namespace

TEST_CASE("differential: 1 000 pipelines of any stages on rows of real sizes") {
    real_pipelines(cases::chosen(19621016, 1'000), {.longest_history = 200, .aimed = 0.1});
}

TEST_CASE("differential: 4 000 real pipelines", "[.deep]") {
    real_pipelines(cases::chosen(11, 4'000), {.longest_history = 400, .aimed = 0.2});
}

#endif
