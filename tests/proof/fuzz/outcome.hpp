// outcome — what is asked of every draw, whatever it was drawn from.
#pragma once

#include "input.hpp"

#include <bit>
#include <cstdint>

#include <argdraw/core/token.hpp>

namespace fuzz {

inline void well_formed(const argdraw::drawn& token) {
    using argdraw::status;
    require(token.why == status::ok || token.why == status::empty || token.why == status::nan_logit || token.why == status::bad_parameter ||
                token.why == status::outside_row || token.why == status::out_of_words,
            "a draw ends in a token or in empty, nan_logit, bad_parameter, outside_row, out_of_words");
    if (token) require(token.logprob <= 0, "a log-probability is at most 0 and no NaN");
    else require(token.id == -1 && token.logprob != token.logprob, "where there is no token, id is -1 and logprob NaN");
}

inline bool same(const argdraw::drawn& a, const argdraw::drawn& b) {
    return a.id == b.id && a.why == b.why && std::bit_cast<std::uint32_t>(a.logprob) == std::bit_cast<std::uint32_t>(b.logprob);
}

}  // namespace fuzz
