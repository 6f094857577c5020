// A grammar of small records, asked about beginnings: is there a record that begins like this?
//
//   {"says": "Can you help me?", "kind": "cat", "born": "2020-02-29", "likes": ["kite", "cake"], "happy": true}
//
// What is said has 2 to 30 letters, in words, with a capital in front and a mark behind; the kind is one of four; the date is one of the
// calendar; at most three things are liked, and none of them twice. Every beginning of a record can be brought to an end.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace structured {

enum class verdict { impossible, unfinished, complete };

// Reads a text by the grammar's rules, from left to right. Each rule returns true when it has been read to its end; otherwise the text
// either ended before it or went against it.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    verdict record() {
        const bool read = word("{\"says\": ") && saying() && word(", \"kind\": ") &&
                          one_of({"\"cat\"", "\"dog\"", "\"fox\"", "\"bird\""}) && word(", \"born\": ") && date() &&
                          word(", \"likes\": ") && things() && word(", \"happy\": ") && one_of({"true", "false"}) && word("}");
        if (read) return rest_.empty() ? verdict::complete : verdict::impossible;
        return ended_ ? verdict::unfinished : verdict::impossible;
    }

private:
    bool saying() {
        if (!word("\"") || !one('A', 'Z')) return false;
        for (int letters = 1;; ++letters) {
            const bool may_end = letters > 1, must_end = letters == 30;
            if (must_end || (may_end && (next_is('.') || next_is('?') || next_is('!')))) return one_of({".", "?", "!"}) && word("\"");
            if (next_is(' ')) word(" ");
            if (!one('a', 'z')) return false;
        }
    }

    bool things() {
        if (!word("[")) return false;
        if (next_is(']')) return word("]");
        unsigned liked = 0;
        for (int i = 1; one_of({"\"ball\"", "\"book\"", "\"cake\"", "\"kite\"", "\"milk\"", "\"moon\""}, &liked); ++i) {
            if (i == 3 || next_is(']')) return word("]");
            if (!word(", ")) return false;
        }
        return false;
    }

    // A digit is right if some day of the calendar begins with the digits up to it.
    bool date() {
        if (!word("\"20")) return false;
        int year = 2000, month = 0, day = 0;
        return digit(9, year, 10) && digit(9, year, 1) && word("-") && digit(1, month, 10) &&
               digit(month == 10 ? 2 : 9, month, 1, month == 0) && word("-") && digit(days(year, month) / 10, day, 10) &&
               digit(day == days(year, month) / 10 * 10 ? days(year, month) % 10 : 9, day, 1, day == 0) && word("\"");
    }
    static int days(int year, int month) {
        static constexpr std::array<int, 13> of_month{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        return of_month[static_cast<std::size_t>(month)] + (month == 2 && year % 4 == 0);  // from 2000 to 2099 that is all
    }

    // A digit from 0, or from 1, to `most`; its value times `place` is added to `number`.
    bool digit(int most, int& number, int place, bool not_zero = false) {
        const int d = rest_.empty() ? 0 : rest_.front() - '0';
        if (!one(static_cast<char>('0' + not_zero), static_cast<char>('0' + most))) return false;
        number += d * place;
        return true;
    }

    bool word(std::string_view expected) {
        for (const char c : expected)
            if (!one(c, c)) return false;
        return true;
    }
    // None of the words is the beginning of another. Those with a bit in `used` count no more, and the one read is added there.
    bool one_of(std::initializer_list<std::string_view> words, unsigned* used = nullptr) {
        unsigned bit = 1;
        for (const std::string_view each : words) {
            if (!used || (*used & bit) == 0) {
                if (rest_.starts_with(each)) {
                    if (used) *used |= bit;
                    return word(each);
                }
                ended_ = ended_ || each.starts_with(rest_);
            }
            bit *= 2;
        }
        return false;
    }
    bool one(char first, char last) {
        if (rest_.empty()) ended_ = true;
        if (rest_.empty() || rest_.front() < first || rest_.front() > last) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

    std::string_view rest_;
    bool ended_ = false;
};

inline verdict judge(std::string_view text) { return reader(text).record(); }

}  // namespace structured
