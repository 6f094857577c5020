// What each stage of a pipeline leaves of the candidates for one token, drawn as a small table.
#pragma once

#include "tokenizer.hpp"

#include <argdraw/engine/logprobs.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace generate {

inline constexpr std::size_t name_width = 10;
inline constexpr std::size_t bar_width = 8;
inline constexpr std::size_t cell_width = bar_width + 7;
inline constexpr std::size_t most_rows = 6;

// The probabilities after one stage, by id; a token the stage removed has less than none.
struct column {
    static constexpr double cut = -1;

    std::string title;
    std::vector<double> probability;
    std::size_t left = 0;

    template <class Distribution>
    column(std::string name, const Distribution& law, std::size_t vocabulary)
        : title(std::move(name)), probability(vocabulary, cut), left(static_cast<std::size_t>(law.ids.size())) {
        auto p = law.probabilities.begin();
        for (const auto id : law.ids) probability[static_cast<std::size_t>(id)] = static_cast<double>(*p++);
    }
};

inline std::string formatted(const char* format, double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

// Text on one line: control characters, and bytes that are no UTF-8, in hexadecimal, and a space as `space`.
inline std::string visible(std::string_view text, std::string_view space = "␣") {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(character_length(text), 1);
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte == ' ') {
            out += space;
        } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && length == 1)) {
            std::array<char, 8> hex{};
            std::snprintf(hex.data(), hex.size(), "\\x%02X", static_cast<unsigned>(byte));
            out += hex.data();
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out;
}

// `text` in exactly `width` characters, counted as code points.
inline std::string fitted(std::string_view text, std::size_t width) {
    std::string out;
    std::size_t used = 0;
    while (!text.empty() && used < width) {
        const std::size_t length = std::max<std::size_t>(character_length(text), 1);
        const bool last_place = used + 1 == width && text.size() > length;
        out += last_place ? std::string_view("…") : text.substr(0, length);
        text.remove_prefix(length);
        ++used;
    }
    return out.append(width - used, ' ');
}

inline std::string_view trimmed(std::string_view line) { return line.substr(0, line.find_last_not_of(' ') + 1); }

// A bar in eighths of a character; whatever is alive shows at least one eighth.
inline std::string bar(double probability) {
    static constexpr std::array<std::string_view, 8> part{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double eighths = std::ceil(std::clamp(probability, 0.0, 1.0) * 8 * static_cast<double>(bar_width));
    const auto filled = std::max<std::size_t>(static_cast<std::size_t>(eighths), 1);
    std::string out;
    for (std::size_t i = 0; i < filled / 8; ++i) out += "█";
    out += part[filled % 8];
    return fitted(out, bar_width);
}

inline std::string cell(double probability) {
    if (probability < 0) return std::string(cell_width - 3, ' ') + "cut";
    return bar(probability) + formatted("%6.1f%%", 100 * probability);
}

// Wide enough for the title, as long as that is no sentence.
inline std::size_t width_of(const column& c) {
    std::size_t title = 0;
    for (std::string_view rest = c.title; !rest.empty(); ++title) rest.remove_prefix(std::max<std::size_t>(character_length(rest), 1));
    return std::clamp(title, cell_width, 2 * cell_width);
}

inline void print_legend(std::ostream& out) {
    out << "Every token is drawn in stages, one column each, from the candidates that are left.\n"
           "  42.0%    a candidate's probability after the stage, also as a bar\n"
           "  cut      this stage, or one before it, removed the candidate\n"
           "  ▶        the token that was drawn\n"
           "  ␣ \\x0A   a space, a control character      <s> </s>   the end of the text\n"
           "  ln p     the natural logarithm of the drawn token's probability: as the model gave it, scaled by the stages that remove\n"
           "           nothing by rank or mass, and in the last column\n"
           "  kept     the probability, where it is scaled, of all the tokens that the stages left\n";
}

inline std::string name_of(const tokenizer& words, int id) {
    if (id == tokenizer::begin) return "<s>";
    if (id == tokenizer::end) return "</s>";
    return visible(words.piece(id));
}

// The end of the text, from a character's beginning.
inline std::string tail(std::string_view text, std::size_t longest) {
    if (text.size() <= longest) return visible(text, " ");
    text.remove_prefix(text.size() - longest);
    while (!text.empty() && character_length(text) == 0) text.remove_prefix(1);
    return "…" + visible(text, " ");
}

// The ids of the rows: the likeliest before any stage removes one, and the token that was drawn.
inline std::vector<int> rows_of(const std::vector<double>& probability, int chosen) {
    static constexpr double least_shown = 0.0005;
    const auto p = [&](int id) { return probability[static_cast<std::size_t>(id)]; };
    std::vector<int> order(probability.size());
    std::iota(order.begin(), order.end(), 0);
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(most_rows, order.size()));
    std::partial_sort(order.begin(), middle, order.end(), [&](int a, int b) { return p(a) != p(b) ? p(a) > p(b) : a < b; });
    order.erase(middle, order.end());
    std::erase_if(order, [&](int id) { return p(id) < least_shown && id != chosen; });
    if (std::find(order.begin(), order.end(), chosen) == order.end()) {
        if (order.size() == most_rows) order.pop_back();
        order.push_back(chosen);
    }
    return order;
}

// A table of a few columns for the ids of some rows.
inline void print_columns(std::ostream& out, std::span<const column> columns, const std::vector<int>& rows, int chosen,
                          const tokenizer& words) {
    std::string titles(2 + name_width, ' ');
    std::string counts = titles;
    for (const column& c : columns) {
        titles += "  " + fitted(c.title, width_of(c));
        counts += "  " + fitted(std::to_string(c.left) + " left", width_of(c));
    }
    out << trimmed(titles) << "\n" << trimmed(counts) << "\n";
    for (const int id : rows) {
        std::string line = (id == chosen ? "▶ " : "  ") + fitted(name_of(words, id), name_width);
        for (const column& c : columns) {
            const std::string one = cell(c.probability[static_cast<std::size_t>(id)]);
            line += "  " + one + std::string(width_of(c) - cell_width, ' ');
        }
        out << trimmed(line) << "\n";
    }
}

inline void print_choice(std::ostream& out, int number, std::string_view text, std::span<const column> columns,
                         const argdraw::token_logprobs& token, const argdraw::logprobs_result& row, const tokenizer& words) {
    static constexpr std::size_t text_shown = 60, line_shown = 120;
    out << "\n" << number << ".  " << tail(text, text_shown) << "\n";
    const auto rows = rows_of(columns.front().probability, token.id);
    // A long chain of stages goes on in further tables.
    while (!columns.empty()) {
        std::size_t count = 0;
        for (std::size_t width = 2 + name_width; count < columns.size(); ++count) {
            width += 2 + width_of(columns[count]);
            if (count > 0 && width > line_shown) break;
        }
        print_columns(out, columns.first(count), rows, token.id, words);
        columns = columns.subspan(count);
    }
    out << "  drawn: " << name_of(words, token.id) << "   ln p " << formatted("%.3f", token.raw) << " as it was, "
        << formatted("%.3f", token.scaled) << " scaled, " << formatted("%.3f", token.processed) << " in the end; rank " << token.rank
        << ";   kept " << formatted("%.1f%%", 100 * std::exp(row.log_kept)) << " in " << row.kept << " tokens\n";
}

}  // namespace generate
