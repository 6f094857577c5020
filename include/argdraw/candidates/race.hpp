// race — a draw as a race: each token's distance below the maximum, and noise.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/edits.hpp>
#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/candidates/questions.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/random/words.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The first so far of a race: the greatest distance + noise, noise = -ln(-ln u), where distance is ln of a weight; at equal sums the lower
/// id.
struct front_runner {
    token_id id = -1;
    double greatest = -numeric::infinity;
    double bound = numeric::infinity;  ///< e^-greatest, and a little more

    /// -ln u >= 1 - u, and distance + noise reaches the greatest only if -ln u <= w e^-greatest: so no token of weight w or less whose 1 - u
    /// is above this wins, and most lose without a logarithm.
    double most_beside(double w) const noexcept { return numeric::product(w, bound); }

    void meet(token_id other, double distance, double u) noexcept {
        const double sum = distance - numeric::log(-numeric::log(u));
        if (!(sum > greatest || (sum == greatest && other < id))) return;
        id = other;
        greatest = sum;
        bound = numeric::product(numeric::exp2(numeric::product(-sum, numeric::log2_e)), 1 + 1e-9);
    }
};

/// Of a weighed list: the first for u = uniform(id).
template <class F, class D>
taken race(const list& tokens, F uniform, D distance) noexcept {
    std::size_t best = tokens.size();
    front_runner first;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens.weight(i) == 0) continue;  // noise spans 40, this token is 693 below the maximum
        const double u = uniform(tokens.id(i));
        if (1 - u > first.most_beside(tokens.weight(i))) continue;
        first.meet(tokens.id(i), distance(i), u);
        if (first.id == tokens.id(i)) best = i;
    }
    if (best == tokens.size()) return {};
    return {tokens.id(best), tokens.probability(best)};
}

/// What the words of a philox for its tokens have in common.
inline simd::token_words words_of_tokens(const philox& random) noexcept {
    const auto lower = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const auto upper = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
    const std::uint32_t what = std::uint32_t{static_cast<std::uint8_t>(purpose::gumbel)} << 24;
    return simd::token_words::of({random.position, what, lower(random.sequence), upper(random.sequence)},
                                 {lower(random.seed), upper(random.seed)});
}

/// A race over a row, of which words are made in vectors, and looked at only where a token may win.
///
/// q = most_beside(the weight of a block's greatest) holds for all of its tokens, and for those without a place in the block's maximum,
/// the strays, who run first. With h the upper half of a word, u < (h + 1) 2^-32: so what wins has h > (1 - q) 2^32 - 1, that is h >= 2^32 -
/// ceil(q 2^32). Of a block, the great ones may have run before, and q then holds for the others. And 1 - u >= 2^-53: where q is less,
/// nobody in the block wins. Whoever weighs 0 loses to the greatest, whose noise is above -4, as in a list.
template <logit_scalar T>
class race_over_row {
public:
    race_over_row(distribution<T>& d, const view<T>& seen, const philox& random) noexcept
        : d_(d), row_(seen.row()), random_(random), words_(words_of_tokens(random)), weights_(d.scratch().split.above) {
        const auto* const maxima = seen.top().of_block();
        const double most = d.maximum();  // what a removed token is above it does not count
        std::transform(maxima, maxima + blocks(), weights_, [=](auto v) { return (std::min)(static_cast<double>(v), most); });
        simd::lists().weights(weights_, blocks(), most, d.exponent_scale(), weights_);
    }

    token_id winner() noexcept {
        row_.strays().for_each([&](token_id id, double) { meet(id); });
        start_with_greatest();
        for (std::size_t b = 0; b < blocks(); ++b) run(b);
        return first_.id;
    }

private:
    std::size_t blocks() const noexcept { return row_.blocks().blocks; }
    double uniform(token_id id) const noexcept { return open_unit(random_.word(purpose::gumbel, static_cast<std::uint32_t>(id))); }

    void meet(token_id id) noexcept { meet(id, uniform(id)); }
    void meet(token_id id, double u) noexcept {
        const double v = row_.value_of_token(id);
        if (v > -numeric::infinity) first_.meet(id, numeric::product(v - d_.maximum(), d_.scale()), u);
    }

    // A good first to be held against.
    void start_with_greatest() noexcept {
        const auto b = static_cast<std::size_t>(std::max_element(weights_, weights_ + blocks()) - weights_);
        double values[simd::block_size];
        row_.values_of_block(b, values);
        meet(static_cast<token_id>(b * simd::block_size) +
             static_cast<token_id>(std::max_element(values, values + simd::block_size) - values));
    }

    // A share of a block's words that is not few.
    static constexpr double some = 0x1p-6;

    // Where a great token would have the words of a whole block looked at, it runs first, and the block weighs what the others do.
    ARGDRAW_NOINLINE void run_great(std::size_t b) noexcept {
        const double cut = d_.maximum() + numeric::log(some / first_.bound) / d_.scale();
        double values[simd::block_size];
        std::int32_t great[simd::block_size + simd::lanes];
        row_.values_of_block(b, values);
        const std::size_t n = simd::numbers<double>().select(values, simd::block_size, cut, great);
        for (const std::int32_t i : std::span(great, n)) {
            meet(static_cast<token_id>(b * simd::block_size) + i);
            values[i] = -numeric::infinity;
        }
        const double greatest = simd::lists().greatest(values, simd::block_size);
        weights_[b] = (std::min)(weights_[b], numeric::exp2(numeric::product(greatest - d_.maximum(), d_.exponent_scale())));
    }

    void run(std::size_t b) noexcept {
        if (first_.most_beside(weights_[b]) >= some) run_great(b);
        const double q = first_.most_beside(weights_[b]);
        if (!(q >= 0x1p-53)) return;
        const std::uint32_t least = q < 1 ? static_cast<std::uint32_t>(0x1p32 - std::ceil(q * 0x1p32)) : 0;
        std::int32_t reaching[simd::block_size];
        const auto from = static_cast<token_id>(b * simd::block_size);
        const std::size_t n = simd::words().reaching(words_, static_cast<std::uint32_t>(from), least, reaching);
        for (const std::int32_t i : std::span(reaching, n)) {
            if (!row_.holds_id(from + i)) break;
            const double u = uniform(from + i);
            if (1 - u <= first_.most_beside(weights_[b])) meet(from + i, u);
        }
    }

    distribution<T>& d_;
    const living_row<T>& row_;
    const philox& random_;
    simd::token_words words_;
    double* weights_;  // of the greatest of each block
    front_runner first_;
};

/// Needs what keeps_a_function() says. The first of all that lives, for the words that a philox has for its tokens.
template <logit_scalar T>
token_id winner_of_row(distribution<T>& d, const philox& random) noexcept {
    return race_over_row<T>(d, *d.as_view(), random).winner();
}

/// Needs the same. A token and its probability, which is off by a share of itself where that is enough.
template <logit_scalar T>
taken with_probability(distribution<T>& d, token_id id, accuracy wanted) noexcept {
    if (id < 0) return {};
    const double weight = numeric::exp2(numeric::product(d.as_view()->row().value_of_token(id) - d.maximum(), d.exponent_scale()));
    const estimate mass = mass_of(d, wanted == accuracy::quick ? accuracy::fine : wanted);
    return {id, weight / mass.value, mass.error / mass.value};
}

/// The first of all that lives, for the words that a philox has for its tokens; none where nothing lives.
template <logit_scalar T>
taken race(distribution<T>& d, const philox& random) noexcept {
    // Few that live are listed sooner, as for a function of all logits.
    if (keeps_a_function(d)) return with_probability(d, winner_of_row(d, random), accuracy::full);
    const list* const tokens = d.weighed_list();
    if (!tokens) return {};
    const auto uniform = [&](token_id id) { return open_unit(random.word(purpose::gumbel, static_cast<std::uint32_t>(id))); };
    return race(*tokens, uniform, [&](std::size_t i) { return d.above_maximum(*tokens, i); });
}

}  // namespace argdraw::detail
