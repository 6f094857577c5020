// token_id, status, drawn — what a draw gives back.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Index of a token in its row, 0 <= id < V; -1 where there is none.
using token_id = std::int32_t;

/// Why a draw gave a token or did not.
enum class status : std::uint8_t {
    ok,             ///< a token was drawn
    empty,          ///< no token lives: the row has no entries, or each of them is -inf
    nan_logit,      ///< a living token's logit is NaN
    bad_parameter,  ///< a parameter or an argument is outside its range; where it is a stage's, sampler::check() says which
    out_of_memory,  ///< the workspace could not grow to the size of the row
    outside_row,    ///< a stage names a token outside of the row, or has a row of another width; sampler::check(width) says which
    too_wide,       ///< the row has more than 2^24 tokens
    no_sequence,    ///< a stage that was chosen at run time reads the history, and there is none
    out_of_words,   ///< the sequence was drawn from 2^32 - 1 times at one position
};

/// The status in words, for logs.
constexpr std::string_view message(status why) noexcept {
    switch (why) {
        case status::ok: return "ok";
        case status::empty: return "empty: no token is left to draw, every logit is -inf or removed";
        case status::nan_logit: return "nan_logit: a living token's logit is NaN";
        case status::bad_parameter:
            return "bad_parameter: a parameter or an argument is outside its range; check() says if it is a stage's, and whose";
        case status::out_of_memory: return "out_of_memory: the workspace could not grow";
        case status::outside_row:
            return "outside_row: a stage names a token outside of the row, or has a row of another width; check(width) says which stage";
        case status::too_wide: return "too_wide: the row has more than 2^24 tokens";
        case status::no_sequence: return "no_sequence: a stage reads the history; draw as pick(logits, seq), with auto seq = pick.start()";
        case status::out_of_words: return "out_of_words: the sequence was drawn from 2^32 - 1 times at one position; accept a token";
    }
    return "unknown status";
}

/// The outcome of one draw: true in a condition when there is a token.
///
/// `logprob` is ln of the token's probability in the final set (0 after greedy), never above 0; NaN on failure.
struct drawn {
    token_id id = -1;
    float logprob = std::numeric_limits<float>::quiet_NaN();
    status why = status::empty;

    explicit constexpr operator bool() const noexcept { return why == status::ok; }
};

}  // namespace argdraw
