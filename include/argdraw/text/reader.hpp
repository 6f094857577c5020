// reader — text as names, numbers, lists and marks, and what is wrong with it where something is.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#if !defined(__cpp_lib_to_chars) && defined(__wasm__)
#include <cmath>
#include <cstdlib>
#elif !defined(__cpp_lib_to_chars)
#include <locale>
#include <sstream>
#endif

#include <argdraw/core/config.hpp>
#include <argdraw/text/names.hpp>

namespace argdraw::inline ARGDRAW_ABI::text {

/// Where a text is wrong, and how it could be right.
struct error {
    std::size_t column = 0;  ///< from 1; 0: nothing is wrong
    std::string sentence;

    explicit operator bool() const noexcept { return column != 0; }
};

/// The name out of several that a misspelt one is closest to: by the number of letters to add, take away, change or exchange, at most a
/// third of them; empty where none is close.
inline std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names) {
    std::string_view best;
    std::size_t least = (std::max<std::size_t>)(1, name.size() / 3) + 1;
    if (name.empty() || name.size() > 64) return best;
    for (const std::string_view other : names) {
        std::vector<std::size_t> before_last, last(other.size() + 1), now(other.size() + 1);
        for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
        for (std::size_t i = 1; i <= name.size(); ++i) {
            now[0] = i;
            for (std::size_t j = 1; j <= other.size(); ++j) {
                now[j] = (std::min)({last[j] + 1, now[j - 1] + 1, last[j - 1] + (name[i - 1] != other[j - 1])});
                if (i > 1 && j > 1 && name[i - 1] == other[j - 2] && name[i - 2] == other[j - 1])
                    now[j] = (std::min)(now[j], before_last[j - 2] + 1);
            }
            before_last = last;
            last.swap(now);
        }
        if (last[other.size()] < least) {
            least = last[other.size()];
            best = other;
        }
    }
    return best;
}

/// Goes through a text. What fails notes its place and a sentence, once; from then on everything fails.
class reader {
public:
    explicit reader(std::string_view in, const text::names& given) noexcept : in_(in), given_(given) {}

    const text::names& given() const noexcept { return given_; }

    const error& wrong() const noexcept { return wrong_; }
    bool good() const noexcept { return !wrong_; }
    /// The place that is read next, from 1.
    std::size_t column() noexcept {
        skip();
        return at_ + 1;
    }
    bool at_end() noexcept {
        skip();
        return at_ == in_.size();
    }

    bool fail(std::size_t column, std::string sentence) {
        if (good()) wrong_ = {column, std::move(sentence)};
        return false;
    }
    /// At the present place, with what was read there.
    bool expected(std::string_view what) {
        const std::size_t column = this->column();
        return fail(column, "expected " + std::string(what) + ", found " + found());
    }

    bool next_is(char mark) noexcept {
        skip();
        return good() && at_ < in_.size() && in_[at_] == mark;
    }
    bool take(char mark) noexcept {
        if (!next_is(mark)) return false;
        ++at_;
        return true;
    }
    bool want(char mark) { return take(mark) || expected(std::string("'") + mark + "'"); }
    bool next_is_letter() noexcept {
        skip();
        return good() && at_ < in_.size() && is_letter(in_[at_]);
    }
    bool next_is_quote() noexcept { return next_is('"') || next_is('\''); }

    /// A text in quotes of either kind. A backslash stands before a quote or a backslash that is meant; with n and t it is the end of a line
    /// and a tab.
    bool quoted_text(std::string& out) {
        const std::size_t column = this->column();
        if (!next_is_quote()) return expected("a text in quotes");
        const char quote = in_[at_];
        for (++at_; at_ < in_.size() && in_[at_] != quote; ++at_) {
            const bool escaped = in_[at_] == '\\' && at_ + 1 < in_.size();
            if (escaped) ++at_;
            out += !escaped ? in_[at_] : in_[at_] == 'n' ? '\n' : in_[at_] == 't' ? '\t' : in_[at_];
        }
        if (at_ == in_.size()) return fail(column, "the text in quotes has no end");
        ++at_;
        return true;
    }

    /// Letters, digits and underscores, not beginning with a digit; empty where there are none.
    std::string_view name() noexcept {
        skip();
        const std::size_t from = at_;
        if (good() && at_ < in_.size() && is_letter(in_[at_]))
            while (at_ < in_.size() && (is_letter(in_[at_]) || is_digit(in_[at_]))) ++at_;
        return in_.substr(from, at_ - from);
    }
    /// Whether a name stands here with '=' behind it; then both are taken.
    bool take_key(std::string_view& key) noexcept {
        const std::size_t from = at_;
        key = name();
        if (!key.empty() && take('=')) return true;
        at_ = from;
        return false;
    }

    /// A whole number in the range of N.
    template <class N>
    bool whole(N& out) {
        const std::size_t column = this->column();
        const std::string_view read = number_text();
        std::int64_t value = 0;
        const char* const first = read.data() + (read.starts_with('+') ? 1 : 0);
        const auto [end, why] = std::from_chars(first, read.data() + read.size(), value);
        const bool is_whole = !read.empty() && end == read.data() + read.size();
        if (!is_whole || why == std::errc::invalid_argument) return fail(column, "expected a whole number, found " + quoted_at(column));
        using range = std::numeric_limits<N>;
        if (why != std::errc{} || value < static_cast<std::int64_t>((range::min)()) ||
            (sizeof(N) < 8 && value > static_cast<std::int64_t>((range::max)())))
            return fail(column, std::string(read) + " is out of the range of whole numbers here");
        out = static_cast<N>(value);
        return true;
    }
    /// A number; inf and nan are ones.
    bool number(float& out) {
        const std::size_t column = this->column();
        const std::string_view read = number_text();
        bool in_range = true;
        if (!to_number(read, out, in_range)) return fail(column, "expected a number, found " + quoted_at(column));
        const std::string_view instead =
            read.find("e-") < read.size() || read.find("E-") < read.size() ? "what is nearer to 0 is written 0" : "inf is written inf";
        if (!in_range) return fail(column, std::string(read) + " is beyond the range of float; " + std::string(instead));
        return true;
    }

    /// What stands at a place, in quotes.
    std::string quoted_at(std::size_t column) const {
        if (column > in_.size()) return "the end";
        const std::string_view rest = in_.substr(column - 1);
        std::size_t size = 0;
        while (size < rest.size() && size < 24 && (is_letter(rest[size]) || is_digit(rest[size]) || rest[size] == '.' || rest[size] == '-'))
            ++size;
        std::string shown;
        for (const char c : rest.substr(0, (std::max<std::size_t>)(size, 1))) shown += c >= ' ' && c <= '~' ? c : '?';
        return "'" + shown + "'";
    }

private:
    static bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    void skip() noexcept {
        while (at_ < in_.size() && (in_[at_] == ' ' || in_[at_] == '\t' || in_[at_] == '\n' || in_[at_] == '\r')) ++at_;
    }
    std::string found() { return quoted_at(column()); }

    std::string_view number_text() noexcept {
        skip();
        const std::size_t from = at_;
        const auto here = [&](auto is) { return at_ < in_.size() && is(in_[at_]); };
        if (!good()) return {};
        if (here([](char c) { return c == '-' || c == '+'; })) ++at_;
        if (here(is_letter)) {
            while (here(is_letter)) ++at_;
        } else {
            while (here(is_digit)) ++at_;
            if (here([](char c) { return c == '.'; })) ++at_;
            while (here(is_digit)) ++at_;
            if (at_ > from && here([](char c) { return c == 'e' || c == 'E'; })) {
                ++at_;
                if (here([](char c) { return c == '-' || c == '+'; })) ++at_;
                while (here(is_digit)) ++at_;
            }
        }
        return in_.substr(from, at_ - from);
    }

    static bool to_number(std::string_view read, float& out, bool& in_range) {
        const bool minus = read.starts_with('-');
        if (minus || read.starts_with('+')) read.remove_prefix(1);
        if (read == "inf") out = std::numeric_limits<float>::infinity();
        else if (read == "nan") out = std::numeric_limits<float>::quiet_NaN();
        else if (read.empty() || !(is_digit(read[0]) || read[0] == '.')) return false;
        else {
#if defined(__cpp_lib_to_chars)
            const auto [end, why] = std::from_chars(read.data(), read.data() + read.size(), out);
            if (end != read.data() + read.size() || why == std::errc::invalid_argument) return false;
            in_range = why != std::errc::result_out_of_range;
#elif defined(__wasm__)  // a standard library without it, and a C library with one locale
            const std::string held(read);
            char* end = nullptr;
            out = std::strtof(held.c_str(), &end);
            if (end != held.c_str() + held.size()) return false;
            const bool is_zero = read.substr(0, read.find_first_of("eE")).find_first_of("123456789") == read.npos;
            in_range = !std::isinf(out) && (out != 0 || is_zero);
#else                    // without it, and with many: through a stream, whose locale is not the program's
            std::istringstream in{std::string(read)};
            in.imbue(std::locale::classic());
            in >> out;
            if (!in.eof()) return false;
            in_range = !in.fail();
#endif
        }
        if (minus) out = -out;
        return true;
    }

    std::string_view in_;
    const text::names& given_;
    std::size_t at_ = 0;
    error wrong_;
};

}  // namespace argdraw::text
