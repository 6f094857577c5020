// definition — what the stages mean, in long double, sorted and summed plainly: nothing here is shared with the library's own arithmetic.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <list>
#include <span>
#include <utility>
#include <vector>

#include <argdraw/conformance/engine.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

/// Boundaries this close may fall on either side: |C/S - p| for a mass, |p_i/cut - 1| for a probability.
inline constexpr long double mass_band = 1e-7L, cut_band = 1e-6L;

/// How many tokens of the order stay, and how many would if a boundary within its band were decided the other way.
struct prefix {
    std::size_t size = 0, fewer = 0, more = 0;
    bool settled = true;  ///< false: a stage before the last truncation met a boundary within its band, so that what follows is open

    bool close() const { return fewer != size || more != size; }
};

/// A row and its order (logit descending, then id ascending). Every filter keeps a prefix of that order.
/// Memory: 4 bytes a token, 8 for places(), 16 for each temperature asked for. Not for two threads at once.
class definition {
public:
    explicit definition(row logits) : logits_(logits) {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        for (const float l : logits) has_nan_ = has_nan_ || std::isnan(l);
        if (has_nan_) return;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            top_ = (std::max)(top_, logits[i]);
            if (logits[i] > -infinity) order_.push_back(static_cast<token_id>(i));
        }
        // Beside +inf no finite logit has any weight.
        if (top_ == infinity) std::erase_if(order_, [&](token_id id) { return at(id) < infinity; });
        std::sort(order_.begin(), order_.end(), [&](token_id a, token_id b) { return at(a) != at(b) ? at(a) > at(b) : a < b; });
    }

    /// Whether a token can be drawn: no NaN, and something lives.
    bool drawable() const { return !order_.empty(); }

    /// The living tokens in the order; empty where nothing can be drawn.
    std::span<const token_id> order() const { return order_; }

    std::size_t width() const { return logits_.size(); }

    /// The place of every token of the row in the order; width() for those that do not live.
    std::span<const std::size_t> places() const {
        if (places_.size() == width()) return places_;
        places_.assign(width(), width());
        for (std::size_t i = 0; i < order_.size(); ++i) places_[static_cast<std::size_t>(order_[i])] = i;
        return places_;
    }

    /// What the stages keep, each seeing what the one before it left, renormalised.
    prefix kept(const parameters& how, std::span<const stage> stages) const {
        prefix now{order_.size(), order_.size(), order_.size()};
        if (!drawable()) return now;
        long double t = 1;
        for (const stage each : stages) {
            const std::size_t n = now.size;
            const bool settled = now.settled && !now.close();
            if (each == stage::temperature) {
                if (how.temperature == 0) now = {1, 1, 1, settled};
                else t = static_cast<long double>(how.temperature);
            } else if (each == stage::top_k && how.top_k > 0) {
                const std::size_t k = (std::min)(n, static_cast<std::size_t>(how.top_k));
                now = {k, k, k, settled};
            } else if (each == stage::top_p && how.top_p < 1) {
                now = nucleus(n, t, static_cast<long double>(how.top_p));
                now.settled = settled;
            } else if (each == stage::min_p && how.min_p > 0) {
                now = above(n, t, static_cast<long double>(how.min_p));
                now.settled = settled;
            }
        }
        return now;
    }

    /// The probability of every token of the row among the first `n` of the order.
    std::vector<long double> probabilities(float temperature, std::size_t n) const {
        std::vector<long double> p(logits_.size());
        if (n == 0) return p;
        const auto t = scale(temperature);
        const long double total = masses(t)[n - 1];
        for (std::size_t i = 0; i < n; ++i) p[static_cast<std::size_t>(order_[i])] = std::exp(below(i, t)) / total;
        return p;
    }

    /// The probability of one living token of the whole row, by its place in the order.
    long double probability(std::size_t place, float temperature) const {
        const auto t = scale(temperature);
        return std::exp(below(place, t)) / masses(t).back();
    }

    /// The mass of the first n of the order, n > 0, as a part of that of the first m.
    long double mass(std::size_t n, std::size_t m, float temperature) const {
        const auto& sums = masses(scale(temperature));
        return sums[n - 1] / sums[m - 1];
    }

private:
    float at(token_id id) const { return logits_[static_cast<std::size_t>(id)]; }

    // At temperature 0 one token is left, whatever divides it.
    static long double scale(float temperature) { return temperature == 0 ? 1 : static_cast<long double>(temperature); }

    // The logit of a place in the order, less the greatest one, divided by t.
    long double below(std::size_t place, long double t) const {
        const float l = at(order_[place]);
        return l == top_ ? 0 : (static_cast<long double>(l) - static_cast<long double>(top_)) / t;
    }

    // Running sums of e^below in the order. A list, so that references stay.
    const std::vector<long double>& masses(long double t) const {
        for (const auto& [known, sums] : masses_)
            if (known == t) return sums;
        std::vector<long double> sums(order_.size());
        long double sum = 0;
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum += std::exp(below(i, t));
        return masses_.emplace_back(t, std::move(sums)).second;
    }

    prefix nucleus(std::size_t n, long double t, long double p) const {
        const auto& sums = masses(t);
        const long double total = sums[n - 1];
        const auto first = sums.begin(), last = first + static_cast<std::ptrdiff_t>(n);
        const auto crossing = std::lower_bound(first, last, p * total);
        const std::size_t size = (std::min)(n, static_cast<std::size_t>(crossing - first) + 1);
        const auto close = [&](std::size_t length) { return std::abs(sums[length - 1] / total - p) <= mass_band; };
        return {size, size > 1 && close(size - 1) ? size - 1 : size, size < n && close(size) ? size + 1 : size};
    }

    prefix above(std::size_t n, long double t, long double p) const {
        const long double lowest = std::log(p);
        const auto first_below = [&](long double level) {
            std::size_t from = 0, to = n;
            while (from < to) {
                const std::size_t middle = from + (to - from) / 2;
                if (below(middle, t) >= level) from = middle + 1;
                else to = middle;
            }
            return from;
        };
        const auto close = [&](std::size_t place) { return std::abs(std::expm1(below(place, t) - lowest)) <= cut_band; };
        prefix result;
        result.size = result.fewer = result.more = first_below(lowest);
        // Equals stand or fall together; the maximum never falls.
        if (const std::size_t place = result.size - 1; below(place, t) < 0 && close(place))
            while (result.fewer > 0 && below(result.fewer - 1, t) == below(place, t)) --result.fewer;
        if (result.size < n && close(result.size)) result.more = first_below(below(result.size, t));
        return result;
    }

    row logits_;
    bool has_nan_ = false;
    float top_ = -std::numeric_limits<float>::infinity();
    std::vector<token_id> order_;
    mutable std::vector<std::size_t> places_;
    mutable std::list<std::pair<long double, std::vector<long double>>> masses_;
};

}  // namespace argdraw::conformance
