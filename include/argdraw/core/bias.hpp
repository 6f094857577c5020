// bias — what is added to a token's logit.
#pragma once

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Added to the token's logit: -inf bans the token, +inf leaves only those of +inf.
struct token_bias {
    token_id id;
    float b;

    friend bool operator==(const token_bias&, const token_bias&) = default;
};

}  // namespace argdraw
