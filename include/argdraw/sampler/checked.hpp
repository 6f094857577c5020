// checked — what a pipeline answers: whether it and a row fit together, and the law of a row.
#pragma once

#include <cstddef>
#include <new>
#include <string_view>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/sampler/concepts.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What sampler::check() found: true in a condition when every parameter is in its range, and fits the row if that was asked.
struct checked {
    status why = status::ok;
    int stage = -1;  ///< which element of the pipeline is at fault, from 0
    std::string_view sentence = "ok";

    explicit constexpr operator bool() const noexcept { return why == status::ok; }
};

/// The law of a draw: every living token of the final set in id order, with its probability. Tokens whose probability is
/// below 2^-1000 of the greatest have 0.
struct distribution_of_row {
    std::vector<token_id> ids;
    std::vector<double> probabilities;
    status why = status::ok;

    explicit operator bool() const noexcept { return why == status::ok; }
};

namespace detail {

/// What an element is called: the beginning of what it wants of its parameters. Empty where it wants nothing.
template <class E>
constexpr std::string_view name_of(const E&) noexcept {
    if constexpr (has_requirement<E>) {
        constexpr std::string_view sentence = E::requirement;
        return sentence.substr(0, sentence.find(':'));
    } else {
        return {};
    }
}

/// The living tokens of candidates, in id order, and their probabilities, behind what the vectors hold. Where there is no memory the
/// candidates fail.
template <class Candidates>
void read_law(Candidates& c, std::vector<token_id>& ids, std::vector<double>& probabilities) noexcept {
    ARGDRAW_TRY {
        const std::size_t n = c.size();
        ids.reserve(ids.size() + n);
        probabilities.reserve(probabilities.size() + n);
        c.probabilities([&](token_id id, double p) {
            ids.push_back(id);
            probabilities.push_back(p);
        });
    }
    ARGDRAW_CATCH(std::bad_alloc) { c.fail(status::out_of_memory); }
}

/// Whether an element's parameters are in their range.
template <class E>
constexpr checked checked_element(int index, const E& element) noexcept {
    checked result;
    if constexpr (has_valid<E>)
        if (!element.valid()) {
            result = {status::bad_parameter, index, "a stage's parameter is outside its range"};
            if constexpr (has_requirement<E>) result.sentence = E::requirement;
            if constexpr (has_fault<E>) result.sentence = element.fault();
        }
    return result;
}

/// Whether an element that is not neutral finds its tokens in rows of `given` tokens, of which the first `width` may live.
template <class E>
constexpr checked fitted_element(int index, const E& element, std::size_t given, std::size_t width) noexcept {
    checked result;
    if constexpr (has_fits<E>) {
        if constexpr (has_neutral<E>)
            if (element.neutral()) return result;
        const auto look = [&](const E& part) {
            if (part.fits(width)) return;
            result = {status::outside_row, index, message(status::outside_row)};
            if constexpr (has_requirement<E>) result.sentence = E::requirement;
            if constexpr (has_misfit<E>) result.sentence = part.misfit(width);
        };
        if constexpr (has_narrowed<E>) look(element.narrowed(given, width));
        else look(element);
    }
    return result;
}

}  // namespace detail

}  // namespace argdraw
