// shares — the probability that a sampler really gives a token: the part of all random words that leads to it, to the word.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <argdraw/conformance/definition.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/rows.hpp>
#include <argdraw/conformance/words.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

namespace detail {

/// What a share may be off, relative to the greater of itself and its probability. Weights in float and sums in double stay below it.
inline constexpr double share_error = 1e-5;

inline double relative_error(long double share, long double p) {
    return share == p ? 0 : static_cast<double>(std::abs(share - p) / (std::max)(share, p));
}

inline std::string has_share(const row_case& c, std::size_t id, long double share, long double p) {
    const auto digits = [](long double x) {
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", static_cast<double>(x));
        return std::string(text);
    };
    if (id >= c.logits.size()) return describe(c) + ": a share of " + digits(share) + " of the words is refused or lies outside of the row";
    return describe(c) + ": token " + std::to_string(id) + " has a share of " + digits(share) + ", its probability is " + digits(p);
}

/// Every token's share of one row against its probability. A probability that few words could tell from 0 may be 0.
inline void judge_shares(tally& found, const engine& e, const row_case& c) {
    if (!supports(e, c.how)) return;
    const definition exact(c.logits);
    const prefix kept = exact.kept(c.how, e.stages);
    if (kept.close() || !kept.settled) return;
    auto p = exact.probabilities(c.how.temperature, kept.size);
    p.push_back(0);
    const auto steps = stretches(e, c.logits, c.how);
    if (steps.empty())
        return found.add(false, 1, c.logits.size(), [&] { return describe(c) + ": the tokens are no intervals of the word"; });
    const auto share = shares(steps, c.logits.size());
    std::size_t worst = 0;
    double error = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double off = p[i] > 0 && (std::max)(p[i], share[i]) < 0x1p-40L ? 0 : relative_error(share[i], p[i]);
        if (off > error) worst = i;
        error = (std::max)(error, off);
    }
    found.add(error <= share_error, error, c.logits.size(), [&] { return has_share(c, worst, share[worst], p[worst]); });
}

inline check judge_shares(tally found, const engine& e, std::span<const row_case> cases) {
    if (std::string why = no_steps(e); !why.empty()) return found.not_applicable(std::move(why));
    for (const row_case& c : cases) judge_shares(found, e, c);
    return found.done();
}

inline std::vector<float> falling(std::size_t width, double by) {
    std::vector<float> logits(width);
    for (std::size_t i = 0; i < width; ++i) logits[i] = static_cast<float>(-by * static_cast<double>(i));
    return logits;
}

inline std::vector<row_case> plain_cases() {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return {weights_case({5, 3, 2}),
            weights_case({0, 5, 0, 3, 2, 0}),
            {"16 equal logits", std::vector<float>(16, 1.5f)},
            {"16 logits falling by 0.5", falling(16, 0.5)},
            {"logits 1000 999", {1000, 999}},
            {"logits -1000 -1001 -inf", {-1000, -1001, -infinity}},
            {"logits 88.8 88 -88.8", {88.8f, 88, -88.8f}},
            {"three subnormal logits", {1e-40f, 0, -1e-40f}},
            {"heavy-tailed row of 100", heavy_tailed(100).logits}};
}

inline std::vector<row_case> temperature_cases() {
    constexpr float smallest = std::numeric_limits<float>::denorm_min();
    // At temperatures that an engine may be tempted to call 0, logits so close that the distribution is none of one token.
    const std::vector<float> close{1, 1 - 0x1p-24f, 1 - 0x1p-23f};
    return {weights_case({5, 3, 2}, {.temperature = 0.5f}),
            weights_case({5, 3, 2}, {.temperature = 2}),
            {"16 logits falling by 0.5", falling(16, 0.5), {.temperature = 0.7f}},
            {"logits 1, 1 - 2^-24, 1 - 2^-23", close, {.temperature = 1e-7f}},
            {"logits 60000 60000 59999", {60000, 60000, 59999}, {.temperature = 1e-4f}},
            {"logits 2 2 1", {2, 2, 1}, {.temperature = 1e-30f}},
            {"logits 3e-31 2e-31 1e-31", {3e-31f, 2e-31f, 1e-31f}, {.temperature = 1e-31f}},
            {"logits 2^-148, 2^-149, 0", {2 * smallest, smallest, 0}, {.temperature = smallest}},
            {"logits 3 2 1", {3, 2, 1}, {.temperature = 1e30f}},
            {"logits 3 2 1", {3, 2, 1}, {.temperature = (std::numeric_limits<float>::max)()}}};
}

inline std::vector<row_case> filter_cases() {
    const auto falling_row = falling(16, 0.5);
    const auto heavy = heavy_tailed(150).logits;
    return {weights_case({5, 3, 2, 1}, {.top_k = 2}),
            weights_case({5, 3, 2}, {.top_p = 0.65f}),
            weights_case({4, 1, 4, 1}, {.top_p = 0.75f}),
            weights_case({1, 5, 3, 2}, {.min_p = 0.5f}),
            {"heavy-tailed row of 150", heavy, {.top_k = 100}},
            {"heavy-tailed row of 150", heavy, {.top_p = 0.9f}},
            {"heavy-tailed row of 150", heavy, {.min_p = 0.01002f}},
            {"16 logits falling by 0.5", falling_row, {.temperature = 0.8f, .top_k = 6, .top_p = 0.8f}},
            {"16 logits falling by 0.5", falling_row, {.temperature = 1.7f, .top_k = 9, .top_p = 0.83f, .min_p = 0.1f}}};
}

}  // namespace detail

/// Each check is a function of its own, for who wants one alone; run() in conformance.hpp calls them all.
namespace checks {

/// Rows without parameters, by enumeration of the words.
inline check shares(const engine& e, const options&) {
    return detail::judge_shares({"shares", promise::distribution, "relative error", detail::share_error}, e, detail::plain_cases());
}

/// Temperatures from the smallest float to the greatest.
inline check temperature_range(const engine& e, const options&) {
    return detail::judge_shares({"temperature range", promise::temperature, "relative error", detail::share_error}, e,
                                detail::temperature_cases());
}

/// Filtered rows: what is kept has its share of what is kept, and what is not has none.
inline check filtered_shares(const engine& e, const options&) {
    return detail::judge_shares({"shares after filters", promise::filters, "relative error", detail::share_error}, e,
                                detail::filter_cases());
}

/// The tokens that four words give in a flat row of the greatest width: probabilities of some 1e-5, which sums in float and uniforms of
/// 24 bits cannot tell apart.
inline check wide_shares(const engine& e, const options& o) {
    detail::tally found("shares in wide rows", promise::distribution, "relative error", 2e-4);
    if (std::string why = detail::no_steps(e); !why.empty()) return found.not_applicable(std::move(why));
    if (o.widths.empty()) return found.not_applicable("no wide rows asked for");
    const auto c = detail::flat(*std::max_element(o.widths.begin(), o.widths.end()));
    const definition exact(c.logits);
    const auto place = exact.places();
    philox random{.seed = o.seed};
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t word = random();
        const std::int64_t id = detail::token_at(e, c.logits, c.how, word);
        if (id < 0 || id >= static_cast<std::int64_t>(place.size())) {
            found.add(false, 1, place.size(), [&] { return c.label + ": the word " + std::to_string(word) + " gives no token of it"; });
            continue;
        }
        const long double p = exact.probability(place[static_cast<std::size_t>(id)], 1);
        const auto span = static_cast<std::uint64_t>(p * 0x1p64L);
        // How many words from here, up or down, still give this token; the ends of all words end it too.
        const auto reach = [&](std::uint64_t room, auto word_at) {
            std::uint64_t inside = 0, outside = (std::min)(room, 4 * span) + 1;
            while (outside - inside > (span >> 14)) {
                const std::uint64_t middle = inside + (outside - inside) / 2;
                (detail::token_at(e, c.logits, c.how, word_at(middle)) == id ? inside : outside) = middle;
            }
            return inside + (outside - inside) / 2;
        };
        const std::uint64_t up = reach(detail::last_word - word, [&](std::uint64_t n) { return word + n; });
        const std::uint64_t down = reach(word, [&](std::uint64_t n) { return word - n; });
        const long double share = (static_cast<long double>(up) + static_cast<long double>(down)) * 0x1p-64L;
        const double error = detail::relative_error(share, p);
        found.add(error <= 2e-4, error, place.size(), [&] { return detail::has_share(c, static_cast<std::size_t>(id), share, p); });
    }
    return found.done();
}

/// Tokens of 2^-10 to 2^-26 beside a likely one: 24 random bits do not reach the last.
inline check tails(const engine& e, const options&) {
    detail::tally found("tails", promise::distribution, "relative error", 0.05);
    if (std::string why = detail::no_steps(e); !why.empty()) return found.not_applicable(std::move(why));
    constexpr float infinity = std::numeric_limits<float>::infinity();
    int deepest = 0;
    for (int bits = 10; bits <= 50; bits += 4) {
        const auto depth = static_cast<float>(-bits * std::log(2.0));
        bool reached = true;
        for (const auto& logits : {std::vector<float>{depth, 0}, {0, depth}, {-infinity, 0, depth, -infinity}}) {
            const detail::row_case c{
                "a token of probability 2^-" + std::to_string(bits) + " in a row of " + std::to_string(logits.size()), logits, {}};
            const auto rare = static_cast<std::size_t>(std::find(logits.begin(), logits.end(), depth) - logits.begin());
            const long double p = definition(logits).probabilities(1, 2)[rare];
            const auto steps = detail::stretches(e, logits, {});
            const long double share = detail::shares(steps, logits.size())[rare];
            const double error = detail::relative_error(share, p);
            reached = reached && error <= 0.05;
            if (bits <= 26) found.add(error <= 0.05, error, logits.size(), [&] { return detail::has_share(c, rare, share, p); });
        }
        if (!reached && bits > 26) break;
        if (reached) deepest = bits;
    }
    return found.done("right down to 2^-" + std::to_string(deepest));
}

}  // namespace checks

}  // namespace argdraw::conformance
