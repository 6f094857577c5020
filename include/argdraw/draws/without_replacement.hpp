#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/random/words.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// As many different tokens as there is room for, each drawn from what the ones before it left.
///
/// - formula:  the k greatest l_i + g_i, greatest first, g = -ln(-ln u), u = open_unit(noise of the token); the first is what gumbel draws
/// - range:    k = into.size() >= 1
/// - ties:     at equal sums the lower id
/// - edges:    no living token: empty; a NaN in what is read: nan_logit; entries beyond the living tokens are empty; where no token was
///             drawn the contents mean nothing; logits beyond the doubles are as far apart as they are
/// - random:   one word for every token, addressed by its id: the same at every redraw of a position, whatever set it is in
/// - logprob:  ln p of each token in the final set, not in what the ones before it left
/// - cost:     the row as a list, a random word and two logarithms a token, and a heap of k
/// - usual:    4 to 16 tokens
/// - when:     several different continuations of one text: beams, trees, best of n
/// - not:      for many draws of the same law: those are with replacement, and independent
/// - source:   Vieira 2014, "Gumbel-max trick and weighted reservoir sampling"; Kool, van Hoof, Welling 2019, arXiv:1903.06059
/// - example:  without_replacement{three}
struct without_replacement {
    std::span<drawn> into;  ///< Room for the tokens; the caller's memory, which must outlive the call and belong to one call at a time.

    static constexpr bool draws_from_all = true;  // of the first token

    static constexpr std::string_view requirement = "without_replacement: into must have room for one token or more";
    constexpr bool valid() const noexcept { return !into.empty(); }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        if (c.size() == 0) return {.why = c.why()};
        const double log_mass = c.log_mass();
        const auto [ids, distances] = c.distances();  // l - max l, finite where logits are

        // Until the end of the loop `into` holds racers in place of answers: the k best so far, as a heap with the worst in front.
        const std::size_t k = (std::min)(into.size(), ids.size());
        auto* const racers = reinterpret_cast<racer*>(into.data());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const double noise = -numeric::log(-numeric::log(open_unit(context.noise(ids[i]))));
            const racer next{std::bit_cast<std::array<std::uint32_t, 2>>(distances[i] + noise), ids[i]};
            if (i < k) {
                new (racers + i) racer(next);
                std::push_heap(racers, racers + i + 1, before);
            } else if (before(next, racers[0])) {
                std::pop_heap(racers, racers + k, before);
                racers[k - 1] = next;
                std::push_heap(racers, racers + k, before);
            }
        }
        std::sort_heap(racers, racers + k, before);
        for (std::size_t i = 0; i < k; ++i) {
            const token_id id = racers[i].id;
            const double distance = distances[static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), id) - ids.begin())];
            new (&into[i]) drawn{id, static_cast<float>((std::min)(0.0, distance - log_mass)), status::ok};
        }
        std::fill(into.begin() + static_cast<std::ptrdiff_t>(k), into.end(), drawn{});
        return into[0];
    }

    /// The same memory.
    friend constexpr bool operator==(const without_replacement& a, const without_replacement& b) noexcept {
        return a.into.data() == b.into.data() && a.into.size() == b.into.size();
    }

private:
    // Fits where an answer lies: the double is kept in two halves, for an answer is aligned to four bytes.
    struct racer {
        std::array<std::uint32_t, 2> sum;
        token_id id;
    };
    static_assert(sizeof(racer) == sizeof(drawn) && alignof(racer) <= alignof(drawn));
    static_assert(std::is_trivially_copyable_v<drawn> && std::is_trivially_destructible_v<drawn>);

    static bool before(const racer& a, const racer& b) noexcept {
        return place{std::bit_cast<double>(a.sum), a.id} < place{std::bit_cast<double>(b.sum), b.id};
    }
};

}  // namespace argdraw
