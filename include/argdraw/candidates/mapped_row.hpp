// mapped_row — a row of which every living token has the logit that a function makes of its own; nobody writes them down.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>

#include <argdraw/candidates/inverse_cdf.hpp>
#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/maxima.hpp>
#include <argdraw/candidates/scratch.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2_series.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/selection.hpp>
#include <argdraw/simd/dispatch.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A function of tokens and logits that candidates may keep until the draw has ended, and ask as often as they like: a value without an
/// owner. f(id, logit) says what becomes of a finite logit, -inf where the token is to go. f.block(first, values) does the same to the
/// logits of the tokens from `first` on, simd::block_size of them, of which -inf stays; false where that is not for it, and `values` then
/// mean nothing. Where `rises` is true, f is finite for every finite logit, never falls as the logit rises, and does not look at the id.
/// What may be there: `waits`, true for a function that is not asked before somebody reads a value, who then finds its NaN; and
/// f.roughly(first, values, reference, scale), about what these logits weigh, as one of simd::rough_kernels says it, where what it takes for
/// f's numbers is no farther from them than f.off(); NaN where that is not for it. Afterwards `values` mean nothing.
/// f.greatest_of_floats(first, x, cut) and f.roughly_of_floats(first, x, cut, reference, scale) say the greatest, and the same about the mass,
/// of a block of floats as it lies in the row, of which those that reach the cut live: finite ones, and the others finite or -inf.
template <class F>
concept logit_map = std::is_trivially_copyable_v<F> && sizeof(F) <= 64 && requires(const F& f, token_id id, double* values) {
    { f(id, 0.0) } noexcept -> std::same_as<double>;
    { f.block(id, values) } noexcept -> std::same_as<bool>;
    { F::rises } -> std::convertible_to<bool>;
};

namespace detail {

/// Writes the tokens of another row from one on, as many as a block has, as doubles; false where there are not as many.
template <logit_scalar U>
bool block_of_row(const U* row, std::size_t width, token_id first, double* out) noexcept {
    const auto from = static_cast<std::size_t>(first);
    if (width - from < simd::block_size) return false;
    simd::rows<U>().values({row + from, nullptr, 1, 1}, 0, -std::numeric_limits<value_of<U>>::infinity(), out);
    return true;
}

/// The tokens of another row from one on, as many as a block has; nullptr where there are not as many.
template <logit_scalar U>
const U* block_in_row(const U* row, std::size_t width, token_id first) noexcept {
    return width - static_cast<std::size_t>(first) < simd::block_size ? nullptr : row + first;
}

/// Whether every number of another row is above -inf, and none is NaN. One read.
template <logit_scalar U>
bool all_above_removed(const U* row, std::size_t width) noexcept {
    constexpr auto lowest = std::numeric_limits<value_of<U>>::lowest();
    const std::size_t complete = width / simd::block_size;
    return simd::rows<U>().count({row, nullptr, complete, complete}, lowest) == complete * simd::block_size &&
           std::all_of(row + complete * simd::block_size, row + width, [](U x) { return static_cast<value_of<U>>(x) >= lowest; });
}

/// How the values of a row become logits: (v - anchor) scale + shift.
struct origin {
    double anchor, scale, shift;

    bool plain() const noexcept { return anchor == 0 && scale == 1 && shift == 0; }
};

/// What a block weighs under a function, relative to e^(a logit), and how far off that may be; no mass where nobody knows sooner than by
/// reading it.
struct summed_block {
    double mass = -1;
    double error = 0;
};
struct no_summed_blocks {
    double logit = 0;
    summed_block operator()(std::size_t) const noexcept { return {}; }
};

/// A living row and a function of its logits, with the greatest of what it makes of each block, and what that weighs. The row must not
/// change any more. Values of what lives are finite.
template <logit_scalar T>
class mapped_row {
public:
    using row = living_row<T>;

    /// Takes the row and the function: ok, empty, or nan_logit. The row's own maxima are known, and finite.
    template <logit_map F>
    status look_at(const row& of, const maxima<T>& top, const origin& from, const F& f, const scratch<T>& space) noexcept {
        row_ = &of;
        top_ = &top;
        space_ = &space;
        from_ = from;
        new (function_) F(f);
        of_block_ = [](const std::byte* at, token_id first, double* values) noexcept { return function<F>(at).block(first, values); };
        of_token_ = [](const std::byte* at, token_id id, double logit) noexcept { return function<F>(at)(id, logit); };
        mass_ = 0;
        greatest_ = numeric::nan;
        // What rises takes maxima to maxima: of a row of which nothing was removed, changed or cut off.
        maxima_rise_ = F::rises && !of.has_bits() && of.strays().count() == 0 && of.banded().whole();
        roughly_ = nullptr;
        off_ = 0;
        if constexpr (requires(double* values) { f.roughly(token_id{}, values, 0.0, 1.0); }) {
            off_ = f.off();
            roughly_ = [](const std::byte* at, token_id first, double* values, double reference, double scale) noexcept {
                return function<F>(at).roughly(first, values, reference, scale);
            };
        }
        greatest_of_floats_ = nullptr;
        roughly_of_floats_ = nullptr;
        if constexpr (requires(const T* x) { f.greatest_of_floats(token_id{}, x, 0.0f); }) {
            if (from.plain()) {
                greatest_of_floats_ = [](const std::byte* at, token_id first, const float* x, float cut) noexcept {
                    return function<F>(at).greatest_of_floats(first, x, cut);
                };
                roughly_of_floats_ = [](const std::byte* at, token_id first, const float* x, float cut, double reference,
                                        double scale) noexcept {
                    return function<F>(at).roughly_of_floats(first, x, cut, reference, scale);
                };
            }
        }
        bool waits = F::rises;
        if constexpr (requires { F::waits; }) waits = F::waits;
        if (waits) return status::ok;
        find_maximum();
        if (greatest_ != greatest_) return status::nan_logit;
        return greatest_ == -numeric::infinity ? status::empty : status::ok;
    }

    std::size_t blocks() const noexcept { return row_->blocks().blocks; }
    /// +inf where the function has made one of a logit: such a row is to be listed.
    double maximum() noexcept {
        find_maximum();
        return greatest_;
    }

    /// The values of a block's tokens; -inf for those that do not live.
    void values_of_block(std::size_t b, double* out) const noexcept {
        map(static_cast<token_id>(b * simd::block_size), out, [&] { fill_block(b, out); });
    }

    /// Lists what reaches a cut; of those equal to it, no more than the first `equals`. Returns how many that are.
    std::size_t list_reaching(double cut, std::size_t equals = (std::numeric_limits<std::size_t>::max)()) const noexcept {
        const token_arrays& out = space_->tokens;
        double values[simd::block_size];
        std::int32_t reaching[simd::block_size + simd::lanes];
        std::size_t found = 0;
        cut = (std::max)(cut, std::numeric_limits<double>::lowest());
        for (std::size_t b = 0; b < blocks(); ++b) {
            if (!(equals > 0 ? maxima()[b] >= cut : maxima()[b] > cut)) continue;
            values_of_block(b, values);
            const std::size_t n = simd::numbers<double>().select(values, simd::block_size, cut, reaching);
            for (const std::int32_t i : std::span(reaching, n)) {
                const bool equal = (values[i] == cut) & (equals > 0);
                out.ids[found] = static_cast<token_id>(b * simd::block_size) + i;
                out.values[found] = values[i];
                found += (values[i] > cut) | equal;
                equals -= equal;
            }
        }
        return found;
    }
    /// Lists the first k in the order, or all where there are fewer, and maybe others. As many blocks as have their greatest at or above a
    /// level have as many tokens there; and of those equal to it, only the first k may be among the first k.
    std::size_t list_top(std::size_t k) const noexcept {
        constexpr double lowest = std::numeric_limits<double>::lowest();
        std::fill_n(maxima() + blocks(), simd::lanes, -numeric::infinity);
        const auto reached = [&](double cut) { return simd::numbers<double>().count_at_least(maxima(), blocks(), cut); };
        if (k > blocks() || reached(lowest) < k) return list_reaching(lowest);
        return list_reaching(k == 1 ? greatest_ : numeric::level_reached_by(k, lowest, greatest_, reached), k);
    }

    /// Needs c > 0. The masses of the blocks are those of a list of the same tokens, 2^((value - maximum) c), and in its shape wherever no
    /// token is missing.
    void weigh(double c) noexcept {
        if (mass_ > 0 && c == c_) return;
        find_maximum();
        c_ = c;
        mass_ = 0;
        double values[simd::block_size];
        for (std::size_t b = 0; b < blocks(); ++b) {
            double own = 0;
            if (numeric::product(maxima()[b] - greatest_, c) >= numeric::exp2_lowest) {
                weights_of_block(b, values);
                own = simd::lists().sum(values, simd::block_size);
            }
            space_->masses.of_block[b] = own;
            space_->masses.ends[b] = mass_ += own;
        }
    }

    /// Of a row that was weighed: the token at u of the cumulative distribution.
    taken token_at(double u) const noexcept {
        const auto& of = space_->masses;
        const auto [block, t] = find_block(u, of.of_block, of.ends, blocks());
        if (block == blocks()) return {};
        double weights[simd::block_size];
        weights_of_block(block, weights);
        const auto [i, share] = find_in_block(t, weights, simd::block_size);
        if (i == simd::block_size) return {};
        return {static_cast<token_id>(block * simd::block_size + i), numeric::product(share, of.of_block[block]) / mass_};
    }

    /// Needs c > 0. The same token, if it can be told from masses that are not known to the last digit, and of its probability how far that
    /// may be off, as a share; none where it cannot.
    ///
    /// A weight is off by no more than a share of itself, as a value that is off by `off_` moves it by less than off_ c: so is a sum of weights,
    /// and the distance between two by twice that of all, which `slack` is. A token that is met farther than that inside of its own part of
    /// the running sum is met there by the sums that weigh() knows. What the block itself weighs is known to the last
    /// digit, so the probability is off by as much as what all other blocks weigh, and by the roundings of the sum. All weighs about 1 or
    /// more, beside which the 2^-900 that a rough weight may be too much is nothing; what is NaN leaves no token.
    ///
    /// summed(b) may know a block's mass relative to e^summed.logit. The errors of these are noted apart: they are no share of all.
    template <class Summed = no_summed_blocks>
    taken quick_token_at(double u, double c, const Summed& summed = {}) noexcept {
        const auto [reference, apart] = weigh_roughly(c, summed);
        const auto& of = space_->masses;
        const double all = of.ends[blocks() - 1], rounding = 0x1p-52 * static_cast<double>(blocks() + 64);
        const double share_off = 0x1p-36 + numeric::product(off_, c), slack = numeric::product(2 * all, share_off + rounding) + apart;
        const double target = numeric::product(u, all);
        const auto block = static_cast<std::size_t>(std::upper_bound(of.ends, of.ends + blocks(), target) - of.ends);
        if (block == blocks()) return {};
        const double before = block > 0 ? of.ends[block - 1] : 0.0;
        if (!(target - before > slack && of.ends[block] - target > slack)) return {};
        double weights[simd::block_size];
        values_of_block(block, weights);
        simd::lists().weights(weights, simd::block_size, reference, c, weights);
        const double own = simd::lists().sum(weights, simd::block_size);
        const auto [i, share] = find_in_block((target - before - slack) / own, weights, simd::block_size);
        const auto [last, same] = find_in_block((target - before + slack) / own, weights, simd::block_size);
        if (i != last || i == simd::block_size) return {};
        const double others = (std::max)(0.0, all - of.of_block[block]);
        return {static_cast<token_id>(block * simd::block_size + i), numeric::product(share, own) / (others + own),
                numeric::product(share_off, others / all) + apart / all + rounding};
    }

private:
    double* maxima() const noexcept { return space_->split.above; }

    template <class F>
    static const F& function(const std::byte* at) noexcept {
        return *std::launder(reinterpret_cast<const F*>(at));
    }

    // Takes a block's values, as the row has them, to logits.
    void to_logits(double* values) const noexcept {
        if (!from_.plain()) simd::maps().moved(values, from_.anchor, from_.scale, from_.shift);
    }
    void fill_block(std::size_t b, double* out) const noexcept {
        row_->values_of_block(b, out);
        to_logits(out);
    }
    // What ask(first, x, cut) says of a block where it lies; NaN where nobody can be asked.
    template <class G>
    double of_floats(std::size_t b, G ask) const noexcept {
        if constexpr (std::same_as<T, float>) {
            const band& kept = row_->banded();
            const bool one_cut =
                !row_->has_bits() && row_->strays().count() == 0 && kept.last_equal == (std::numeric_limits<token_id>::max)();
            if (greatest_of_floats_ && one_cut) {
                const float cut = level_of<float>(kept.cut);
                const auto block = row_->only_block(b);
                return ask(static_cast<token_id>(b * simd::block_size), block.complete != 0 ? block.data : block.tail, cut);
            }
        }
        return numeric::nan;
    }
    // Leaves what the function makes of the logits that fill() writes.
    template <class G>
    void map(token_id first, double* values, G fill) const noexcept {
        fill();
        if (of_block_(function_, first, values)) return;
        fill();
        for (std::size_t i = 0; i < simd::block_size; ++i)
            if (values[i] > -numeric::infinity) values[i] = of_token_(function_, first + static_cast<token_id>(i), values[i]);
    }

    void find_maximum() noexcept {
        if (greatest_ == greatest_) return;
        if (maxima_rise_) take_maxima(top_->of_block());
        else find_maxima();
        greatest_ = simd::lists().greatest(maxima(), blocks());
    }
    void find_maxima() noexcept {
        double values[simd::block_size];
        for (std::size_t b = 0; b < blocks(); ++b) {
            maxima()[b] = of_floats(
                b, [&](token_id first, const float* x, float cut) noexcept { return greatest_of_floats_(function_, first, x, cut); });
            if (maxima()[b] == maxima()[b]) continue;
            values_of_block(b, values);
            maxima()[b] = simd::lists().greatest(values, simd::block_size);
        }
    }
    // From the maxima of the row's own values, as many at a time as a block has tokens.
    void take_maxima(const value_of<T>* of_row) noexcept {
        double values[simd::block_size];
        for (std::size_t b = 0; b < blocks(); b += simd::block_size) {
            const std::size_t n = (std::min)(simd::block_size, blocks() - b);
            map(0, values, [&] {
                std::fill(std::copy_n(of_row + b, n, values), values + simd::block_size, -numeric::infinity);
                to_logits(values);
            });
            std::copy_n(values, n, maxima() + b);
        }
    }
    // Leaves about what each block weighs beside a value that it returns, and running sums of that: the greatest in the block of the greatest
    // logit, which is as good as the greatest of all where one is not 2^900 times the other. NaN where something is not to be told so.
    // Returns beside it how far what summed() knows may be off.
    struct roughly_weighed {
        double reference, apart;
    };
    template <class Summed>
    roughly_weighed weigh_roughly(double c, const Summed& summed) noexcept {
        const auto& of = space_->masses;
        const value_of<T>* const tops = top_->of_block();
        double values[simd::block_size];
        const value_of<T> most = simd::rows<T>().greatest(tops, blocks());
        values_of_block(static_cast<std::size_t>(std::find(tops, tops + blocks(), most) - tops), values);
        const double reference = simd::lists().greatest(values, simd::block_size);
        mass_ = 0;
        double running = 0, apart = 0;
        const double of_summed = numeric::exp2(numeric::product(summed.logit - reference, c));
        for (std::size_t b = 0; b < blocks(); ++b) {
            double own = numeric::nan;
            if (const summed_block known = summed(b); known.mass >= 0) {
                own = numeric::product(known.mass, of_summed);
                apart += numeric::product(known.error, of_summed);
            } else {
                own = of_floats(b, [&](token_id first, const float* x, float cut) noexcept {
                    return roughly_of_floats_(function_, first, x, cut, reference, c);
                });
            }
            if (own != own && roughly_) {
                fill_block(b, values);
                own = roughly_(function_, static_cast<token_id>(b * simd::block_size), values, reference, c);
            }
            if (own != own) {
                values_of_block(b, values);
                // What rises has made the reference of the greatest of all.
                own =
                    simd::rough().values(values, maxima_rise_ ? reference : simd::lists().greatest(values, simd::block_size), reference, c);
            }
            of.of_block[b] = own;
            of.ends[b] = running += own;
        }
        return {reference, apart};
    }
    void weights_of_block(std::size_t b, double* out) const noexcept {
        values_of_block(b, out);
        simd::lists().weights(out, simd::block_size, greatest_, c_, out);
    }

    const row* row_ = nullptr;
    const detail::maxima<T>* top_ = nullptr;
    const scratch<T>* space_ = nullptr;
    bool (*of_block_)(const std::byte*, token_id, double*) noexcept = nullptr;
    double (*roughly_)(const std::byte*, token_id, double*, double, double) noexcept = nullptr;
    double (*greatest_of_floats_)(const std::byte*, token_id, const float*, float) noexcept = nullptr;
    double (*roughly_of_floats_)(const std::byte*, token_id, const float*, float, double, double) noexcept = nullptr;
    double (*of_token_)(const std::byte*, token_id, double) noexcept = nullptr;
    origin from_{};
    double off_ = 0;
    bool maxima_rise_ = false;
    double greatest_ = numeric::nan;  // NaN where the maxima are not known
    double mass_ = 0;                 // 0 where the weights are not known
    double c_ = 0;
    alignas(16) std::byte function_[64];
};

}  // namespace detail

}  // namespace argdraw
