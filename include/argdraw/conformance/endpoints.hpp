// endpoints — the words at which samplers fall off an end: the first, the last, the middle, and those beside every step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/conformance/definition.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/rows.hpp>
#include <argdraw/conformance/words.hpp>
#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

namespace detail {

/// The tokens that may be drawn: those kept, and the one more that a boundary within its band allows.
inline std::vector<bool> drawable_tokens(const definition& exact, const prefix& kept) {
    std::vector<bool> can(exact.width());
    for (std::size_t i = 0; i < (kept.settled ? kept.more : exact.order().size()); ++i)
        can[static_cast<std::size_t>(exact.order()[i])] = true;
    return can;
}

inline bool among(const std::vector<bool>& can, std::int64_t id) {
    return id >= 0 && id < static_cast<std::int64_t>(can.size()) && can[static_cast<std::size_t>(id)];
}

inline std::string gives(const row_case& c, std::int64_t id, const std::vector<bool>& can) {
    const std::string what = id < 0                                        ? "a refusal"
                             : id >= static_cast<std::int64_t>(can.size()) ? "token " + std::to_string(id) + ", which is outside of the row"
                                                                           : "token " + std::to_string(id) + ", which cannot be drawn";
    return describe(c) + ": " + what;
}

}  // namespace detail

namespace checks {

/// Rows whose first, last and middle tokens do not live, and filtered rows: 0, 1, 2^63 - 1, 2^63, 2^63 + 1, 2^64 - 2, 2^64 - 1, the
/// borders of 24, 32 and 53 bits, and the word before, at and after every step.
inline check endpoint_words(const engine& e, const options&) {
    using detail::half_of_words, detail::last_word;
    detail::tally found("endpoint words", promise::living_token);
    if (!e.token) return found.not_applicable("no token callback: the words are the engine's own");
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<std::uint64_t> ends{half_of_words - 1, half_of_words, half_of_words + 1};
    for (const std::uint64_t from : {0x0u, 0x1u, 0x3ffu, 0x7ffu, 0x800u, 0xffffffffu}) ends.insert(ends.end(), {from, last_word - from});
    ends.insert(ends.end(), {std::uint64_t{1} << 40, last_word - (std::uint64_t{1} << 40)});
    std::vector<detail::row_case> cases;
    std::vector<float> padded(1000, -infinity), edges(50304, -infinity);
    for (std::size_t i = 300; i < 600; ++i) padded[i] = 0.01f * static_cast<float>(i % 97);
    for (std::size_t i = 1; i < 50257; ++i) edges[i] = 0.01f * static_cast<float>(i % 997);
    for (const parameters& how :
         {parameters{}, parameters{.temperature = 0.6f}, parameters{.top_k = 2}, parameters{.top_p = 0.7f}, parameters{.min_p = 0.35f}}) {
        if (!detail::supports(e, how)) continue;
        cases.push_back(detail::weights_case({0, 5, 0, 3, 2, 0}, how));
        cases.push_back(detail::weights_case({1, 2, 5, 3, 1}, how));
        cases.push_back({"7 equal logits", std::vector<float>(7, -2.5f), how});
        cases.push_back({"tokens 300 to 599 of a row of 1000", padded, how});
    }
    cases.push_back({"tokens 1 to 50256 of a row of 50304", edges});
    for (const auto& c : cases) {
        const definition exact(c.logits);
        const auto can = detail::drawable_tokens(exact, exact.kept(c.how, e.stages));
        auto words = ends;
        if (c.logits.size() < 10)
            for (const detail::stretch& s : detail::stretches(e, c.logits, c.how))
                words.insert(words.end(), {s.first - 1, s.first, s.first + 1});
        for (const std::uint64_t word : words) {
            const std::int64_t id = detail::token_at(e, c.logits, c.how, word);
            found.add(detail::among(can, id), c.logits.size(),
                      [&] { return detail::gives(c, id, can) + ", for the word " + std::to_string(word); });
        }
    }
    return found.done();
}

}  // namespace checks

}  // namespace argdraw::conformance
