// One text on one row: drawn token by token, gone back in, taken elsewhere as bytes, turned another way.
#pragma once

#include <argdraw/argdraw.hpp>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "columns.hpp"
#include "pipelines.hpp"

namespace golden {

/// Adds the draws of a text of so many tokens to the columns. Returns whether its last quarter, drawn again after a rollback by a sequence
/// resumed from bytes, came out the same.
inline bool add_text(const any_row& row, const sampler<chain, any_draw>& pick, std::uint64_t number, std::size_t tokens, const material& m,
                     workspace& space, columns& out) {
    auto seq = pick.start({.seed = 0x243f6a8885a308d3u, .sequence = number}, m.prompt);
    const auto draw_again = [&] { return std::visit([&](const auto& logits) { return pick(logits, seq, space); }, row); };
    const auto draw = [&] {
        const drawn token = draw_again();
        if (pick.get<1>().get_if<without_replacement>() && token)
            for (const drawn& each : several) out.add(each);
        else out.add(token);
        return token;
    };
    // Where nothing is left to draw, the text goes on with a word of its own.
    const auto accept = [&](const drawn& token) {
        return seq.accept(token ? token.id : m.few[seq.output().size() % m.few.size()]) == status::ok;
    };

    bool good = true;
    const std::size_t back = tokens / 4;
    columns end, same_end;
    for (std::size_t i = 0; i < tokens; ++i) {
        const drawn token = draw();
        if (i >= tokens - back) end.add(token);
        good = accept(token) && good;
    }

    good = seq.rollback(back) == status::ok && good;
    seq = pick.resume(seq.bytes());
    for (std::size_t i = 0; i < back; ++i) {
        const drawn token = draw_again();
        same_end.add(token);
        good = accept(token) && good;
    }
    good = good && end == same_end;

    // Another token than the one drawn, then two draws at one position.
    good = seq.rollback(1) == status::ok && good;
    good = seq.accept(m.few[1]) == status::ok && good;
    draw();
    draw();
    return good;
}

}  // namespace golden
