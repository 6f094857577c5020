// words — an engine as a function of the random word: where its token changes, and what share of all words each token has.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <vector>

#include <argdraw/conformance/definition.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance::detail {

inline constexpr std::uint64_t last_word = ~std::uint64_t{0};
inline constexpr std::uint64_t half_of_words = std::uint64_t{1} << 63;

/// What an engine answers where it refuses.
inline constexpr std::int64_t refused = -1;

/// The callback's answer; all refusals are one, and so is an exception.
template <class Call>
std::int64_t answer(const Call& call) {
    ARGDRAW_TRY { return (std::max<std::int64_t>)(call(), refused); }
    ARGDRAW_CATCH(std::exception) { return refused; }
}

inline std::int64_t token_at(const engine& e, row logits, const parameters& how, std::uint64_t word) {
    return answer([&] { return e.token(logits, how, word); });
}

/// Tokens of an engine with words or without, for what has to hold for each of them.
class draws {
public:
    draws(const engine& e, std::uint64_t seed) : engine_(e), random_{.seed = seed} {}

    std::int64_t operator()(row logits, const parameters& how) {
        if (engine_.sample) return answer([&] { return engine_.sample(logits, how); });
        return token_at(engine_, logits, how, random_());
    }

private:
    const engine& engine_;
    philox random_;
};

/// The words from `first` up to the next stretch give `token`.
struct stretch {
    std::uint64_t first;
    std::int64_t token;
};

/// The steps of a function of the word, each at the very word: 1024 words evenly spaced, and bisection between those that differ.
/// Complete if every token has one interval, as in an inverse CDF in whatever order; empty if there are more than `most`, for then the
/// token is no step function of the word. Calls token_of some 54 times for each step.
template <class F>
std::vector<stretch> stretches(const F& token_of, std::size_t most) {
    std::vector<stretch> found{{0, token_of(std::uint64_t{0})}};
    std::uint64_t from = 0;
    for (std::uint64_t i = 1; i <= 1024; ++i) {
        const std::uint64_t to = i < 1024 ? i << 54 : last_word;
        const std::int64_t there = token_of(to);
        while (found.back().token != there) {
            std::uint64_t low = from, high = to;
            while (high - low > 1) {
                const std::uint64_t middle = low + (high - low) / 2;
                (token_of(middle) == found.back().token ? low : high) = middle;
            }
            found.push_back({high, token_of(high)});
            if (found.size() > most) return {};
            from = high;
        }
        from = to;
    }
    return found;
}

inline std::vector<stretch> stretches(const engine& e, row logits, const parameters& how) {
    return stretches([&](std::uint64_t word) { return token_at(e, logits, how, word); }, 4 * logits.size() + 64);
}

/// The share of all words that each token of the row has, and of what is no token of it at the end.
inline std::vector<long double> shares(const std::vector<stretch>& steps, std::size_t width) {
    std::vector<long double> share(width + 1);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const long double end = i + 1 < steps.size() ? static_cast<long double>(steps[i + 1].first) : 0x1p64L;
        const bool inside = steps[i].token >= 0 && steps[i].token < static_cast<std::int64_t>(width);
        share[inside ? static_cast<std::size_t>(steps[i].token) : width] += (end - static_cast<long double>(steps[i].first)) * 0x1p-64L;
    }
    return share;
}

/// Why an engine's words cannot be enumerated; empty if they can. Where a token comes back (a table of aliases, hashed words), an
/// interval between two of its own may go unseen, and frequencies are the only judge.
inline std::string no_steps(const engine& e) {
    if (!e.token) return "no token callback: the words are the engine's own";
    const std::array<float, 8> uneven{1.0f, 0.5f, -0.25f, -1, 0.75f, -2, 0, 0.25f};
    const auto steps = stretches(e, uneven, {});
    std::vector<std::int64_t> tokens;
    // A refused word amid a token's own is a fault of another kind.
    for (const stretch& s : steps)
        if (s.token >= 0 && (tokens.empty() || s.token != tokens.back())) tokens.push_back(s.token);
    std::sort(tokens.begin(), tokens.end());
    if (steps.empty() || std::adjacent_find(tokens.begin(), tokens.end()) != tokens.end())
        return "its tokens are no intervals of the word; chi-square judges them";
    return {};
}

/// What an engine keeps: by its callback, or as the tokens that some word gives. Empty optional: neither is to be had.
inline std::optional<std::vector<token_id>> kept_set(const engine& e, row logits, const parameters& how, bool enumerable) {
    std::vector<token_id> ids;
    if (e.kept) {
        ARGDRAW_TRY { ids = e.kept(logits, how); }
        ARGDRAW_CATCH(std::exception) {}
        return ids;
    }
    if (!enumerable) return std::nullopt;
    for (const stretch& s : stretches(e, logits, how))
        if (s.token >= 0) ids.push_back(static_cast<token_id>(std::min<std::int64_t>(s.token, static_cast<std::int64_t>(logits.size()))));
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace argdraw::conformance::detail
