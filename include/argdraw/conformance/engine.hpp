// engine — a sampler under test, whoever wrote it: what it can do, and callbacks that do it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

/// The logits of one position.
using row = std::span<const float>;

/// What an engine may be asked to do before it draws. Each means what the header of the stage of that name says.
enum class stage : std::uint8_t { temperature, top_k, top_p, min_p };

/// The parameters of one call. A stage that the engine does not list keeps its neutral value, which is written here.
struct parameters {
    float temperature = 1;
    int top_k = 0;
    float top_p = 1;
    float min_p = 0;

    friend bool operator==(const parameters&, const parameters&) = default;
};

/// A sampler, wrapped. `token` or `sample` has to be there; each other callback makes for more checks.
///
/// A token is an id in [0, row.size()). Any negative value says "refused": that is the answer to a row with a NaN and to a row in which no
/// token lives, and a failure everywhere else. A std::exception counts as a refusal. Calls come by the thousand and in any order.
struct engine {
    std::string name;
    std::vector<stage> stages{};  ///< what it supports, in the order in which it acts

    /// The token that a random word of 64 bits stands for. Engines that take a uniform number make it of the upper bits, 32 or more of
    /// them.
    std::function<std::int64_t(row, const parameters&, std::uint64_t word)> token{};

    /// A token drawn with the engine's own generator. The statistical checks ask this one where it is given.
    std::function<std::int64_t(row, const parameters&)> sample{};

    /// The tokens that are left to draw from, in any order; none for a row that is refused.
    std::function<std::vector<token_id>(row, const parameters&)> kept{};

    /// One token for each row, as one call of the engine's batched path: words[i] belongs to rows[i].
    std::function<std::vector<std::int64_t>(std::span<const row> rows, const parameters&, std::span<const std::uint64_t> words)> batch{};

    bool takes_nan = true;       ///< false: no row with a NaN is given to it
    bool takes_empty = true;     ///< false: no row without a living token is given to it
    bool takes_infinity = true;  ///< false: no row with a logit of +inf is given to it
};

/// How much is done. The defaults are what argdraw is held to.
struct options {
    std::size_t draws = 100000;                              ///< of each distribution that is judged by chi-square
    std::vector<std::size_t> widths{32000, 128256, 151936};  ///< of the wide rows, each above 1000
    std::uint64_t seed = 1;                                  ///< of the words that the checks choose at random
};

}  // namespace argdraw::conformance
