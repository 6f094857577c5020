// Whether a text is a record, by other means than the grammar that writes it: a regular expression, and the standard library's calendar.
#pragma once

#include <chrono>
#include <cstddef>
#include <regex>
#include <string>

namespace structured {

inline bool is_record(const std::string& text) {
    static const std::regex form(
        R"re(\{"says": "[A-Z](?: ?[a-z]){1,29}[.?!]", "kind": "(?:cat|dog|fox|bird)", "born": "(20\d\d)-(\d\d)-(\d\d)", )re"
        R"re("likes": \[((?:(?:, )?"(?:ball|book|cake|kite|milk|moon)")*)\], "happy": (?:true|false)\})re");
    static const std::regex list(R"re((?:"([a-z]+)"(?:, "([a-z]+)"(?:, "([a-z]+)")?)?)?)re");
    std::smatch part, liked;
    if (!std::regex_match(text, part, form)) return false;
    const std::string things = part[4];
    if (!std::regex_match(things, liked, list)) return false;
    for (std::size_t i = 1; i < 3; ++i)
        for (std::size_t j = i + 1; j <= 3; ++j)
            if (liked[j].matched && liked[i] == liked[j]) return false;
    const auto number = [&](std::size_t i) { return std::stoi(part[i]); };
    return std::chrono::year_month_day(std::chrono::year(number(1)), std::chrono::month(static_cast<unsigned>(number(2))),
                                       std::chrono::day(static_cast<unsigned>(number(3))))
        .ok();
}

}  // namespace structured
