// questions — what is asked about masses and moments, of a view or of a list.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>

#include <argdraw/candidates/cumulative.hpp>
#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/candidates/raised_cells.hpp>
#include <argdraw/candidates/view.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/numeric/log1p.hpp>
#include <argdraw/numeric/saturated.hpp>
#include <argdraw/simd/dispatch.hpp>
#include <argdraw/simd/weight_scale.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

inline constexpr double ln2 = 0x1.62e42fefa39efp-1;

// How far an entropy or a mean distance may be off that comes from sums of floats. The terms w e are off by less than 5.3e-7 of themselves,
// and the sum of the w by 2.4e-7; the mean of |e| is at most one binary place more than the distance, which is no more than the entropy.
inline double error_of_exponents(double nats) noexcept { return numeric::product(float_sums::of_exponents, (std::max)(nats, 0.0) + 1); }

template <logit_scalar T>
std::size_t size_of(distribution<T>& d) noexcept {
    // What is weighed in floats has neither NaN nor +inf.
    if (view<T>* const seen = d.as_plain_view(); seen && (seen->only_weighed() || (d.find_maximum() && d.as_view()))) {
        const std::size_t counted = seen->weights().living_of(seen->row());
        return counted > 0 ? counted : seen->row().size();
    }
    const list* const tokens = d.listed();
    return tokens ? tokens->size() : 0;
}

template <logit_scalar T>
double least_value(distribution<T>& d) noexcept {
    if (d.find_maximum() && d.as_plain_view()) return d.as_plain_view()->row().minimum();
    const list* const tokens = d.listed();
    return tokens ? tokens->minimum() : numeric::nan;
}

/// Of a view that was weighed in floats, relative to a value.
template <logit_scalar T>
estimate mass_in_floats(const view<T>& seen, double value) noexcept {
    const double mass = seen.weights().relative_to(value, seen.weights().all());
    return {mass, numeric::product(float_sums::of_weights, mass), 0.0};
}

/// What an entropy or a mean distance is said to be off by that comes from rough sums, which are off by less than 2^-35: more than that, so
/// that it covers the roundings of distances, below 2^-38 where no logit is above 2^13.
inline double error_of_rough(double nats) noexcept { return numeric::product(0x1p-28, (std::max)(nats, 0.0) + 1); }

/// The view, where exponents_roughly has what it needs, and where it takes less than sums in full: a wide row that is plain.
template <logit_scalar T>
view<T>* rough_view(distribution<T>& d) noexcept {
    view<T>* const seen = d.as_plain_view();
    const bool fits = seen && seen->row().strays().count() == 0 && simd::weight_scale::covers(d.exponent_scale());
    return fits && d.find_maximum() ? d.as_plain_view() : nullptr;
}

template <logit_scalar T>
estimate mass_of(distribution<T>& d, accuracy wanted) noexcept {
    if (view<T>* const seen = wanted == accuracy::fine ? rough_view(d) : nullptr) {
        const double mass = seen->sums_roughly(d.exponent_scale()).mass;
        return {mass, numeric::product(0x1p-35, mass), 0.0};
    }
    if (wanted == accuracy::fine) wanted = accuracy::full;
    if (view<T>* const seen = d.weighed_view(wanted); seen && d.find_maximum()) {
        const double mass = seen->weights().relative_to(d.maximum(), seen->weights().all());
        return {mass, seen->weights().in_float() ? numeric::product(float_sums::of_weights, mass) : 0.0, 0.0};
    }
    const list* const tokens = d.weighed_list();
    return {tokens ? tokens->mass() : numeric::nan};
}

template <logit_scalar T>
double log_mass_of(distribution<T>& d) noexcept {
    if (view<T>* const seen = d.weighed_view(accuracy::full)) return numeric::log1p(seen->weights().all_beside_greatest(seen->row()));
    list* const tokens = d.weighed_list();
    return tokens ? numeric::log1p(tokens->mass_beside_maximum()) : numeric::nan;
}

/// ln sum exp(l), above what a value of the row or of the list comes to under the scale; and how far off it may be, 0 where that is within
/// 1e-12. Counted from a value near the greatest: where logits are far from 0, differences alone keep their digits.
struct log_total {
    double origin = 0, scale = 1, above = 0, error = 0;
    bool infinite = false;  ///< +inf takes all

    /// ln of the probability of a value, 0 or less; finite where the value is.
    double log_share(double v) const noexcept {
        if (infinite || v == -numeric::infinity) return v == numeric::infinity ? (std::min)(0.0, -above) : -numeric::infinity;
        const double of = numeric::saturated(numeric::product(v / 2 - origin / 2, scale) * 2);
        return (std::min)(0.0, of - above);
    }
};

template <logit_scalar T>
log_total log_total_of(distribution<T>& d, accuracy wanted) noexcept {
    // Few tokens are summed as a list, which a draw may have made of them: the sum is the same before and after it.
    if (d.as_view() && !keeps_a_function(d)) d.listed();
    if (wanted == accuracy::quick)
        if (view<T>* const seen = d.weighed_view(wanted); seen && seen->weights().in_float()) {
            const double origin = seen->weights().reference() / d.exponent_scale();
            return {origin, d.scale(), numeric::log(seen->weights().all()), float_sums::of_weights};
        }
    if (!d.find_maximum()) return {};
    const list* const tokens = d.as_list();
    const bool infinite = tokens && tokens->infinite();
    return {d.maximum(), d.scale(), log_mass_of(d), 0, infinite};
}

/// l <- ln p. Of a view that weighs something the mass is asked for when it is needed.
template <logit_scalar T>
void normalise(distribution<T>& d) noexcept {
    if (d.weighed_view()) return d.normalise_later();
    const double log_of_mass = log_mass_of(d);
    if (!d.ok()) return;
    d.set_origin(d.maximum(), -log_of_mass);
    if (list* const tokens = d.as_list()) tokens->make_finite();
}

template <logit_scalar T>
distribution<T>& distribution<T>::settled_origin() noexcept {
    if (power_that_waits_ > 0) raise_by_steps(*this, list_);
    if (values_later_) {
        values_later_ = false;
        settled(list_.set_by_weight([above = above_log_weight_](double weight) { return numeric::log(weight) + above; }));
    }
    if (!normalises_) return *this;
    normalises_ = false;
    const double log_of_mass = log_mass_of(*this);
    if (ok()) set_origin(maximum(), -log_of_mass);
    return *this;
}

template <logit_scalar T>
double mean_distance_of(distribution<T>& d, list& weighed) noexcept {
    return -weighed.mean_of([&](std::size_t i) { return d.above_maximum(weighed, i); });
}
template <logit_scalar T>
estimate mean_distance_of(distribution<T>& d, accuracy wanted) noexcept {
    if (view<T>* const seen = wanted == accuracy::fine ? rough_view(d) : nullptr) {
        const rough_sums& of = seen->sums_roughly(d.exponent_scale());
        const double distance = -numeric::product(ln2, of.exponents / of.mass);
        return {distance, error_of_rough(distance)};
    }
    if (wanted == accuracy::fine) wanted = accuracy::full;
    if (view<T>* const seen = d.template weighed_view<extra::exponents>(wanted); seen && d.find_maximum()) {
        const double exponent = seen->weights().beside() / seen->weights().all();
        if (!seen->weights().in_float()) return {-numeric::product(ln2, exponent)};
        const double distance =
            numeric::product(ln2, numeric::product(seen->maximum(), d.exponent_scale()) - seen->weights().reference() - exponent);
        return {distance, error_of_exponents(distance)};
    }
    list* const tokens = d.weighed_list();
    return {tokens ? mean_distance_of(d, *tokens) : numeric::nan};
}

// -ln p = ln S - (l - m), so H = ln S - sum p (l - m); a token whose weight vanished adds 0, as 0 ln 0 does.
template <logit_scalar T>
estimate entropy_of(distribution<T>& d, accuracy wanted) noexcept {
    if (view<T>* const seen = wanted == accuracy::fine ? rough_view(d) : nullptr) {
        const rough_sums& of = seen->sums_roughly(d.exponent_scale());
        const double h = (std::max)(0.0, numeric::log(of.mass) - numeric::product(ln2, of.exponents / of.mass));
        return {h, error_of_rough(h)};
    }
    if (wanted == accuracy::fine) wanted = accuracy::full;
    if (view<T>* const seen = d.template weighed_view<extra::exponents>(wanted)) {
        const double exponents = numeric::product(ln2, seen->weights().beside() / seen->weights().all());
        if (!seen->weights().in_float())
            return {(std::max)(0.0, numeric::log1p(seen->weights().all_beside_greatest(seen->row())) - exponents)};
        // Exponents count from the reference, which is at most a binary place above the greatest: they tell of the distance.
        const double h = (std::max)(0.0, numeric::log(seen->weights().all()) - exponents);
        return {h, error_of_exponents(h), error_of_exponents((std::min)(h, ln2 - exponents))};
    }
    list* const tokens = d.weighed_list();
    if (!tokens) return {numeric::nan};
    const double log_mass = numeric::log1p(tokens->mass_beside_maximum());
    return {(std::max)(0.0, log_mass + mean_distance_of(d, *tokens))};
}

struct entropy_and_size {
    double entropy;
    std::size_t size;
};

/// The sums for the entropy of a whole view know its size. Behind a cut what lives is listed for its number, and the entropy is the list's.
template <logit_scalar T>
entropy_and_size entropy_and_size_of(distribution<T>& d) noexcept {
    if (!d.as_plain_view()) size_of(d);
    const double entropy = entropy_of(d, accuracy::full).value;
    return {entropy, size_of(d)};
}

template <logit_scalar T>
estimate collision_of(distribution<T>& d, accuracy wanted) noexcept {
    if (view<T>* const seen = d.template weighed_view<extra::squares>(wanted)) {
        const double sum = seen->weights().beside() / numeric::product(seen->weights().all(), seen->weights().all());
        if (!seen->weights().in_float()) return {sum};
        return {sum, numeric::product(float_sums::of_squares, sum), numeric::product(float_sums::of_squares_alone, sum)};
    }
    list* const tokens = d.weighed_list();
    return {tokens ? tokens->collision() : numeric::nan};
}

/// Numbers of tokens.
struct ranks {
    std::size_t above = 0;
    std::size_t reaching = 0;
};

template <logit_scalar T>
ranks ranks_of(distribution<T>& d, double logit) noexcept {
    if (!d.find_maximum()) return {};
    if (view<T>* const seen = d.as_plain_view(); seen && d.scale() == 1 && d.logit_of(0.0) == 0) {
        ranks of;
        if (seen->blocks_reaching(logit) <= seen->blocks() / 8) {
            const std::size_t found = seen->list_reaching(logit);
            const double* const values = d.scratch().tokens.values;
            return {static_cast<std::size_t>(std::count_if(values, values + found, [&](double v) { return v > logit; })), found};
        }
        of = {seen->row().count_reaching(numeric::next_above(logit)), seen->row().count_reaching(logit)};
        seen->row().strays().for_each([&](token_id, double v) {
            of.above += v > logit;
            of.reaching += v >= logit;
        });
        return of;
    }
    ranks of;
    list* const tokens = d.listed();
    for (std::size_t i = 0; tokens && i < tokens->size(); ++i) {
        const double l = tokens->infinite() ? numeric::infinity : d.logit_of(tokens->value(i));
        of.above += l > logit;
        of.reaching += l >= logit;
    }
    return of;
}

/// The least number above -inf that another row, as wide as the row, has for a living token, NaN passed over; +inf where there is none.
template <logit_scalar T, logit_scalar U>
double least_beside(distribution<T>& d, const U* other) noexcept {
    double least = numeric::infinity;
    const auto take = [&](token_id id) {
        const double y = static_cast<double>(static_cast<value_of<U>>(other[id]));
        if (y > -numeric::infinity) least = (std::min)(least, y);
    };
    if (view<T>* const seen = d.as_view(); seen && d.find_maximum() && d.as_view()) {
        double values[simd::block_size], beside[simd::block_size];
        for (std::size_t b = 0; b < seen->blocks(); ++b) {
            const auto first = static_cast<token_id>(b * simd::block_size);
            seen->row().values_of_block(b, values);
            if (block_of_row(other, d.width(), first, beside)) {
                least = (std::min)(least, simd::maps().least_beside(values, beside));
                continue;
            }
            for (std::size_t i = 0; i < simd::block_size; ++i)
                if (values[i] > -numeric::infinity) take(first + static_cast<token_id>(i));
        }
        return least;
    }
    if (const list* const tokens = d.listed())
        for (const token_id id : tokens->ids()) take(id);
    return least;
}

struct mean_and_deviation {
    double mean;
    double deviation;  ///< population standard deviation
};

template <logit_scalar T>
mean_and_deviation moments_of(distribution<T>& d) noexcept {
    if (view<T>* const seen = d.as_plain_view()) {
        moments found;
        if (const status why = seen->moments_of(true, found); why != status::ok) {
            d.fail(why);
            return {numeric::nan, numeric::nan};
        }
        if (seen->maximum() < numeric::infinity && found.variance < numeric::infinity)
            return {d.logit_of(found.mean), numeric::product(std::sqrt(found.variance), d.scale())};
    }
    list* const tokens = d.listed();
    if (!tokens) return {numeric::nan, numeric::nan};
    const auto [mean, deviation] = tokens->moments(d.scale());
    return {d.logit_of(mean), deviation};
}

/// The least and the greatest that a float of ln p may be, no more than 0; each logarithm is within 2^-50 of itself.
struct float_bounds {
    float low, high;
};
inline float_bounds log_as_floats(const taken& token) noexcept {
    const double off = token.error + 0x1p-50;
    const auto log_of = [](double p, double wider) {
        return static_cast<float>((std::min)(0.0, numeric::product(numeric::log(p), wider)));
    };
    return {log_of(numeric::product(token.probability, 1 - off), 1 + 0x1p-50),
            log_of(numeric::product(token.probability, 1 + off), 1 - 0x1p-50)};
}

/// What leaves logits as they are.
struct same_logits {
    static constexpr bool rises = true;
    double operator()(token_id, double l) const noexcept { return l; }
    bool block(token_id, double*) const noexcept { return true; }
};

/// The token at u of a row of doubles that nobody has weighed, as that of a mapped row.
template <logit_scalar T>
taken quick_token_of_row(distribution<T>& d, double u) noexcept {
    const view<T>* const seen = d.as_view();
    if (!seen || seen->weights().known_of(seen->row()) || seen->blocks() < sizes::mapped_blocks) return {};
    if (!d.find_maximum() || !d.as_view()) return {};
    return d.map_beside(same_logits{}, {0, 1, 0}).quick_token_at(u, d.exponent_scale());
}

/// The token at u of the cumulative distribution in id order, and its probability; none where nothing lives. A quick answer has the same
/// token.
template <logit_scalar T>
taken token_at(distribution<T>& d, double u, accuracy wanted) noexcept {
    if (d.power_that_waits() > 0 && d.ok()) {
        list& tokens = *d.as_list();
        if (const taken quick = quick_raised_token(d, tokens, u); quick.id >= 0) return quick;
        raise_by_steps(d, tokens);
    }
    if (mapped_row<T>* const mapped = d.as_mapped()) {
        if (wanted == accuracy::quick)
            if (const taken quick = mapped->quick_token_at(u, d.exponent_scale()); quick.id >= 0) return quick;
        if (!d.find_maximum()) return {};
    }
    if (mapped_row<T>* const mapped = d.as_mapped()) {
        mapped->weigh(d.exponent_scale());
        return mapped->token_at(u);
    }
    if constexpr (std::same_as<T, double>)
        if (wanted == accuracy::quick)
            if (const taken quick = quick_token_of_row(d, u); quick.id >= 0) return quick;
    if (const auto* const seen = d.weighed_view()) return seen->weights().token_at(seen->row(), u);
    const list* const tokens = d.weighed_list();
    return tokens ? tokens->token_at(u) : taken{};
}

}  // namespace argdraw::detail
