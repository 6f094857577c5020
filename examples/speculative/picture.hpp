// What drafts save, as bars, and one text with the tokens in it that were drafted.
#pragma once

#include "../common/svg.hpp"
#include "../generate/explain.hpp"
#include "../generate/tokenizer.hpp"

#include <argdraw/argdraw.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace speculative {

// One reading of the model: so many tokens of its draft, of which so many stayed. Then comes one of the model's own.
struct pass {
    std::size_t drafted, kept;
};
struct story {
    std::vector<argdraw::token_id> said;
    std::vector<pass> passes;
};
// What a draft and a rule made of many texts: the share of drafted tokens that stayed, and tokens for each pass.
struct bar {
    const char *draft, *rule;
    double kept, tokens_per_pass;
};

inline std::string picture_of(std::span<const bar> bars, const story& told, std::span<const argdraw::token_id> prompt,
                              const generate::tokenizer& words, std::string_view pipeline) {
    constexpr double width = 960, margin = 28, names = 190, per_token = 150, thick = 13, row = 22;
    constexpr const char *drafted = "#0b8a6a", *own = "#d5dae1";
    svg::page page;
    page.text(margin, 44, "title", "Tokens for one pass over the model");
    page.text(margin, 66, "says", std::string(pipeline) + "; drafts of 4 tokens, 40 stories; plain decoding has 1");
    double y = 84;
    for (const bar& each : bars) {
        page.text(margin, y + 10, "what", std::string(each.draft) + ", " + each.rule);
        page.rect(margin + names, y, per_token, thick, own);
        page.rect(margin + names + per_token, y, per_token * (each.tokens_per_pass - 1), thick, drafted);
        page.text(margin + names + per_token * each.tokens_per_pass + 8, y + 10, "what",
                  generate::formatted("%.2f", each.tokens_per_pass) + ", of the drafted tokens " +
                      generate::formatted("%.0f %% stay", 100 * each.kept));
        y += row;
    }

    y += 26;
    page.text(margin, y, "group", "A story by traversal", "says",
              "green: drafted by one layer of the model, and kept; grey: the model's own, one for each pass");
    y += 16;
    double x = margin;
    const auto chip = [&](std::string_view says, const char* fill, const char* kind) {
        std::size_t letters = 0;
        for (std::string_view rest = says; !rest.empty(); ++letters)
            rest.remove_prefix(generate::character_length(rest) == 0 ? 1 : generate::character_length(rest));
        const double w = 7.3 * static_cast<double>(letters) + 6;
        if (x + w > width - margin) {
            x = margin;
            y += 24;
        }
        page.rect(x, y, w, 18, fill);
        page.text(x + 3, y + 13, kind, says);
        x += w + 2;
    };
    for (const argdraw::token_id id : prompt)
        if (id != generate::tokenizer::begin) chip(generate::name_of(words, id), "#ffffff", "piece");
    std::size_t at = 0;
    for (const pass& each : told.passes) {
        for (std::size_t i = 0; i < each.kept; ++i) chip(generate::name_of(words, told.said[at++]), drafted, "kept");
        chip(generate::name_of(words, told.said[at++]), own, "piece");
    }
    return page.svg(
        width, y + 38,
        ".what { font-size: 11.5px; fill: #5b6572; }\n"
        ".piece { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 12px; }\n"
        ".kept { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 12px; fill: #ffffff; }\n");
}

}  // namespace speculative
