// extremes — rows that a model should not write and does: NaN, infinities, nothing alive, 1e38, one token, a million, padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/conformance/definition.hpp>
#include <argdraw/conformance/endpoints.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/rows.hpp>
#include <argdraw/conformance/words.hpp>
#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

namespace detail {

/// No parameters, each stage alone, and all together, of those the engine has.
inline std::vector<parameters> usual_parameters(const engine& e) {
    const parameters each[] = {{}, {.temperature = 0.7f}, {.temperature = 1.8f}, {.top_k = 2}, {.top_p = 0.9f}, {.min_p = 0.1f}};
    std::vector<parameters> some;
    parameters all;
    for (const parameters& p : each) {
        if (!supports(e, p)) continue;
        some.push_back(p);
        if (p.temperature != 1) all.temperature = p.temperature;
        if (p.top_k != 0) all.top_k = p.top_k;
        if (p.top_p != 1) all.top_p = p.top_p;
        if (p.min_p != 0) all.min_p = p.min_p;
    }
    some.push_back(all);
    return some;
}

/// Sixteen draws of each row, one of a wide one: a token that is kept and has a probability of 2^-60 or more; a refusal if nothing lives.
inline check judge_tokens(tally found, const engine& e, const options& o, const std::vector<row_case>& rows, bool ends_too = false) {
    if (!e.token && !e.sample) return found.not_applicable("no token or sample callback");
    draws draw(e, o.seed);
    const auto usual = usual_parameters(e);
    for (const row_case& r : rows) {
        const definition exact(r.logits);
        for (const parameters& how : usual) {
            // The widest rows without parameters and with all of them.
            if (r.logits.size() > 100000 && !(how == usual.front()) && !(how == usual.back())) continue;
            const row_case c{r.label, {}, how};
            const prefix kept = exact.kept(how, e.stages);
            auto can = drawable_tokens(exact, kept);
            for (std::size_t i = exact.order().size(); i-- > 0 && exact.probability(i, how.temperature) < 0x1p-60L;)
                can[static_cast<std::size_t>(exact.order()[i])] = false;
            const auto judge = [&](std::int64_t id) {
                found.add(exact.drawable() ? among(can, id) : id < 0, r.logits.size(), [&] { return gives(c, id, can); });
            };
            for (int i = 0; i < (r.logits.size() <= 1000 ? 16 : 1); ++i) judge(draw(r.logits, how));
            if (ends_too && e.token)
                for (const std::uint64_t word : {std::uint64_t{0}, last_word}) judge(token_at(e, r.logits, how, word));
            if (!exact.drawable() && e.kept) {
                const auto left = *kept_set(e, r.logits, how, false);
                found.add(left.empty(), r.logits.size(),
                          [&] { return describe(c) + ": " + std::to_string(left.size()) + " tokens are kept of a row to refuse"; });
            }
        }
    }
    return found.done();
}

}  // namespace detail

namespace checks {

/// A NaN anywhere, no living token, no token at all.
inline check refusals(const engine& e, const options& o) {
    constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<detail::row_case> rows;
    if (e.takes_empty) {
        rows.push_back({"an empty row", {}});
        for (const std::size_t width : {std::size_t{1}, std::size_t{5}, std::size_t{300}, std::size_t{32000}})
            rows.push_back({"a row of " + std::to_string(width) + " times -inf", std::vector<float>(width, -infinity)});
    }
    if (e.takes_nan)
        for (const std::size_t width : {std::size_t{1}, std::size_t{5}, std::size_t{300}, std::size_t{32000}})
            for (const std::size_t at : {std::size_t{0}, width / 2, width - 1})
                for (const float bad : {nan, -nan}) {
                    std::vector<float> logits(width, 0.5f);
                    logits[width / 3] = 3;
                    logits[at] = bad;
                    rows.push_back({"a row of " + std::to_string(width) + " with a NaN at " + std::to_string(at), std::move(logits)});
                }
    return detail::judge_tokens({"refusals", promise::total}, e, o, rows);
}

/// One +inf, or several: they share all of the probability.
inline check infinite_logits(const engine& e, const options& o) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    detail::tally found("infinite logits", promise::total);
    if (!e.takes_infinity) return found.not_applicable("rows with +inf are outside of its contract");
    std::vector<float> wide(32000, 1);
    wide[31999] = infinity;
    return detail::judge_tokens(std::move(found), e, o,
                                {{"logits inf", {infinity}},
                                 {"logits -inf inf", {-infinity, infinity}},
                                 {"logits 0 inf 1", {0, infinity, 1}},
                                 {"logits inf inf 3e38", {infinity, infinity, 3e38f}},
                                 {"a row of 32000 that ends in +inf", wide}});
}

/// Logits of any finite size, ties, and next to nothing alive.
inline check extreme_logits(const engine& e, const options& o) {
    constexpr float infinity = std::numeric_limits<float>::infinity(), greatest = (std::numeric_limits<float>::max)();
    constexpr float smallest = std::numeric_limits<float>::denorm_min();
    std::vector<float> spike(1000, 0);
    spike[617] = 1e9f;
    std::vector<float> one(1000, -infinity);
    one[999] = -greatest;
    return detail::judge_tokens({"extreme logits", promise::total}, e, o,
                                {{"logits 1e38 1e38 -1e38", {1e38f, 1e38f, -1e38f}},
                                 {"the greatest float, 0 and the least", {greatest, 0, -greatest}},
                                 {"the least float alone", {-greatest}},
                                 {"-inf, the least float, -inf", {-infinity, -greatest, -infinity}},
                                 {"logits -1e38 -1e38", {-1e38f, -1e38f}},
                                 {"logits 65504 65520 -65504", {65504, 65520, -65504}},
                                 {"logits 0 -800 -2000", {0, -800, -2000}},
                                 {"four subnormal logits", {smallest, -smallest, 0, 1e-39f}},
                                 {"1000 equal logits", std::vector<float>(1000, 7)},
                                 {"a logit of 1e9 among 1000", spike},
                                 {"the least float among 999 times -inf", one}});
}

/// One token, padding, widths beside powers of two, a million tokens of which one lives.
inline check odd_widths(const engine& e, const options& o) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<detail::row_case> rows{{"a row of 1", {-3.5f}}};
    for (const std::size_t width : {2u, 3u, 31u, 33u, 127u, 255u, 256u, 257u, 1023u, 1025u, 4097u}) {
        std::vector<float> logits(width);
        for (std::size_t i = 0; i < width; ++i) logits[i] = static_cast<float>((i * 31) % 97) * 0.05f;
        rows.push_back({"a row of " + std::to_string(width), std::move(logits)});
    }
    std::vector<float> padded(151936, -infinity);
    for (std::size_t i = 0; i < 151643; ++i) padded[i] = static_cast<float>((i * 31) % 97) * 0.05f;
    rows.push_back({"a row of 151936 of which the last 293 are padding", std::move(padded)});
    std::vector<float> million(1'000'003, -infinity);
    million.back() = -1;
    rows.push_back({"the last of 1000003 tokens alive", std::move(million)});
    return detail::judge_tokens({"odd widths", promise::living_token}, e, o, rows, true);
}

/// Temperature 0, and top_k 1, on rows with ties for the maximum and without.
inline check greedy(const engine& e, const options& o) {
    detail::tally found("greedy", promise::greedy);
    if (!e.token && !e.sample) return found.not_applicable("no token or sample callback");
    std::vector<float> wide(32000, -1);
    wide[17000] = wide[20001] = 2;
    const std::vector<detail::row_case> rows{{"logits 1 4 4 4", {1, 4, 4, 4}},
                                             {"logits -2 -1 -3", {-2, -1, -3}},
                                             {"5 equal logits", std::vector<float>(5, 0)},
                                             {"a row of 32000 with its maximum at 17000 and 20001", wide}};
    detail::draws draw(e, o.seed);
    for (const auto& r : rows)
        for (const parameters& how : {parameters{.temperature = 0}, parameters{.top_k = 1}}) {
            if (!detail::supports(e, how)) continue;
            const std::int64_t first = definition(r.logits).order()[0];
            for (int i = 0; i < 8; ++i) {
                const std::int64_t id = draw(r.logits, how);
                found.add(id == first, r.logits.size(), [&] {
                    return r.label + detail::describe(how) + ": gives " + (id < 0 ? "a refusal" : "token " + std::to_string(id)) +
                           ", the first maximum is " + std::to_string(first);
                });
            }
        }
    return found.done();
}

}  // namespace checks

}  // namespace argdraw::conformance
