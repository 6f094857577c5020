// Pipelines that are types, drawing with words at the edges: the steps of the CDF, and the ends and the middle of the range. (Any stages in any
// order, with a history, at words of the sequence's own: pipelines.cpp.)
//
// Exact arithmetic is the judge. What may differ from it is fixed beforehand: a truncation whose boundary is inside its
// band may fall on the other side, by that one boundary; a step of the CDF may move by 2e-7, so that a word next to a
// step may give the neighbour. Both are counted and printed. Everything else is a failure, printed with the seed and the
// index that bring the case back.

#include "catch.hpp"

#include "cases.hpp"
#include "chosen.hpp"
#include "reference.hpp"
#include "scalars.hpp"

#include <argdraw/argdraw.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace {

using cases::limits_of;
using cases::scalar_name;
using cases::to_double;
using cases::to_scalar;
using reference::real;

constexpr real probability_band = 5e-7L;  // relative, for probabilities of at least `faint`
constexpr real faint = 0x1p-60L;          // absolute, below it
constexpr real logprob_band = 1e-6L;
constexpr auto neighbourhood = static_cast<reference::token_id>(argdraw::sizes::block);  // ids

argdraw::temperature to_library(const reference::temperature& s) { return {s.t}; }
argdraw::softmax to_library(const reference::softmax&) { return {}; }

argdraw::top_k to_library(const reference::top_k& s) { return {.k = static_cast<int>(s.k), .min_keep = static_cast<int>(s.min_keep)}; }
argdraw::top_p to_library(const reference::top_p& s) { return {.p = s.p, .min_keep = static_cast<int>(s.min_keep)}; }
argdraw::min_p to_library(const reference::min_p& s) { return {.p = s.p, .min_keep = static_cast<int>(s.min_keep)}; }

struct prescribed {
    using result_type = std::uint64_t;
    std::uint64_t word;
    int calls = 0;

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
    result_type operator()() {
        ++calls;
        return word;
    }
};

reference::status same(argdraw::status s) {
    switch (s) {
        case argdraw::status::empty: return reference::status::empty;
        case argdraw::status::nan_logit: return reference::status::nan_logit;
        case argdraw::status::bad_parameter:
        case argdraw::status::outside_row: return reference::status::bad_parameter;
        default: return reference::status::ok;
    }
}

struct tally {
    std::size_t rows = 0;
    std::array<std::size_t, 4> statuses{};
    std::size_t truncations = 0;
    std::size_t close_truncations = 0;
    std::size_t other_side = 0;  // laws that equal the reference only with a close boundary on its other side
    std::size_t laws = 0;
    std::size_t unlisted = 0;  // tokens of probability < 2^-60 that the library's law does not list
    struct draws {
        std::size_t count = 0;
        std::size_t close = 0;        // words within the band of a step
        std::size_t other_token = 0;  // of those, the ones that gave the neighbour
    };
    draws at_random;
    draws at_edges;              // the ends and the middle of the range, and the steps themselves
    real worst_probability = 0;  // |p_lib / p - 1| of probabilities >= 2^-60
    real worst_logprob = 0;
    std::vector<std::string> failures;
    std::size_t failed = 0;

    void fail(const std::string& what) {
        if (++failed <= 10) failures.push_back(what);
    }
};

struct library_law {
    argdraw::status why;
    std::vector<reference::token_id> ids;
    std::vector<real> probabilities;
};

template <class Law>
library_law plain(const Law& law) {
    library_law result{law.why, {}, {}};
    for (const auto id : law.ids) result.ids.push_back(static_cast<reference::token_id>(id));
    for (const auto p : law.probabilities) result.probabilities.push_back(static_cast<real>(p));
    return result;
}

struct match {
    std::size_t unlisted = 0;
    real worst = 0;
};

// Walks both laws in id order. Empty where they do not agree.
std::optional<match> agree(const reference::law& exact, const library_law& library) {
    match m;
    std::size_t j = 0;
    for (std::size_t i = 0; i < exact.ids.size(); ++i) {
        const real p = exact.probabilities[i];
        const bool listed = j < library.ids.size() && library.ids[j] == exact.ids[i];
        const real q = listed ? library.probabilities[j] : 0;
        if (listed) ++j;
        if (p >= faint) {
            if (!listed) return std::nullopt;
            const real off = std::abs(q / p - 1);
            if (!(off <= probability_band)) return std::nullopt;
            m.worst = std::max(m.worst, off);
        } else {
            if (!(std::abs(q - p) <= faint)) return std::nullopt;
            if (!listed) ++m.unlisted;
        }
    }
    if (j != library.ids.size()) return std::nullopt;
    return m;
}

// The reference with some of its close boundaries on their other side, if that satisfies `accept`.
template <class Accept>
std::optional<reference::law> nudged(const std::vector<double>& row, const reference::pipeline& stages, const Accept& accept,
                                     const reference::law& current, const std::vector<reference::nudge>& taken = {}) {
    for (std::size_t i = taken.size(); i < current.decisions.size(); ++i) {
        const reference::decision& d = current.decisions[i];
        for (const auto side : {reference::nudge::fewer, reference::nudge::more}) {
            if ((side == reference::nudge::fewer ? d.fewer : d.more) == d.keep) continue;
            std::vector<reference::nudge> next = taken;
            next.resize(i, reference::nudge::exact);
            next.push_back(side);
            const reference::law other = reference::run(row, stages, next);
            if (accept(other)) return other;
            if (auto deeper = nudged(row, stages, accept, other, next)) return deeper;
        }
    }
    return std::nullopt;
}

struct scene {
    const char* suite;
    std::uint64_t seed;
    std::size_t index;
    const char* scalar;
    const char* kind;
    const std::vector<double>& row;
    const reference::pipeline& stages;
    const char* form;
};

std::string describe(const scene& s) {
    std::ostringstream out;
    out << s.suite << ", seed " << s.seed << ", row " << s.index << ": " << s.row.size() << " " << s.scalar << " (" << s.kind << "), "
        << s.form << ": " << cases::describe(s.stages) << "\n";
    if (s.row.size() <= 24) {
        out << "  row" << std::setprecision(std::numeric_limits<double>::max_digits10);
        for (const double l : s.row) out << " " << l;
        out << "\n";
    }
    return out.str();
}

template <class Ids, class Probabilities>
std::string describe(const Ids& ids, const Probabilities& probabilities) {
    std::ostringstream out;
    out << ids.size() << " tokens" << std::setprecision(12);
    for (std::size_t i = 0; i < std::min<std::size_t>(ids.size(), 24); ++i) out << " " << ids[i] << ":" << probabilities[i];
    return out.str();
}

// Where two long laws part, since their first tokens rarely tell.
std::string first_difference(const reference::law& exact, const library_law& library) {
    std::ostringstream out;
    out << std::setprecision(12);
    std::vector<reference::token_id> missing;
    std::vector<reference::token_id> extra;
    std::set_difference(exact.ids.begin(), exact.ids.end(), library.ids.begin(), library.ids.end(), std::back_inserter(missing));
    std::set_difference(library.ids.begin(), library.ids.end(), exact.ids.begin(), exact.ids.end(), std::back_inserter(extra));
    out << "  " << missing.size() << " missing, " << extra.size() << " extra;";
    if (!missing.empty()) out << " first missing " << missing.front();
    if (!extra.empty()) out << " first extra " << extra.front();
    for (std::size_t i = 0, j = 0; i < exact.ids.size() && j < library.ids.size(); ++i) {
        while (j < library.ids.size() && library.ids[j] < exact.ids[i]) ++j;
        if (j == library.ids.size() || library.ids[j] != exact.ids[i]) continue;
        const real p = exact.probabilities[i];
        const real q = library.probabilities[j];
        if (std::abs(q - p) > (p >= faint ? probability_band * p : faint)) {
            out << " first probability " << exact.ids[i] << ": reference " << p << " library " << q;
            break;
        }
    }
    for (const reference::decision& d : exact.decisions) out << " kept " << d.keep << " [" << d.fewer << ", " << d.more << "]";
    return out.str();
}

std::vector<std::uint64_t> edges_of(const reference::law& l) {
    constexpr std::uint64_t half = std::uint64_t{1} << 63;
    std::vector<std::uint64_t> words{0, 1, half - 1, half, half + 1, std::numeric_limits<std::uint64_t>::max()};
    if (l.ids.size() > 12) return words;

    // u itself, and one step of u to either side, at each step of the CDF.
    constexpr std::uint64_t last = (std::uint64_t{1} << 53) - 1;
    for (const real c : l.cumulative) {
        const auto at = static_cast<std::uint64_t>(std::ldexp(c / l.cumulative.back(), 53));
        for (const std::uint64_t step : {at - 1, at, at + 1})
            if (step <= last) words.push_back(step << 11);
    }
    return words;
}

// With 2^n equal weights, as neighbours, every sum and product on the way to a step is exact in any arithmetic, so on the step itself
// there is no neighbour to forgive: "exceeds" means the next token. Far apart they may be looked for in parts, and a part's share of the
// weights, 6 of 8, is a quotient that rounds. And with small blocks few tokens may be a band of the row, where equals weigh what one of them
// weighs beside a power of two, and not 1.
bool exact_step(const reference::law& l, const reference::choice& c) {
    return argdraw::sizes::band_blocks > 1 && c.distance == 0 && std::has_single_bit(l.ids.size()) &&
           l.cumulative.back() == static_cast<real>(l.ids.size()) && l.ids.front() / neighbourhood == l.ids.back() / neighbourhood;
}

template <class Pick, class T>
void compare_draw(tally& t, tally::draws& count, const scene& where, const Pick& pick, std::span<const T> row, const reference::law& exact,
                  const library_law& library, std::uint64_t word) {
    ++count.count;
    prescribed source{word};
    const argdraw::drawn d = pick(row, source);
    const reference::choice expected = reference::categorical(exact, word);
    const auto found = std::lower_bound(exact.ids.begin(), exact.ids.end(), static_cast<reference::token_id>(d.id));
    const auto index = static_cast<std::size_t>(found - exact.ids.begin());
    const auto listed = std::lower_bound(library.ids.begin(), library.ids.end(), static_cast<reference::token_id>(d.id));

    std::string wrong;
    if (!d || d.why != argdraw::status::ok) wrong = "no token";
    else if (source.calls != 1) wrong = "took " + std::to_string(source.calls) + " words";
    else if (found == exact.ids.end() || *found != static_cast<reference::token_id>(d.id)) wrong = "not a living token";
    else if (listed == library.ids.end() || *listed != *found ||
             !(library.probabilities[static_cast<std::size_t>(listed - library.ids.begin())] > 0))
        wrong = "a token without weight";
    else if (index != expected.index && (exact_step(exact, expected) || !reference::reachable(exact, index, word))) wrong = "another token";

    if (wrong.empty()) {
        if (expected.distance <= reference::step_band) ++count.close;
        if (index != expected.index) ++count.other_token;
        if (exact.probabilities[index] >= faint) {
            // A float holds ln p to 6e-8 of itself, which is more than the band once p is small.
            const real lnp = exact.logs[index];
            const real off = std::abs(real(d.logprob) - lnp) / std::max(real(1), std::abs(lnp));
            t.worst_logprob = std::max(t.worst_logprob, off);
            if (!(off <= logprob_band) || d.logprob > 0) wrong = "logprob";
        }
    }
    if (wrong.empty()) return;
    std::ostringstream out;
    out << describe(where) << std::setprecision(12) << "  word " << word << ": " << wrong << ". reference id " << exact.ids[expected.index]
        << " ln p " << exact.logs[expected.index] << ", " << expected.distance << " from a step; library id " << d.id << " logprob "
        << d.logprob << "\n  reference law " << describe(exact.ids, exact.probabilities) << "\n  library law "
        << describe(library.ids, library.probabilities);
    t.fail(out.str());
}

template <class Pick, class T>
void compare_categorical(tally& t, const scene& where, const Pick& pick, std::span<const T> row, cases::generator& random) {
    const reference::law exact = reference::run(where.row, where.stages);
    const library_law library = plain(pick.distribution(row));
    ++t.statuses[static_cast<std::size_t>(exact.why)];

    prescribed source{random.word()};
    const argdraw::drawn first = pick(row, source);
    const bool known = library.why != argdraw::status::out_of_memory && first.why == library.why;
    if (!known || same(library.why) != exact.why) {
        std::ostringstream out;
        out << describe(where) << "  status: reference " << static_cast<int>(exact.why) << ", library's law "
            << static_cast<int>(library.why) << ", library's draw " << static_cast<int>(first.why);
        return t.fail(out.str());
    }
    if (exact.why != reference::status::ok) {
        if (first || first.id != -1 || !std::isnan(first.logprob) || !library.ids.empty())
            t.fail(describe(where) + "  a failed row returned a token or a law");
        return;
    }

    ++t.laws;
    t.truncations += exact.decisions.size();
    for (const reference::decision& d : exact.decisions) t.close_truncations += d.close();

    std::optional<match> m = agree(exact, library);
    std::optional<reference::law> other;
    if (!m) {
        other = nudged(where.row, where.stages, [&](const reference::law& l) { return agree(l, library).has_value(); }, exact);
        if (!other) {
            return t.fail(describe(where) + first_difference(exact, library) + "\n  reference " + describe(exact.ids, exact.probabilities) +
                          "\n  library   " + describe(library.ids, library.probabilities));
        }
        ++t.other_side;
        m = agree(*other, library);
    }
    t.unlisted += m->unlisted;
    t.worst_probability = std::max(t.worst_probability, m->worst);

    const reference::law& settled = other ? *other : exact;
    for (int i = 0; i < 4; ++i) compare_draw(t, t.at_random, where, pick, row, settled, library, random.word());
    for (const std::uint64_t word : edges_of(settled)) compare_draw(t, t.at_edges, where, pick, row, settled, library, word);
}

template <class Pick, class T>
void compare_greedy(tally& t, const scene& where, const Pick& pick, std::span<const T> row) {
    const reference::law exact = reference::run(where.row, where.stages);
    ++t.statuses[static_cast<std::size_t>(exact.why)];
    const argdraw::drawn d = pick(row);

    const auto same_token = [&](const reference::law& l) {
        const float logprob = l.why == reference::status::ok ? 0.0f : std::numeric_limits<float>::quiet_NaN();
        return same(d.why) == l.why && d.why != argdraw::status::out_of_memory && d.id == l.first &&
               bool(d) == (l.why == reference::status::ok) && (d.logprob == logprob || (std::isnan(d.logprob) && std::isnan(logprob)));
    };
    if (same_token(exact)) return;
    if (nudged(where.row, where.stages, same_token, exact)) {
        ++t.other_side;
        return;
    }
    std::ostringstream out;
    out << describe(where) << "  reference status " << static_cast<int>(exact.why) << " id " << exact.first << "; library status "
        << static_cast<int>(d.why) << " id " << d.id << " logprob " << d.logprob;
    t.fail(out.str());
}

template <class T>
struct one_row {
    tally& count;
    const char* suite;
    std::uint64_t seed;
    std::size_t index;
    const char* kind;
    std::vector<double> exact;
    std::vector<T> row;
    cases::generator random;

    scene where(const reference::pipeline& stages, const char* form) const {
        return {suite, seed, index, scalar_name<T>, kind, exact, stages, form};
    }

    // The pipeline as a type, with run-time parameters that may be illegal.
    template <class... Stages>
    void compiled() {
        reference::pipeline stages{cases::random_stage<Stages>(random, row.size())...};
        if (random.chance(0.4)) cases::aim(random, exact, stages);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            if (random.chance(0.25))
                compare_greedy(count, where(stages, "compiled, greedy"),
                               argdraw::sampler{to_library(std::get<Stages>(stages[I]))..., argdraw::greedy{}}, std::span<const T>(row));
            else
                compare_categorical(count, where(stages, "compiled, categorical"),
                                    argdraw::sampler{to_library(std::get<Stages>(stages[I]))..., argdraw::categorical{}},
                                    std::span<const T>(row), random);
        }(std::index_sequence_for<Stages...>{});
    }

    void compare() {
        using namespace reference;
        switch (random.below(8)) {
            case 0: return compiled<>();
            case 1: return compiled<temperature>();
            case 2: return compiled<temperature, top_k, top_p, min_p>();
            case 3: return compiled<top_k, top_p, min_p, temperature>();
            case 4: return compiled<temperature, top_p>();
            case 5: return compiled<min_p, top_p, top_k, softmax>();
            case 6: return compiled<softmax, temperature, min_p, top_k, top_p>();
            default: return compiled<temperature, min_p>();
        }
    }
};

template <class T>
void run_row(tally& t, const char* suite, std::uint64_t seed, std::size_t index, cases::generator& random, std::size_t size) {
    const auto which = static_cast<cases::kind>(random.chance(0.01) ? cases::kinds - 1 : random.below(cases::kinds - 1));
    std::vector<double> values;
    if (size != 0) {
        values = cases::make_row(random, which, size, limits_of<T>());
        if (random.chance(0.3)) cases::pollute(random, values, limits_of<T>());
    }
    std::vector<T> row;
    row.reserve(size);
    for (double& l : values) {
        row.push_back(to_scalar<T>(l));
        l = to_double(row.back());
    }
    ++t.rows;
    one_row<T>{t, suite, seed, index, cases::kind_names[static_cast<std::size_t>(which)], std::move(values), std::move(row), random}
        .compare();
}

template <class Size>
void run_rows(tally& t, const char* suite, std::uint64_t seed, std::size_t from, std::size_t count, const Size& size) {
    for (std::size_t index = from; index < from + count; ++index) {
        cases::generator random(seed ^ (index * 0xd1342543de82ef95u));
        const std::size_t width = size(random);
        switch (index % 4) {
            case 0: run_row<float>(t, suite, seed, index, random, width); break;
            case 1: run_row<double>(t, suite, seed, index, random, width); break;
            case 2: run_row<argdraw::half>(t, suite, seed, index, random, width); break;
            default: run_row<argdraw::bfloat16>(t, suite, seed, index, random, width); break;
        }
    }
}

void report(const char* suite, const tally& t) {
    const auto share = [](std::size_t part, std::size_t whole) {
        const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
        return std::to_string(part) + " (" + std::to_string(percent) + " %)";
    };
    const auto draws = [&](const char* what, const tally::draws& d) {
        return std::string("  ") + what + " " + std::to_string(d.count) + ", within 2e-7 of a step " + share(d.close, d.count) +
               ", other token there " + share(d.other_token, d.count) + "\n";
    };
    std::cout << suite << ": " << t.rows << " rows: " << t.statuses[0] << " ok, " << t.statuses[1] << " empty, " << t.statuses[2]
              << " nan, " << t.statuses[3] << " bad parameter\n  truncations " << t.truncations << ", close "
              << share(t.close_truncations, t.truncations) << "; laws " << t.laws << ", on the other side of a close boundary "
              << share(t.other_side, t.laws) << "\n"
              << draws("random words", t.at_random) << draws("words at the edges", t.at_edges) << "  worst probability "
              << static_cast<double>(t.worst_probability) << ", worst logprob " << static_cast<double>(t.worst_logprob)
              << ", unlisted faint tokens " << t.unlisted << "\n"
              << std::flush;
    for (const std::string& each : t.failures) FAIL_CHECK(each);
    CHECK(t.failed == 0);
}

template <class Size>
void rows(const char* suite, const cases::share& which, const Size& size) {
    tally t;
    run_rows(t, suite, which.seed, which.from, which.count, size);
    CHECK(t.rows == which.count);
    report(suite, t);
    // A run that never came near an edge has shown nothing about it.
    if (!which.whole) return;
    if (t.rows >= 10'000) {
        for (const std::size_t each : t.statuses) CHECK(each > 0);
        CHECK(t.close_truncations > 0);
    }
    CHECK(t.at_edges.close > 0);
}

}  // namespace

TEST_CASE("differential: 60 000 small rows, compiled pipelines, words at the edges") {
    rows("small", cases::chosen(20240229, 60'000), cases::small_size);
}

TEST_CASE("differential: 1 500 000 small rows, compiled pipelines", "[.deep]") {
    rows("small", cases::chosen(7, 1'500'000), cases::small_size);
}

// Rows of real sizes take with small blocks what shorter ones do.
#if !defined(ARGDRAW_SMALL_BLOCKS)

TEST_CASE("differential: 300 rows of real sizes, compiled pipelines, words at the edges") {
    rows("real", cases::chosen(19491001, 300), cases::real_size);
}

TEST_CASE("differential: 15 000 real rows, compiled pipelines", "[.deep]") { rows("real", cases::chosen(7, 15'000), cases::real_size); }

#endif
