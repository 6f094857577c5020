// invariance — a row's token is its own: the same again, at another address, between other calls, and in any batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/extremes.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/rows.hpp>
#include <argdraw/conformance/shares.hpp>
#include <argdraw/conformance/words.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

namespace detail {

inline std::string named(std::int64_t id) { return id < 0 ? "a refusal" : "token " + std::to_string(id); }

inline std::vector<row_case> rows_of_every_kind() {
    return {weights_case({5, 3, 2}),
            {"16 equal logits", std::vector<float>(16, 0.5f)},
            {"16 logits falling by 0.5", falling(16, 0.5)},
            heavy_tailed(300),
            flat(5000)};
}

}  // namespace detail

namespace checks {

/// The same word again, with other rows drawn in between, and the row copied to other addresses between large logits and NaNs.
inline check repeatable(const engine& e, const options& o) {
    detail::tally found("same word, same token", promise::invariance);
    if (!e.token) return found.not_applicable("no token callback: the words are the engine's own");
    const auto rows = detail::rows_of_every_kind();
    philox random{.seed = o.seed};
    for (const parameters& how : detail::usual_parameters(e)) {
        std::vector<std::pair<std::uint64_t, std::int64_t>> first;
        for (int i = 0; i < 8; ++i)
            for (const auto& r : rows) {
                const std::uint64_t word = random();
                first.emplace_back(word, detail::token_at(e, r.logits, how, word));
            }
        // In the opposite order, so that each call stands between others than before.
        for (std::size_t i = first.size(); i-- > 0;) {
            const auto& r = rows[i % rows.size()];
            const std::size_t width = r.logits.size(), shift = 1 + i % 7;
            std::vector<float> elsewhere(width + 16, i % 2 == 0 ? 1e30f : std::numeric_limits<float>::quiet_NaN());
            std::copy(r.logits.begin(), r.logits.end(), elsewhere.begin() + static_cast<std::ptrdiff_t>(shift));
            const std::int64_t again = detail::token_at(e, r.logits, how, first[i].first);
            const std::int64_t moved = detail::token_at(e, row(elsewhere).subspan(shift, width), how, first[i].first);
            const auto judge = [&](std::int64_t id, const char* when) {
                found.add(id == first[i].second, width, [&] {
                    return r.label + detail::describe(how) + ": the word " + std::to_string(first[i].first) + " gives " +
                           detail::named(first[i].second) + ", and " + when + " " + detail::named(id);
                });
            };
            judge(again, "later");
            judge(moved, "at another address");
        }
    }
    return found.done();
}

/// Batches in order, in the opposite order, cut in two, and beside rows that are refused: every token is the one that the row has alone.
inline check batches(const engine& e, const options& o) {
    detail::tally found("batch", promise::invariance);
    if (!e.batch) return found.not_applicable("no batch callback");
    const auto call = [&](std::span<const row> rows, const parameters& how, std::span<const std::uint64_t> words) {
        ARGDRAW_TRY { return e.batch(rows, how, words); }
        ARGDRAW_CATCH(std::exception) {}
        return std::vector<std::int64_t>(rows.size(), detail::refused);
    };
    // Batches are matrices: all rows have one width, and rows that must be refused stand among them.
    constexpr std::size_t width = 500;
    constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::vector<float>> logits{detail::heavy_tailed(width).logits, detail::flat(width).logits, std::vector<float>(width, -3),
                                           detail::peaked(width).logits};
    if (e.takes_nan) logits.insert(logits.begin() + 1, std::vector<float>(width, nan));
    if (e.takes_empty) logits.push_back(std::vector<float>(width, -infinity));
    logits.push_back(detail::flat(width).logits);
    logits.back()[7] = 30;
    const std::size_t n = logits.size();
    philox random{.seed = o.seed};
    for (const parameters& how : detail::usual_parameters(e))
        for (int repeat = 0; repeat < 4; ++repeat) {
            std::vector<row> rows(logits.begin(), logits.end());
            std::vector<std::uint64_t> words(n);
            for (auto& word : words) word = random();
            std::vector<std::int64_t> alone(n);
            for (std::size_t i = 0; i < n; ++i) {
                const auto one = call({&rows[i], 1}, how, {&words[i], 1});
                alone[i] = e.token           ? detail::token_at(e, rows[i], how, words[i])
                           : one.size() == 1 ? (std::max)(one[0], detail::refused)
                                             : detail::refused;
            }
            const auto judge = [&](std::size_t from, std::size_t count, const char* what) {
                const auto got = call(std::span(rows).subspan(from, count), how, std::span(words).subspan(from, count));
                found.add(got.size() == count, width,
                          [&] { return "a batch of " + std::to_string(count) + " rows gives " + std::to_string(got.size()) + " tokens"; });
                if (got.size() != count) return;
                for (std::size_t i = 0; i < count; ++i) {
                    const std::int64_t before = alone[from + i];
                    found.add((std::max)(got[i], detail::refused) == before, width, [&] {
                        return "row " + std::to_string(from + i) + " of " + std::to_string(n) + detail::describe(how) + ": gives " +
                               detail::named(before) + " alone and " + detail::named(got[i]) + " in " + what;
                    });
                }
            };
            judge(0, n, "a batch");
            judge(0, n / 2, "the first half of a batch");
            judge(n / 2, n - n / 2, "the second half of a batch");
            std::reverse(rows.begin(), rows.end());
            std::reverse(words.begin(), words.end());
            std::reverse(alone.begin(), alone.end());
            judge(0, n, "a batch in the opposite order");
        }
    return found.done();
}

}  // namespace checks

}  // namespace argdraw::conformance
