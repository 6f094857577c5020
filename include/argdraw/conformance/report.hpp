// report — what a conformance run found: a list of checks, and the page that a reader understands without a manual.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

/// The promises of a sampler that the checks hold it to.
enum class promise : std::uint8_t {
    living_token = 1,  ///< P1
    total = 2,         ///< P2
    greedy = 4,        ///< P4
    temperature = 5,   ///< P5
    filters = 6,       ///< P6
    distribution = 7,  ///< P7
    invariance = 8,    ///< P8
    statistics = 16,   ///< P16
};

/// The promise in words.
constexpr std::string_view sentence(promise p) noexcept {
    switch (p) {
        case promise::living_token: return "the token lies in the row, is not masked or filtered, and has weight, for every random word";
        case promise::total: return "every row ends in a token, or in a refusal where it has a NaN or no living token";
        case promise::greedy: return "temperature 0 and top_k 1 give the first maximum";
        case promise::temperature: return "any temperature above 0, subnormal to huge, without hidden clamps";
        case promise::filters:
            return "filters keep what their definition keeps; one token where |mass - p| <= 1e-7 or |p_i/cut - 1| <= 1e-6";
        case promise::distribution: return "each token has the share of the random words that its probability says";
        case promise::invariance:
            return "a row's token depends on row, parameters and word alone: not on calls before, neighbours or place";
        case promise::statistics: return "frequencies agree with the definition, at a stated alpha and a stated bias that would be found";
    }
    return "";
}

enum class verdict : std::uint8_t { passed, failed, not_applicable };

/// What one check found.
struct check {
    std::string name;
    promise belongs_to = promise::total;
    verdict outcome = verdict::not_applicable;
    std::size_t cases = 0;
    std::size_t failures = 0;
    double worst = 0;      ///< the greatest error met
    double allowed = 0;    ///< what it may be
    std::string unit;      ///< what the error is; empty: cases are right or wrong, and there is no size to it
    std::string note;      ///< what else a reader should know; why it is not applicable
    std::string smallest;  ///< the failing case with the shortest row, in one sentence; empty if none failed
};

/// What a run found.
struct report {
    std::string engine;
    std::vector<check> checks;

    std::size_t count(verdict v) const {
        return static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [v](const check& c) { return c.outcome == v; }));
    }

    /// Nothing failed and something passed.
    bool passed() const { return count(verdict::failed) == 0 && count(verdict::passed) > 0; }

    /// The check of that name; nullptr if there is none.
    const check* find(std::string_view name) const {
        const auto found = std::find_if(checks.begin(), checks.end(), [name](const check& c) { return c.name == name; });
        return found == checks.end() ? nullptr : &*found;
    }

    /// The report as text: the verdict, a line for every check, the smallest failing case under each that failed, the promises that broke.
    std::string page() const;

    friend std::ostream& operator<<(std::ostream& out, const report& r) { return out << r.page(); }
};

namespace detail {

inline std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, x == std::floor(x) && x < 1e9 ? "%.0f" : "%.3g", x);
    return text;
}

/// "1 case", "2 cases".
inline std::string counted(std::size_t n, const std::string& what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); }

inline std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

inline std::string by_how_much(const check& c) {
    if (c.outcome == verdict::not_applicable) return c.note;
    std::string text = c.failures > 0 ? std::to_string(c.failures) + " of " + std::to_string(c.cases) + " fail" : counted(c.cases, "case");
    if (!c.unit.empty()) text += "; " + c.unit + " " + number(c.worst) + " (" + number(c.allowed) + " allowed)";
    if (!c.note.empty()) text += "; " + c.note;
    return text;
}

/// Counts the cases of one check, and remembers the worst error and the smallest failure.
class tally {
public:
    tally(std::string name, promise belongs_to, std::string unit = {}, double allowed = 0) {
        found_.name = std::move(name);
        found_.belongs_to = belongs_to;
        found_.unit = std::move(unit);
        found_.allowed = allowed;
    }

    /// A case with an error of that size; `sentence` is called for the failing one with the shortest row so far.
    template <class Sentence>
    void add(bool right, double error, std::size_t width, const Sentence& sentence_of) {
        ++found_.cases;
        found_.worst = (std::max)(found_.worst, error);
        if (right) return;
        ++found_.failures;
        if (width >= width_) return;
        width_ = width;
        found_.smallest = sentence_of();
    }
    template <class Sentence>
    void add(bool right, std::size_t width, const Sentence& sentence_of) {
        add(right, 0, width, sentence_of);
    }

    check done(std::string note = {}) {
        if (found_.cases == 0) return not_applicable("no case applies to what the engine supports");
        found_.outcome = found_.failures > 0 ? verdict::failed : verdict::passed;
        found_.note = std::move(note);
        return std::move(found_);
    }

    check not_applicable(std::string why) {
        found_.outcome = verdict::not_applicable;
        found_.note = std::move(why);
        return std::move(found_);
    }

private:
    check found_;
    std::size_t width_ = (std::numeric_limits<std::size_t>::max)();
};

}  // namespace detail

inline std::string report::page() const {
    const std::size_t failed = count(verdict::failed), good = count(verdict::passed), absent = count(verdict::not_applicable);
    std::string text = engine + ": " +
                       (passed()     ? "conforms"
                        : failed > 0 ? "does not conform"
                                     : "nothing could be checked") +
                       " (" + std::to_string(good) + " passed, " + std::to_string(failed) + " failed, " + std::to_string(absent) +
                       " not applicable)\n";
    std::size_t width = 0;
    for (const check& c : checks) width = (std::max)(width, c.name.size());
    std::vector<promise> broken;
    for (const check& c : checks) {
        const std::string_view word = c.outcome == verdict::passed ? "passed" : c.outcome == verdict::failed ? "FAILED" : "   -  ";
        const std::string tag = "P" + std::to_string(static_cast<int>(c.belongs_to));
        text += "  " + std::string(word) + "  " + detail::padded(tag, 3) + "  " + detail::padded(c.name, width) + "  " +
                detail::by_how_much(c) + "\n";
        if (c.outcome != verdict::failed) continue;
        text += "               e.g. " + c.smallest + "\n";
        if (std::find(broken.begin(), broken.end(), c.belongs_to) == broken.end()) broken.push_back(c.belongs_to);
    }
    std::sort(broken.begin(), broken.end());
    for (const promise p : broken) text += "  P" + std::to_string(static_cast<int>(p)) + ": " + std::string(sentence(p)) + "\n";
    return text;
}

}  // namespace argdraw::conformance
