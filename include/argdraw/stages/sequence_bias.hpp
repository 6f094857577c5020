// sequence_bias — make what completes a sequence of tokens more or less likely.
//
//   formula   l <- l + b for the last token of each listed sequence whose other tokens are the last ones of prompt and output
//   neutral   no sequences
//   range     each sequence has at least one id, and all of them belong to the row; b any but NaN, -inf bans, +inf leaves only those of +inf
//   ties      equal logits with equal biases stay equal
//   cost      the sequences are gone through, each as far as it agrees with the history; the row is not read
//   source    Hugging Face transformers, SequenceBiasLogitsProcessor
//   edges     several biases of one token add up, -inf beats +inf; a sequence of one token is a plain bias; the sequences are views that must
//             outlive their use, and so is the list unless written in braces
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/bias.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/list.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/history/history.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct biased_sequence {
    view_of<token_id> sequence;
    float b;

    friend constexpr bool operator==(const biased_sequence& x, const biased_sequence& y) noexcept {
        return x.b == y.b && std::equal(x.sequence.begin(), x.sequence.end(), y.sequence.begin(), y.sequence.end());
    }
};

template <std::size_t N = std::dynamic_extent>
struct sequence_bias : list<biased_sequence, N> {
    using list<biased_sequence, N>::list;

    static constexpr std::string_view requirement =
        "sequence_bias: each sequence must have at least one token, all of them ids of the row, and no bias may be NaN";
    static constexpr bool reads_history = true;
    constexpr bool neutral() const noexcept { return this->items().empty(); }
    constexpr bool valid() const noexcept {
        return std::none_of(this->items().begin(), this->items().end(),
                            [](const biased_sequence& each) { return each.sequence.empty() || each.b != each.b; });
    }
    constexpr bool fits(std::size_t width) const noexcept {
        return std::all_of(this->items().begin(), this->items().end(), [width](const biased_sequence& each) { return detail::all_in_row(each.sequence, width); });
    }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        const auto seen = context.history().tokens();
        token_bias completed[few];
        std::size_t count = 0;
        for (const biased_sequence& each : this->items()) {
            if (!detail::all_in_row(each.sequence, c.width())) return c.fail(status::outside_row);
            if (!detail::completes(each.sequence, seen)) continue;
            if (count < few) completed[count] = {each.sequence.back(), each.b};
            ++count;
        }
        if (count > few) return add_many(c, seen);
        const std::span<const token_bias> biases(completed, count);
        c.edit(biases, detail::bias_sums(biases));
    }

    friend bool operator==(const sequence_bias&, const sequence_bias&) = default;

private:
    static constexpr std::size_t few = 256;
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    // What the biases of one token add up to, for the tokens of one window of ids at a time: of many sequences there is no list anywhere.
    struct token_sum {
        token_id id = -1;  // where there is none
        double b = 0;
    };
    using window = std::array<token_sum, 1024>;

    window sums_from(std::size_t first, std::span<const token_id> seen) const noexcept {
        window sums;
        for (const biased_sequence& each : this->items()) {
            const std::size_t at = static_cast<std::size_t>(each.sequence.back()) - first;
            if (at >= sums.size() || !detail::completes(each.sequence, seen)) continue;
            const double b = static_cast<double>(each.b);
            sums[at] = {each.sequence.back(), b == -infinity || sums[at].b == -infinity ? -infinity : sums[at].b + b};
        }
        return sums;
    }

    template <class Candidates, class F>
    void edit_by_windows(Candidates& c, std::span<const token_id> seen, F f) const noexcept {
        for (std::size_t first = 0; first < c.width(); first += window{}.size()) {
            window sums = sums_from(first, seen);
            const auto end = std::remove_if(sums.begin(), sums.end(), [](const token_sum& s) { return s.id < 0; });
            if (end != sums.begin()) c.edit(std::span<const token_sum>(sums.begin(), end), f);
        }
    }

    // All that is finite, or bans, window by window; +inf speaks of all tokens at once, and comes last.
    template <class Candidates>
    void add_many(Candidates& c, std::span<const token_id> seen) const noexcept {
        bool some_forced = false, forced_lives = false;
        edit_by_windows(c, seen, [&](double l, const token_sum& s) {
            some_forced |= s.b == infinity;
            return s.b == -infinity ? s.b : s.b < infinity ? l + s.b : l;
        });
        if (!some_forced) return;
        (void)(c.max)();  // where the row has a +inf of its own, only its like live now
        edit_by_windows(c, seen, [&](double l, const token_sum& s) {
            forced_lives |= s.b == infinity && l < infinity;
            return l;
        });
        if (!forced_lives) return;
        window sums;
        std::size_t first = c.width();
        c.keep_if([&](token_id id, double) {  // in the order of ids
            const auto at = static_cast<std::size_t>(id);
            if (at - first >= sums.size()) sums = sums_from(first = at - at % sums.size(), seen);
            return sums[at - first].b == infinity;
        });
        c.transform([](token_id, double) { return infinity; });
    }
};

template <std::size_t N>
sequence_bias(const biased_sequence (&)[N]) -> sequence_bias<N>;
template <std::size_t N>
sequence_bias(const std::array<biased_sequence, N>&) -> sequence_bias<N>;
sequence_bias(view_of<biased_sequence>) -> sequence_bias<>;

}  // namespace argdraw
