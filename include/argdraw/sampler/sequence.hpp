// sequence — what one text carries from token to token: its history, its place in the randomness, and what its stages feed back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/history/paged.hpp>
#include <argdraw/history/shared.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/bytes.hpp>
#include <argdraw/sampler/context.hpp>
#include <argdraw/sampler/leaves.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Where a sequence starts.
struct start_options {
    std::uint64_t seed = 0;
    std::uint64_t sequence = 0;  ///< another number for every text under one seed
    std::uint32_t position = 0;  ///< of the first token of output
    /// Ids from here on do not live, in a row that is wider, and are refused. 0: every token of a row lives, and refused is what the last
    /// row had not. Draws without a sequence say the same by the row that they are given, std::span(row).first(vocabulary).
    std::size_t vocabulary = 0;
    std::span<const token_id> prompt = {};  ///< read by start(), which keeps no view of it
    std::span<const token_id> output =
        {};  ///< tokens of before, as if they had been accepted: they move the position. Read by start(), too
};

template <class... S>
class sampler;
class verifier;

/// One text under way, for a pipeline of these stages. A value: a copy is a fork, which draws the same as its original until reseed() gives it
/// words of its own, and an assignment goes back to a checkpoint. Made by sampler::start; any pipeline of the same type may go on with it.
///
/// Draws, distributions included, are not for several threads at once: the history may build what a stage asks of it for the first time.
/// A draw changes only attempt() and what is pending; accept() appends the token and moves on. A copy costs the same however long the text
/// is: what both have read is one. Whoever of them first accepts or undoes a token makes the tokens its own, and of what stages keep of them
/// the pages that it writes to. Each may be used in a thread of its own. Copying allocates, and throws where there is no memory; nothing else
/// does. An assignment that finds none changes nothing. What was moved from refuses everything with bad_parameter until something is assigned
/// to it.
template <class... S>
class sequence {
    using states = detail::leaves<typename detail::state_of<S>::type...>;
    static constexpr bool has_states = (!std::is_same_v<typename detail::state_of<S>::type, detail::no_state> || ...);
    static_assert(std::is_trivially_copyable_v<states>,
                  "argdraw: a state is not trivially copyable; a sequence copies it with every token");

public:
    sequence() = default;
    sequence(const sequence&) = default;
    sequence(sequence&& other) noexcept {
        swap(other);
        other.why_ = status::bad_parameter;
    }
    sequence& operator=(sequence other) noexcept {  // by value: an assignment that runs out of memory must not stop half-way
        swap(other);
        return *this;
    }
    ~sequence() = default;

    void swap(sequence& other) noexcept {
        std::swap(random_, other.random_);
        history_.swap(other.history_);
        std::swap(states_, other.states_);
        std::swap(pending_states_, other.pending_states_);
        past_.swap(other.past_);
        std::swap(vocabulary_, other.vocabulary_);
        std::swap(width_, other.width_);
        std::swap(kind_, other.kind_);
        std::swap(attempt_, other.attempt_);
        std::swap(pending_, other.pending_);
        std::swap(why_, other.why_);
    }
    friend void swap(sequence& a, sequence& b) noexcept { a.swap(b); }

    /// Whether it could be made: bad_parameter for bytes that are none of a sequence like this, out_of_memory.
    status why() const noexcept { return why_; }
    explicit operator bool() const noexcept { return why_ == status::ok; }

    /// Appends a token, drawn or chosen elsewhere; position() moves on, and what the stages learned from drawing this very token is kept.
    /// Refused, with nothing changed: bad_parameter for an id outside of the vocabulary, out_of_memory.
    status accept(token_id id) noexcept {
        if (why_ != status::ok) return why_;
        if (id < 0 || static_cast<std::size_t>(id) >= limit()) return status::bad_parameter;
        if (const status why = past_room(1, 1); why != status::ok) return why;
        if (const status why = history_.append(id); why != status::ok) return why;
        if constexpr (has_states) past_.owned().push_back(states_);
        if (id == pending_) states_ = pending_states_;
        ++random_.position;
        settle();
        return status::ok;
    }

    /// Undoes the last n accepts, with what the stages learned from them, and what was drawn since the last one; 0 forgets that alone. More
    /// than there were: bad_parameter, and nothing is changed.
    status rollback(std::size_t n) noexcept {
        if (why_ != status::ok) return why_;
        if (n > output().size()) return status::bad_parameter;
        if (n > 0) {
            if (const status why = past_room(0, 0); why != status::ok) return why;
            if (const status why = history_.forget(n); why != status::ok) return why;
            if constexpr (has_states) {
                auto& past = past_.owned();
                states_ = past[past.size() - n];
                past.cut(past.size() - n);
            }
        }
        random_.position -= static_cast<std::uint32_t>(n);
        settle();
        return status::ok;
    }

    /// Goes on with the words of another seed, or of another number under the same: what is drawn from here on is drawn as if the text had
    /// been started with them. All else stays as it is, what was drawn at this position included.
    void reseed(std::uint64_t seed, std::uint64_t number) noexcept {
        random_.seed = seed;
        random_.sequence = number;
    }

    /// Room for that many further accepts, so that they allocate nothing until this is copied.
    status reserve(std::size_t accepts) noexcept {
        if (why_ != status::ok) return why_;
        // The history first: it refuses numbers at which a vector would throw something else than bad_alloc.
        if (const status why = history_.reserve(accepts); why != status::ok) return why;
        return past_room(accepts, history::most_tokens);
    }

    std::span<const token_id> prompt() const noexcept { return history_.prompt(); }
    std::span<const token_id> output() const noexcept { return history_.output(); }
    std::uint32_t position() const noexcept { return random_.position; }
    /// Draws at this position so far.
    std::uint32_t attempt() const noexcept { return attempt_; }
    const philox& random() const noexcept { return random_; }
    /// Ids from here on do not live; 0: every token of a row does.
    std::size_t vocabulary() const noexcept { return vocabulary_; }
    /// The state of the I-th element of the pipeline.
    template <std::size_t Index>
    const auto& state() const noexcept {
        return detail::element_at<Index>(states_);
    }

    /// Everything, as bytes for sampler::resume: version 3, the same on every machine. Of a state they are its numbers, as its each_number()
    /// names them, and whose they are. None of a sequence that is none, as one that was moved from; resumed, they are none either. Throws
    /// std::bad_alloc.
    std::vector<std::byte> bytes() const {
        std::vector<std::byte> out;
        if (why_ != status::ok) return out;
        detail::byte_writer write(out);
        write.number(magic);
        write.number(version);
        write.number(kind_);
        write.number(random_.seed);
        write.number(random_.sequence);
        write.number(random_.position);
        write.number(attempt_);
        write.number(pending_);
        write.number(std::uint64_t{vocabulary_});
        write.number(std::uint64_t{width_});
        for (const auto tokens : {prompt(), output()}) {
            write.number(std::uint64_t{tokens.size()});
            for (const token_id id : tokens) write.number(id);
        }
        if constexpr (has_states) {
            put(write, states_);
            put(write, pending_states_);
            if (past_)
                for (std::size_t i = 0; i < past_->size(); ++i) put(write, (*past_)[i]);
        }
        return out;
    }

private:
    template <class...>
    friend class sampler;
    friend class verifier;

    // What draws at this position have left.
    struct draws {
        std::uint32_t attempt;
        token_id pending;
        states pending_states;
        std::size_t width;
    };
    draws drawn_here() const noexcept { return {attempt_, pending_, pending_states_, width_}; }
    // What a draw from a row of this width leaves to accept().
    void drew(token_id id, const states& learned, std::size_t width) noexcept {
        pending_ = id;
        pending_states_ = learned;
        width_ = width;
        ++attempt_;
    }
    void drew(token_id id, std::size_t width) noexcept { drew(id, states_, width); }
    void forget_draws_since(const draws& before) noexcept {
        attempt_ = before.attempt;
        pending_ = before.pending;
        pending_states_ = before.pending_states;
        width_ = before.width;
    }

    static constexpr std::uint32_t magic = 0x71736461;  // "adsq"
    static constexpr std::uint32_t version = 3;

    template <class F>
    static void each_state(states& all, F f) {
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (f(detail::element_at<Index>(all)), ...);
        }(std::index_sequence_for<S...>{});
    }
    static void put(detail::byte_writer& write, states all) {
        each_state(all, [&](auto& one) { detail::each_number(one, [&](auto& value) { write.number(value); }); });
    }
    static void get(detail::byte_reader& read, states& all) noexcept {
        each_state(all, [&](auto& one) { detail::each_number(one, [&](auto& value) { read.number(value); }); });
    }
    static std::uint32_t state_bytes() noexcept {
        std::size_t size = 0;
        states all{};
        each_state(all, [&](auto& one) { detail::each_number(one, [&](auto& value) { size += sizeof value; }); });
        return static_cast<std::uint32_t>(size);
    }

    std::size_t limit() const noexcept { return vocabulary_ != 0 ? vocabulary_ : width_ != 0 ? width_ : candidates<float>::max_width; }

    // For that many further accepts, and for so many changes in all. The states are this sequence's alone then, page by page.
    status past_room([[maybe_unused]] std::size_t accepts, [[maybe_unused]] std::size_t changes) noexcept {
        if constexpr (has_states) {
            ARGDRAW_TRY { past_.own().make_room(accepts, changes); }
            ARGDRAW_CATCH(std::bad_alloc) { return status::out_of_memory; }
        }
        return status::ok;
    }

    void settle() noexcept {
        attempt_ = 0;
        pending_ = -1;
    }

    void begin(const start_options& options) noexcept {
        random_ = {options.seed, options.sequence, options.position + static_cast<std::uint32_t>(options.output.size())};
        vocabulary_ = options.vocabulary;
        why_ = detail::all_in_row(options.output, limit()) ? history_.assign(options.prompt, options.output) : status::bad_parameter;
        if constexpr (has_states)
            if (why_ == status::ok) {
                ARGDRAW_TRY { past_.own().assign(options.output.size(), states_); }
                ARGDRAW_CATCH(std::bad_alloc) { why_ = status::out_of_memory; }
            }
    }

    /// The tokens of a row that may live.
    template <class Row>
    Row in_vocabulary(const Row& row) const noexcept {
        return row.first(vocabulary_ != 0 ? (std::min)(vocabulary_, row.size()) : row.size());
    }

    void read_bytes(std::span<const std::byte> bytes) noexcept {
        detail::byte_reader read(bytes);
        const bool ours =
            read.next<std::uint32_t>() == magic && read.next<std::uint32_t>() == version && read.next<std::uint32_t>() == kind_;
        read.number(random_.seed);
        read.number(random_.sequence);
        read.number(random_.position);
        read.number(attempt_);
        read.number(pending_);
        vocabulary_ = detail::of_bits<std::size_t>(read.next<std::uint64_t>());
        width_ = detail::of_bits<std::size_t>(read.next<std::uint64_t>());
        why_ = status::bad_parameter;
        if (!ours || !read.good()) return;
        ARGDRAW_TRY {
            std::vector<token_id> tokens[2];
            for (auto& some : tokens) {
                const auto count = read.next<std::uint64_t>();
                if (count > read.left() / sizeof(token_id)) return;
                some.resize(static_cast<std::size_t>(count));
                for (token_id& id : some) read.number(id);
            }
            if constexpr (has_states) {
                get(read, states_);
                get(read, pending_states_);
                if (const std::size_t size = state_bytes(); size > 0 && tokens[1].size() > read.left() / size) return;
                auto& all = past_.own();
                all.assign(tokens[1].size(), states_);
                for (std::size_t i = 0; i < all.size(); ++i) get(read, all.at(i));
            }
            const std::size_t most = vocabulary_ != 0 ? vocabulary_ : candidates<float>::max_width;  // rows may have had several widths
            if (read.at_end() && detail::all_in_row(tokens[1], most)) why_ = history_.assign(tokens[0], tokens[1]);
        }
        ARGDRAW_CATCH(std::bad_alloc) { why_ = status::out_of_memory; }
    }

    philox random_;
    mutable argdraw::history history_;  // its views: what stages ask of it is built when they ask
    states states_{}, pending_states_{};
    detail::shared<detail::paged<states>> past_;  // before each accept
    std::size_t vocabulary_ = 0;
    std::size_t width_ = 0;   // of the last row that gave a token
    std::uint32_t kind_ = 0;  // of the states: elements::kind_of_states() of the pipeline that it was started for
    std::uint32_t attempt_ = 0;
    token_id pending_ = -1;
    status why_ = status::ok;
};

namespace detail {

template <class>
inline constexpr bool is_sequence = false;
template <class... S>
inline constexpr bool is_sequence<sequence<S...>> = true;

/// A draw with a sequence: everything it may ask for, and what it leaves behind if there was a token.
template <class... S>
class sequence_given {
public:
    /// `width` is that of the row as it was given.
    sequence_given(const philox& random, std::uint32_t attempt, history& seen, const leaves<typename state_of<S>::type...>& states,
                   std::size_t width) noexcept
        : random_(random), attempt_(attempt), history_(seen), states_(states), width_(width) {}

    template <std::size_t Index>
    auto context() noexcept {
        using element = leaf_type<Index, S...>;
        return argdraw::context<element>(random_, attempt_, uses_, history_, element_at<Index>(states_), width_);
    }
    std::size_t row_width() const noexcept { return width_; }
    const auto& states() const noexcept { return states_; }
    void succeeded(const drawn&) noexcept {}

private:
    const philox& random_;
    std::uint32_t attempt_;
    history& history_;
    leaves<typename state_of<S>::type...> states_;
    std::size_t width_;
    uses_of_purposes uses_;
};

}  // namespace detail

}  // namespace argdraw
