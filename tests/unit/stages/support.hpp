// What the tests of the stages share: rows, laws as text, and the order of tokens by a plain sort.
#pragma once

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <initializer_list>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/argdraw.hpp>

namespace support {

using argdraw::token_id;
using ids = std::vector<token_id>;

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
inline constexpr float smallest = std::numeric_limits<float>::denorm_min();

/// A row whose tokens weigh as much as the numbers say: logits are their logarithms, and 0 is a token that does not live.
inline std::vector<float> weighing(std::initializer_list<double> weights) {
    std::vector<float> row;
    for (const double w : weights) row.push_back(static_cast<float>(std::log(w)));
    return row;
}

/// What is written down in a test and viewed by a stage, which has to outlive the stage: kept until the end of the tests.
template <class T>
std::span<const T> named(std::vector<T> items) {
    static std::deque<std::vector<T>> all;
    return all.emplace_back(std::move(items));
}

/// "0:0.5 1:0.3 2:0.2", six digits each, or the name of what went wrong.
inline std::string text(const argdraw::distribution_of_row& law) {
    if (!law) return std::string(argdraw::message(law.why)).substr(0, argdraw::message(law.why).find(':'));
    std::string all;
    for (std::size_t i = 0; i < law.ids.size(); ++i) {
        char one[64];
        std::snprintf(one, sizeof one, "%s%d:%.6g", i ? " " : "", static_cast<int>(law.ids[i]), law.probabilities[i]);
        all += one;
    }
    return all;
}

/// Any stage behind one type, with its own word on whether it is neutral or valid: a file of fifty pipelines then compiles four. It refers to
/// the stage, which has to outlive it.
template <class T>
struct any_stage {
    const void* stage;
    void (*act)(const void*, argdraw::candidates<T>&);
    bool is_neutral;
    bool is_valid;

    bool neutral() const noexcept { return is_neutral; }
    bool valid() const noexcept { return is_valid; }
    void operator()(argdraw::candidates<T>& c) const noexcept { act(stage, c); }
};

template <class T, class Stage>
any_stage<T> any(const Stage& stage) {
    any_stage<T> made{&stage, [](const void* s, argdraw::candidates<T>& c) { (*static_cast<const Stage*>(s))(c); }, false, true};
    if constexpr (argdraw::has_neutral<Stage>) made.is_neutral = stage.neutral();
    if constexpr (argdraw::has_valid<Stage>) made.is_valid = stage.valid();
    return made;
}
template <class T, class Stage>
any_stage<T> any(const Stage&&) = delete;

/// The law of the row after the stages.
template <class T, class... Stages>
argdraw::distribution_of_row law_of(const std::vector<T>& row, const Stages&... stages) {
    return argdraw::sampler{any<T>(stages)..., argdraw::categorical{}}.distribution(row);
}

template <class T, class... Stages>
std::string law(const std::vector<T>& row, const Stages&... stages) {
    return text(law_of(row, stages...));
}

/// The tokens that are left after the stages.
template <class T, class... Stages>
ids kept(const std::vector<T>& row, const Stages&... stages) {
    return law_of(row, stages...).ids;
}

/// 0, 1, ..., n - 1.
inline ids first_ids(std::size_t n) {
    ids all(n);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

/// Rows that every stage has to get through. `with_infinities` is the law it leaves of {+inf, 7, +inf, -inf}.
template <class Stage>
void check_edges(Stage stage, const std::string& with_infinities) {
    CHECK(law(std::vector{infinity, 7.0f, infinity, -infinity}, stage) == with_infinities);
    CHECK(law(std::vector<float>{}, stage) == "empty");
    CHECK(law(std::vector<float>(1, -infinity), stage) == "empty");
    CHECK(law(std::vector<float>(600, -infinity), stage) == "empty");
    CHECK(law(std::vector{-3.0f}, stage) == "0:1");
    CHECK(law(std::vector{-infinity, -3.0f, -infinity}, stage) == "1:1");
    CHECK(law(std::vector{not_a_number}, stage) == "nan_logit");
    for (const float nan : {not_a_number, -not_a_number})
        for (const std::size_t at : {0u, 255u, 256u, 300u, 512u, 599u})
            for (const float others : {1.0f, infinity, -infinity}) {
                std::vector<float> row(600, others);
                row[at] = nan;
                CAPTURE(at, others);
                CHECK(law(row, stage) == "nan_logit");
            }
}

/// The living tokens by (logit descending, id ascending).
inline ids in_order(const std::vector<float>& row) {
    ids order;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (row[i] > -infinity) order.push_back(static_cast<token_id>(i));
    std::stable_sort(order.begin(), order.end(),
                     [&](token_id a, token_id b) { return row[static_cast<std::size_t>(a)] > row[static_cast<std::size_t>(b)]; });
    return order;
}

/// The first n of an order, by id: the form in which a final set is given.
inline ids prefix(const ids& order, std::size_t n) {
    ids some(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(n, order.size())));
    std::sort(some.begin(), some.end());
    return some;
}

struct wide_row {
    std::string kind;
    std::vector<float> logits;
};

/// Rows of real widths in the shapes that defeat shortcuts: a few tokens far above the rest, all equal, many ties, nearly all masked,
/// sorted either way.
inline std::vector<wide_row> wide_rows() {
    std::vector<wide_row> rows;
    for (const std::size_t width : {std::size_t{32000}, std::size_t{128256}}) {
        std::mt19937 random(static_cast<std::uint32_t>(width));
        const auto uniform = [&] { return (static_cast<double>(random()) + 0.5) * 0x1p-32; };
        std::vector<float> peaked(width), ties(width), masked(width, -infinity), ascending(width);
        for (std::size_t i = 0; i < width; ++i) {
            // The logarithm of an exponential variable: a bulk with a tail upwards, as a model's logits have.
            peaked[i] = static_cast<float>(-3.0 * std::log(-std::log(uniform())) - 4.0);
            ties[i] = static_cast<float>(random() % 16);
            if (random() % 64 == 0) masked[i] = static_cast<float>(4 * uniform());
            ascending[i] = static_cast<float>(static_cast<double>(i) * (12.0 / static_cast<double>(width)));
        }
        auto descending = ascending;
        std::reverse(descending.begin(), descending.end());
        const std::string name = std::to_string(width);
        rows.push_back({"peaked " + name, peaked});
        rows.push_back({"flat " + name, std::vector<float>(width, 1.7f)});
        rows.push_back({"ties " + name, ties});
        rows.push_back({"masked " + name, masked});
        rows.push_back({"ascending " + name, ascending});
        rows.push_back({"descending " + name, descending});
    }
    return rows;
}

}  // namespace support
