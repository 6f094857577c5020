// bias — what is added to a token's logit, and what several such numbers for one token come to.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include <argdraw/core/config.hpp>
#include <argdraw/core/ids.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Added to the token's logit: -inf bans the token, +inf leaves only those of +inf.
struct token_bias {
    token_id id;
    float b;

    friend bool operator==(const token_bias&, const token_bias&) = default;
};

namespace detail {

/// What each entry of a list of biases makes of its token's logit, the entries asked in turn. Those of one id are added up first, or a large
/// bias and its opposite would round the logit away. -inf beats everything, +inf the rest.
class bias_sums {
public:
    constexpr explicit bias_sums(std::span<const token_bias> entries) noexcept : entries_(entries) {
        for (const token_bias& each : entries) repeated_.meet(each.id);
    }

    constexpr double operator()(double l, const token_bias& entry) const noexcept {
        const double sum = repeated_.possible(entry.id) ? sum_from(entry) : static_cast<double>(entry.b);
        return sum == -infinity ? sum : l + sum;
    }

private:
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    // All of it at the first entry of the id, nothing at the others.
    constexpr double sum_from(const token_bias& entry) const noexcept {
        double sum = 0;
        const std::size_t at = static_cast<std::size_t>(&entry - entries_.data());
        for (std::size_t i = 0; i < entries_.size() && sum > -infinity; ++i) {
            if (entries_[i].id != entry.id) continue;
            if (i < at) return 0;
            const double b = static_cast<double>(entries_[i].b);
            sum = b == -infinity ? b : sum + b;
        }
        return sum;
    }

    std::span<const token_bias> entries_;
    repeated_ids repeated_;
};

}  // namespace detail

}  // namespace argdraw
