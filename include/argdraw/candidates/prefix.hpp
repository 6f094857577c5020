// prefix — where the shortest prefix of the order that weighs enough ends, without putting everything in order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <argdraw/candidates/order.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Tokens as arrays beside each other, in id order. `values` has room for a vector behind; what is there may be overwritten.
struct weighed_tokens {
    const token_id* ids;
    double* values;
    const double* weights;
    std::size_t count;
};

/// The least and the greatest of n >= 1 values.
inline std::array<double, 2> extremes(const double* values, std::size_t n) noexcept {
    return {simd::lists().least(values, n), simd::lists().greatest(values, n)};
}

/// A token that tells where an edge is: by chance, as one of a sample, or for certain.
struct witness {
    double value, weight;
    bool by_chance = true;
};

/// Two levels between which the edge of a mass is likely to lie, told by n witnesses: where their weights, summed up from below in a
/// histogram, come to `left_out`, three standard deviations of the sum to either side. Summed up from below since what is left out is made
/// of many light tokens, whose sum scatters little; what is kept may be a few heavy ones, in the sample or not. Certain witnesses add
/// nothing to the scatter. Values outside of [bottom, top] count at its ends.
template <std::size_t bins = 1024, class F>
std::array<double, 2> levels_about_edge(std::size_t n, F witness_at, double bottom, double top, double left_out) noexcept {
    struct bin {
        double mass, squares;
    };
    std::array<bin, bins> histogram{};
    const double per_value = bins / (top - bottom);
    for (std::size_t i = 0; i < n; ++i) {
        const witness each = witness_at(i);
        const double at = numeric::product(std::clamp(each.value, bottom, top) - bottom, per_value);
        // Where top and bottom are next to each other the quotient above is infinite, and this is no number.
        bin& here = histogram[at < static_cast<double>(bins) ? static_cast<std::size_t>(at) : bins - 1];
        here.mass += each.weight;
        here.squares += numeric::product(numeric::product(each.weight, each.weight), each.by_chance);
    }
    std::array<double, 2> levels{bottom, top};
    double mass = 0, squares = 0;
    bool below = true;
    std::size_t bins_below = 0;
    for (std::size_t i = 0; i < bins; ++i) {
        mass += histogram[i].mass;
        squares += histogram[i].squares;
        // Three deviations, squared: a root for each bin would take as long as all the rest.
        const double apart = left_out - mass;
        const bool certain = numeric::product(apart, apart) > 9 * squares;
        below &= certain & (apart > 0);
        bins_below += below;
        if (certain & (apart < 0)) {
            levels[1] = bottom + static_cast<double>(i + 1) / per_value;
            break;
        }
    }
    if (bins_below > 0) levels[0] = bottom + static_cast<double>(bins_below) / per_value;
    return levels;
}

/// A prefix of an order: its last token, and what it weighs.
struct prefix {
    place last;
    double mass;
};

/// The search for the shortest prefix that weighs at least `target` and has at least `min_keep` tokens.
///
/// Closes in on two levels between which the edge lies: the tokens at or above `low` are enough, those at or above `high` are not.
/// Of many tokens a sample tells where to look first; as soon as those between the levels are few beside the rest, they go on alone.
/// What is between is sorted when there is next to nothing left; where it stays many, all of it is equal, and its order is that of the ids.
class prefix_search {
public:
    /// There is at least one token; `room` has sixteen bytes for each.
    prefix_search(const weighed_tokens& all, double target, std::size_t min_keep, std::byte* room) noexcept
        : in_{all}, room_{room}, target_{target}, min_keep_{(std::min)(min_keep, all.count)}, reached_{all.count} {
        pad();
        const auto [least, greatest] = extremes(in_.values, in_.count);
        end_ = {least, in_.ids[in_.count - 1]};
        low_ = least;
        high_ = numeric::next_above(greatest);
        if (in_.count > sizes::prefix_guessed) mass_reached_ = simd::lists().mass_at_least(in_.values, in_.weights, in_.count, low_).mass;
        sampled_ = {low_, low_};
        if (in_.count > sizes::prefix_sampled && least < greatest) sampled_ = sample(least, greatest);
    }

    prefix find() noexcept {
        for (std::size_t step = 0; between() > sizes::prefix_sorted; ++step) {
            const auto low_rank = numeric::rank_of(low_), high_rank = numeric::rank_of(high_);
            if (high_rank - 1 <= low_rank) break;
            double guess = guessed(step);
            if (step % 3 == 2 || !(low_ < guess && guess < high_))
                guess = numeric::of_rank<double>((low_rank & high_rank) + ((low_rank ^ high_rank) >> 1));
            move_level_to(guess);
            if (in_.count > sizes::prefix_sampled && between() <= in_.count / 8) leave_others_behind();
        }
        return between() <= sizes::prefix_sorted ? among_few() : among_equals();
    }

private:
    bool enough(const simd::weight_above& w) const noexcept { return w.mass >= target_ && w.count >= min_keep_; }
    std::size_t between() const noexcept { return reached_ - over_.count; }
    void pad() noexcept { std::fill_n(in_.values + in_.count, simd::lanes, -numeric::infinity); }

    // Two levels about the edge, as a sample tells.
    std::array<double, 2> sample(double least, double greatest) const noexcept {
        constexpr std::size_t many = sizes::level_sample;
        const auto entry = [&](std::size_t i) { return witness{in_.values[i * in_.count / many], in_.weights[i * in_.count / many]}; };
        const double share = static_cast<double>(many) / static_cast<double>(in_.count);
        return levels_about_edge<256>(many, entry, least, greatest, numeric::product(mass_reached_ - target_, share));
    }

    // Where the edge is as a sample tells; or if the mass lies evenly between the levels, a little to either side in turn so that both of
    // them move. By rank every third time, which bounds the number of steps whatever the values are.
    double guessed(std::size_t step) const noexcept {
        if (step < 2 && low_ < sampled_[step] && sampled_[step] < high_) return sampled_[step];
        if (step % 3 != 2 && in_.count > sizes::prefix_guessed) {
            const double share = (target_ - over_.mass) / (mass_reached_ - over_.mass) + (step % 3 == 0 ? 0.02 : -0.02);
            if (0 < share && share < 1) return high_ - numeric::product(high_ - low_, share);
        }
        return low_ / 2 + high_ / 2;
    }

    void move_level_to(double guess) noexcept {
        simd::weight_above w = simd::lists().mass_at_least(in_.values, in_.weights, in_.count, guess);
        w = {set_aside_.mass + w.mass, set_aside_.count + w.count};
        if (enough(w)) {
            low_ = guess;
            reached_ = w.count;
            mass_reached_ = w.mass;
        } else {
            high_ = guess;
            over_ = w;
        }
    }

    // From here on only the tokens between the levels are looked at, moved to the room.
    void leave_others_behind() noexcept {
        const std::size_t padded = between() + simd::lanes;
        auto* const values = reinterpret_cast<double*>(room_);
        double* const weights = values + padded;
        auto* const ids = reinterpret_cast<token_id*>(weights + padded);
        const std::size_t moved = simd::lists().select(in_.values, in_.count, low_, high_, ids);
        for (std::size_t i = 0; i < moved; ++i) {
            const auto at = static_cast<std::size_t>(ids[i]);
            values[i] = in_.values[at];
            weights[i] = in_.weights[at];
            ids[i] = in_.ids[at];
        }
        in_ = {ids, values, weights, moved};
        set_aside_ = over_;
        room_ += (2 * sizeof(double) + sizeof(token_id)) * padded / 64 * 64 + 64;
        pad();
    }

    // Where there is next to nothing between the levels.
    prefix among_few() noexcept {
        struct entry {
            place token;
            double weight;
        };
        place last = end_;
        entry edge[32];  // more than few, or gcc 12 believes that std::sort looks past the end
        std::int32_t few[sizes::prefix_sorted + simd::lanes];
        const std::size_t n = simd::lists().select(in_.values, in_.count, low_, high_, few);
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = static_cast<std::size_t>(few[i]);
            edge[i] = {{in_.values[at], in_.ids[at]}, in_.weights[at]};
        }
        std::sort(edge, edge + n, [](const entry& a, const entry& b) { return a.token < b.token; });
        for (std::size_t i = 0; i < n && !enough(over_); ++i) {
            over_ = {over_.mass + edge[i].weight, over_.count + 1};
            last = edge[i].token;
        }
        return {last, over_.mass};
    }

    // Where all between the levels is of one value. Added up apart: beside what is heavy all of them would be rounded the same way.
    prefix among_equals() noexcept {
        place last = end_;
        const double mass_above = over_.mass;
        target_ -= mass_above;
        over_.mass = 0;
        for (std::size_t i = 0; i < in_.count && !enough(over_); ++i) {
            if (in_.values[i] != low_) continue;
            over_ = {over_.mass + in_.weights[i], over_.count + 1};
            last = {low_, in_.ids[i]};
        }
        return {last, over_.mass + mass_above};
    }

    weighed_tokens in_;
    std::byte* room_;
    double target_;
    std::size_t min_keep_;
    std::size_t reached_;  // tokens at or above low
    place end_{};          // no token is behind it: the prefix where none weighs enough
    double low_ = 0, high_ = 0;
    double mass_reached_ = 0;             // of them
    simd::weight_above over_{0, 0};       // tokens at or above high
    simd::weight_above set_aside_{0, 0};  // those of them that no longer are in the arrays
    std::array<double, 2> sampled_{};
};

/// The shortest prefix that weighs at least `target` and has at least `min_keep` tokens; all of them where none does.
inline prefix shortest_prefix(const weighed_tokens& all, double target, std::size_t min_keep, std::byte* room) noexcept {
    return prefix_search(all, target, min_keep, room).find();
}

}  // namespace argdraw::detail
