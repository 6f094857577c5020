// One sequence of verbs on the candidates and on the plain list beside it; what each answers, and what is left.
#pragma once

#include "inside.hpp"
#include "plain.hpp"
#include "verb_steps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>

namespace verbs {

using argdraw::candidates;
using argdraw::status;
using argdraw::detail::inside;
using argdraw::detail::noted;
using plain::decision;
using plain::real;

// What a view in float may be off by: a mass as a share of itself, and a step of the distribution; and everything else.
inline constexpr double view_mass = 2.5e-7;
inline constexpr double view_step = 2e-7;
inline constexpr double list_mass = 1e-12;

// ---- what met -----------------------------------------------------------------------------------------------------------

struct condition {
    const char* name;
    bool (*holds)(const noted&);
};
inline constexpr std::array conditions{
    condition{"list", [](const noted& n) { return n.list; }},
    condition{"list, scale", [](const noted& n) { return n.list && n.scale; }},
    condition{"list, shift", [](const noted& n) { return n.list && n.shift; }},
    condition{"mapped", [](const noted& n) { return n.mapped; }},
    condition{"mapped, scale", [](const noted& n) { return n.mapped && n.scale; }},
    condition{"view", [](const noted& n) { return !n.list; }},
    condition{"scale", [](const noted& n) { return !n.list && n.scale; }},
    condition{"shift", [](const noted& n) { return !n.list && n.shift; }},
    condition{"band", [](const noted& n) { return n.band; }},
    condition{"bits", [](const noted& n) { return n.bits && !n.strays; }},
    condition{"strays", [](const noted& n) { return n.strays; }},
    condition{"+inf", [](const noted& n) { return n.infinite; }},
    condition{"band, bits", [](const noted& n) { return n.band && n.bits && !n.strays; }},
    condition{"band, strays", [](const noted& n) { return n.band && n.strays; }},
    condition{"maxima", [](const noted& n) { return n.maxima; }},
    condition{"bits, maxima", [](const noted& n) { return n.bits && n.maxima; }},
    condition{"weights", [](const noted& n) { return n.weights; }},
    condition{"normalises", [](const noted& n) { return n.normalises; }},
    condition{"band, maxima", [](const noted& n) { return n.band && n.maxima; }},
    condition{"band, bits, maxima", [](const noted& n) { return n.band && n.bits && n.maxima; }},
    condition{"band, weights", [](const noted& n) { return n.band && n.weights; }},
    condition{"strays, maxima", [](const noted& n) { return n.strays && n.maxima; }},
    condition{"strays, weights", [](const noted& n) { return n.strays && n.weights; }},
};

struct tally {
    std::array<std::array<std::size_t, number_of_verbs>, conditions.size()> met{};
    std::array<std::size_t, 4> in_doubt{};  // by plain::decision's reasons
    std::array<std::size_t, number_of_verbs> called{};
    std::size_t cases = 0, failed_rows = 0;

    void meet(const noted& now, verb v) {
        for (std::size_t i = 0; i < conditions.size(); ++i) met[i][static_cast<std::size_t>(v)] += conditions[i].holds(now);
        ++called[static_cast<std::size_t>(v)];
    }
};

/// One of a few functions of a logit, block by block or, every third of them, one by one.
template <bool always_rises>
struct kept_function {
    static constexpr bool rises = always_rises;
    std::size_t kind;
    std::uint64_t word;

    bool leaves(token_id id) const noexcept { return kind == 3 && plain::mixed(word + static_cast<std::uint64_t>(id)) % 4 == 0; }
    double operator()(token_id id, double l) const noexcept {
        if (leaves(id)) return -plain::infinity;
        return kind == 1 ? l / 2 : kind == 2 ? -l : kind == 4 ? l + 0.25 : l;
    }
    bool block(token_id first, double* values) const noexcept {
        for (std::size_t i = 0; i < argdraw::sizes::block; ++i)
            if (values[i] > -plain::infinity) values[i] = (*this)(first + static_cast<token_id>(i), values[i]);
        return word % 3 != 0;
    }
};

// ---- the comparison -----------------------------------------------------------------------------------------------------

template <class T>
class duel {
public:
    duel(const std::vector<double>& row, std::uint64_t junk, argdraw::workspace& space, tally& counts)
        : row_(to_row(row)), plain_{row}, c_{std::span<const T>(row_), filled(space, row.size(), junk)}, counts_{counts} {}

    plain::list& model() { return plain_; }

    /// Does one step on both. Empty where they agree; otherwise what differs.
    std::string act(const step& s) {
        now_ = inside::of(c_);
        in_float_ = inside::weighs_in_float(c_);
        counts_.meet(now_, s.what);
        plain_.is_listed(now_.list);
        wrong_.clear();
        made_ = {};
        answer(s);
        if (!wrong_.empty()) return wrong_;
        if (c_.why() != plain_.why()) {
            if (c_.why() != status::ok) plain_.read();
            if (c_.why() != plain_.why() && !(made_ && (c_.why() == status::ok || c_.why() == status::empty)))
                return "status " + of(c_.why()) + ", not " + of(plain_.why());
        }
        if (made_) ++counts_.in_doubt[made_.why];
        return {};
    }
    /// Whether rounding decides what the last step left, so that the sequence ends.
    bool in_doubt() const { return static_cast<bool>(made_); }

    /// Compares all that is left.
    std::string finish() {
        wrong_.clear();
        plain_.is_listed(inside::of(c_).list);
        const bool lives = plain_.read();
        const argdraw::living_tokens left = c_.survivors();
        if (lives != (c_.why() == status::ok) || (!lives && c_.why() != plain_.why())) {
            const auto& kept = plain_.tokens();
            const bool all_in_doubt = std::all_of(kept.begin(), kept.end(), [&](const auto& t) { return doubtful(t.id); });
            const bool may_be = made_ && all_in_doubt &&
                                ((c_.why() == status::empty && lives) || (c_.why() == status::ok && plain_.why() == status::empty));
            return may_be ? "" : "status in the end " + of(c_.why()) + ", not " + of(plain_.why());
        }
        if (!lives) return draws_fail();
        compare_living(left, false);
        if (!wrong_.empty()) return "left: " + wrong_;
        if (made_) return {};
        expect_distribution();
        return wrong_.empty() ? "" : "in the end: " + wrong_;
    }

private:
    static std::vector<T> to_row(const std::vector<double>& values) {
        std::vector<T> row;
        row.reserve(values.size());
        for (const double v : values) {
            if constexpr (std::is_same_v<T, double>) row.push_back(v);
            else row.push_back(static_cast<T>(static_cast<float>(v)));
        }
        return row;
    }
    // What was in a workspace before may not matter: NaN, zeros, ones, anything.
    static argdraw::workspace& filled(argdraw::workspace& space, std::size_t width, std::uint64_t junk) {
        const std::size_t bytes = 96 * width + 65536;
        if (std::byte* const at = space.reserve(bytes)) std::memset(at, static_cast<int>(junk & 0xff), std::min(bytes, space.capacity()));
        return space;
    }
    static std::string of(status why) {
        constexpr std::array all{"ok",          "empty",    "nan_logit",   "bad_parameter", "out_of_memory",
                                 "outside_row", "too_wide", "no_sequence", "out_of_words"};
        return all[static_cast<std::size_t>(why)];
    }
    bool doubtful(token_id id) const { return std::find(made_.doubtful.begin(), made_.doubtful.end(), id) != made_.doubtful.end(); }

    void differs(const std::string& what) {
        if (wrong_.empty()) wrong_ = what;
    }
    void expect(const char* what, double found, real right, double off) {
        if (std::fabs(found - right) <= static_cast<real>(off)) return;
        if (static_cast<real>(found) == right) return;
        differs(std::string(what) + " " + text(found) + ", not " + text(static_cast<double>(right)) + " (within " + text(off) + ")");
    }
    /// A question of every other row first: an estimate, which may not be further off than it says.
    template <class F>
    void expect_estimate(const char* what, F ask, real right, double off) {
        if (!plain_.read() || plain_.tokens().size() % 2 == 0) return;
        const argdraw::estimate found = ask(argdraw::accuracy::quick);
        expect(what, found.value, right, found.error + off);
    }
    void expect_nan(const char* what, double found) {
        if (found == found) differs(std::string(what) + " " + text(found) + " of a row that failed");
    }
    static double saturated(real l) {
        constexpr real most = std::numeric_limits<double>::max();
        return static_cast<double>(std::clamp(l, -most, most));
    }
    void expect_logit(const char* what, token_id id, double found, const plain::token& t) {
        if (std::fabs(found - saturated(plain_.logit(t))) <= plain_.bound(t)) return;
        differs(std::string(what) + " of " + std::to_string(id) + " " + text(found) + ", not " + text(saturated(plain_.logit(t))) +
                " (within " + text(plain_.bound(t)) + ")");
    }
    // For all but what a list answers to its last digits.
    double mass_off() { return list_mass + plain_.mass_error(); }
    double level_off() {
        return plain_.level_error() + plain::unit * static_cast<double>(std::fabs(plain_.greatest()) + std::fabs(plain_.ground()));
    }

    void compare_living(const argdraw::living_tokens& left, bool from_maximum) {
        const auto& right = plain_.tokens();
        std::size_t at = 0;
        const real m = from_maximum ? plain_.first().l : 0;
        for (std::size_t i = 0; i < left.ids.size(); ++i) {
            const token_id id = left.ids[i];
            if (i > 0 && left.ids[i - 1] >= id) return differs("ids do not ascend");
            for (; at < right.size() && right[at].id < id; ++at)
                if (!doubtful(right[at].id))
                    return differs("token " + std::to_string(right[at].id) + " of logit " +
                                   text(static_cast<double>(plain_.logit(right[at]))) + " is missing; " + std::to_string(left.ids.size()) +
                                   " live, not " + std::to_string(right.size()));
            if (at == right.size() || right[at].id != id) {
                if (!doubtful(id))
                    return differs("token " + std::to_string(id) + " should not live; " + std::to_string(left.ids.size()) + " do, not " +
                                   std::to_string(right.size()));
                continue;
            }
            if (from_maximum) {
                const real d = right[at].l - m;
                const double off = right[at].error + plain_.first().error + plain::unit * static_cast<double>(std::fabs(d));
                expect("distance", left.logits[i], saturated(d), off);
            } else {
                expect_logit("logit", id, left.logits[i], right[at]);
            }
            ++at;
        }
        for (; at < right.size(); ++at)
            if (!doubtful(right[at].id))
                return differs("token " + std::to_string(right[at].id) + " of logit " + text(static_cast<double>(plain_.logit(right[at]))) +
                               " is missing; " + std::to_string(left.ids.size()) + " live, not " + std::to_string(right.size()));
    }
    void expect_distribution() {
        const auto& right = plain_.tokens();
        std::size_t at = 0;
        const double off = list_mass + 2 * plain_.mass_error();
        c_.probabilities([&](token_id id, double p) {
            if (at >= right.size() || right[at].id != id) differs("probabilities of other tokens");
            if (!wrong_.empty()) return;
            const double exact = plain_.probability(at);
            expect("probability", p, exact, exact * (off + std::min(1.0, 2 * right[at].error)) + 1e-290);
            ++at;
        });
        if (at != right.size()) differs("probabilities of fewer tokens");
    }
    // The first of `found` in the order, as far as it is certain.
    void compare_order(std::span<const argdraw::place> found, std::size_t least, std::size_t exact, std::size_t most) {
        if (found.size() < least || found.size() > most)
            return differs(std::to_string(found.size()) + " tokens, not " + std::to_string(exact));
        const auto& order = plain_.order();
        const plain::token* before = nullptr;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const plain::token& right = plain_.tokens()[order[i]];
            const plain::token* const here = plain_.find(found[i].id);
            if (!here) return differs("token " + std::to_string(found[i].id) + " does not live");
            // Rounded together they are one number; otherwise only what rounding may swap may stand elsewhere, and two never the wrong way round.
            const auto one = [&](const plain::token& a, const plain::token& b) {
                return made_ && std::fabs(a.l - b.l) <= static_cast<real>(plain_.bound(a)) + plain_.bound(b);
            };
            const bool fits = here->l == right.l || plain::list::may_swap(*here, right) || one(*here, right);
            const bool follows = !before || before->l > here->l || (before->l == here->l && before->id < here->id) ||
                                 (before->id != here->id && (plain::list::may_swap(*before, *here) || one(*before, *here)));
            if (!fits || !follows)
                return differs("place " + std::to_string(i) + " is of token " + std::to_string(here->id) + ", not " +
                               std::to_string(right.id));
            expect_logit("logit", here->id, found[i].value, *here);
            before = here;
        }
    }
    void expect_drawn(const argdraw::drawn& d, std::size_t& at) {
        at = 0;
        if (!d) return differs("draw ends in " + of(d.why));
        const plain::token* const t = plain_.find(d.id);
        if (!t) return differs("token " + std::to_string(d.id) + " was drawn and does not live");
        at = static_cast<std::size_t>(t - plain_.tokens().data());
        // 2^-1000 is the least weight.
        if ((plain_.first().l - t->l) * 1.4426950408889634L > 1001 + static_cast<real>(t->error))
            return differs("token " + std::to_string(d.id) + " was drawn and has no weight");
    }
    void expect_logprob(const argdraw::drawn& d, std::size_t at) {
        const real exact = plain_.tokens()[at].l - plain_.first().l - plain_.log_mass();
        if (!(d.logprob <= 0)) differs("logprob " + text(d.logprob));
        if (exact > -600)
            expect("logprob", d.logprob, exact,
                   mass_off() + (in_float_ ? view_mass : 0.0) + 5e-7 * in_float_ + 2 * plain_.tokens()[at].error +
                       1.2e-7 * std::fabs(static_cast<double>(exact)));
    }
    std::string draws_fail() {
        const auto ends = [&](const argdraw::drawn& d) { return !d && d.id == -1 && d.why == c_.why(); };
        if (!ends(c_.draw_first()) || !ends(c_.draw(0)) || !ends(c_.draw(~std::uint64_t{0})) ||
            !ends(c_.race([](token_id) { return 0.5; })))
            return "a draw does not end in the status";
        if (c_.size() != 0) return "a size where nothing lives";
        ++counts_.failed_rows;
        return {};
    }

    void answer(const step& s) {
        switch (s.what) {
            case verb::size: {
                const std::size_t found = c_.size();
                const std::size_t right = plain_.read() ? plain_.tokens().size() : 0;
                if (found != right) differs("size " + std::to_string(found) + ", not " + std::to_string(right));
                return;
            }
            case verb::max: {
                const double found = c_.max();
                return plain_.read() ? expect_logit("max", -1, found, plain_.first()) : expect_nan("max", found);
            }
            case verb::min: {
                const double found = c_.min();
                return plain_.read() ? expect_logit("min", -1, found, plain_.last()) : expect_nan("min", found);
            }
            case verb::mass: {
                if (plain_.read())
                    expect_estimate(
                        "mass", [&](auto wanted) { return c_.mass(wanted); }, plain_.mass(),
                        static_cast<double>(plain_.mass()) * mass_off());
                const double found = c_.mass();
                return plain_.read() ? expect("mass", found, plain_.mass(), static_cast<double>(plain_.mass()) * mass_off())
                                     : expect_nan("mass", found);
            }
            case verb::log_mass: {
                const double found = c_.log_mass();
                if (!plain_.read()) return expect_nan("log_mass", found);
                const real right = plain_.log_mass();
                // What logits are off by may be more of next to nothing than mass_error(), which is one of a mass, can say.
                real of_logits = 0;
                for (std::size_t i = 0; i < plain_.tokens().size(); ++i) {
                    const plain::token& t = plain_.tokens()[i];
                    if (t.id != plain_.first().id) of_logits += plain_.weight(i) * (t.error + plain_.first().error);
                }
                return expect("log_mass", found, right,
                              static_cast<double>(right) * list_mass + (plain_.mass_error() - 1e-14) * 2 + static_cast<double>(of_logits) +
                                  1e-290 + (now_.list ? 0 : 1e-14));
            }
            case verb::log_sum_exp: {
                const double found = c_.log_sum_exp();
                return plain_.read() ? expect("log_sum_exp", found, plain_.greatest() + plain_.log_mass(),
                                              mass_off() + level_off() + plain_.bound(plain_.first()))
                                     : expect_nan("log_sum_exp", found);
            }
            case verb::mean_distance: {
                if (!plain_.read()) return expect_nan("mean_distance", c_.mean_distance());
                const real right = plain_.mean_distance();
                const double off = mass_off() * (1 + static_cast<double>(right)) * 2;
                expect_estimate("mean_distance", [&](auto wanted) { return c_.mean_distance(wanted); }, right, off);
                return expect("mean_distance", c_.mean_distance(), right, off);
            }
            case verb::entropy: {
                if (!plain_.read()) return expect_nan("entropy", c_.entropy());
                const real right = plain_.entropy();
                const double off = mass_off() * (1 + static_cast<double>(right)) * 2;
                expect_estimate("entropy", [&](auto wanted) { return c_.entropy(wanted); }, right, off);
                return expect("entropy", c_.entropy(), right, off);
            }
            case verb::collision: {
                if (!plain_.read()) return expect_nan("collision", c_.collision());
                const double off = static_cast<double>(plain_.collision()) * 3 * mass_off();
                expect_estimate("collision", [&](auto wanted) { return c_.collision(wanted); }, plain_.collision(), off);
                return expect("collision", c_.collision(), plain_.collision(), off);
            }
            case verb::moments: {
                const auto found = c_.moments();
                if (!plain_.read()) return expect_nan("mean", found.mean);
                const auto right = plain_.moments();
                const double off = 1e-11 * static_cast<double>(right.deviation) + plain_.greatest_error();
                expect("mean", found.mean, right.mean, off + level_off() + plain::unit * std::fabs(static_cast<double>(right.mean)));
                return expect("deviation", found.deviation, right.deviation, off);
            }
            case verb::leaders: {
                const auto found = c_.leaders(s.n);
                if (!plain_.read()) return found.empty() ? void() : differs("leaders of a row that failed");
                const std::size_t n = std::min(std::max<std::size_t>(s.n, 1), plain_.tokens().size());
                return compare_order(found, n, n, n);
            }
            case verb::leaders_until: {
                std::size_t calls = 0;
                const auto found = c_.leaders_until([&](std::span<const argdraw::place> first, bool others_end) {
                    ++calls;
                    if (others_end && plain_.read() && first.size() != plain_.tokens().size())
                        differs("all of the tokens are not " + std::to_string(first.size()));
                    return first.size() >= s.n;
                });
                if (!plain_.read()) return found.empty() && calls == 0 ? void() : differs("leaders_until of a row that failed");
                const std::size_t all = plain_.tokens().size();
                return compare_order(found, std::min(s.n, all), found.size(), all);
            }
            case verb::infinite: {
                const bool found = c_.infinite();
                if (!plain_.read()) return found ? differs("infinite in a row that failed") : void();
                return found == plain_.infinite() ? void() : differs("infinite " + std::to_string(found));
            }
            case verb::logit: {
                const double found = c_.logit(s.ids[0]);
                if (!plain_.read()) return expect_nan("logit", found);
                const plain::token* const t = plain_.find(s.ids[0]);
                if (!t) return found == -argdraw::numeric::infinity ? void() : differs("logit " + text(found) + " where no token lives");
                if (plain_.infinite())
                    return found == argdraw::numeric::infinity ? void() : differs("logit " + text(found) + " of an infinite one");
                return expect_logit("logit", t->id, found, *t);
            }
            case verb::likely: {
                const auto found = c_.most_likely(s.x);
                if (!plain_.read()) return found.empty() ? void() : differs("likely of a row that failed");
                const auto right = plain_.likely(s.x);
                made_ = plain_.rounded_together(right.most);
                return compare_order(found, right.least, right.exact, right.most);
            }
            case verb::survivors: {
                const auto found = c_.survivors();
                if (!plain_.read()) return found.ids.empty() ? void() : differs("survivors of a row that failed");
                return compare_living(found, false);
            }
            case verb::distances: {
                const auto found = c_.distances();
                if (!plain_.read()) return found.ids.empty() ? void() : differs("distances of a row that failed");
                return compare_living(found, true);
            }
            case verb::scale: c_.scale(s.x); return plain_.scale(s.x);
            case verb::shift: c_.shift(s.x); return plain_.shift(s.x);
            case verb::normalise: c_.normalise(); return plain_.normalise(list_mass);
            case verb::add: {
                c_.add(s.changes[0].id, s.changes[0].by);
                return plain_.edit(s.changes);
            }
            case verb::add_sums:
                c_.add_sums([&](auto give) {
                    for (const change& c : s.changes) give(c.id, c.by);
                });
                return plain_.edit(plain::summed(s.changes));
            case verb::edit: {
                c_.edit(std::span(s.changes), [](double l, const change& c) {
                    if (c.what == plain::act::become) return c.by;
                    if (c.what == plain::act::times) return l * c.by;
                    return c.by == -plain::infinity ? c.by : l + c.by;
                });
                return plain_.edit(s.changes);
            }
            case verb::transform: return transform(s);
            case verb::map: return map(s);
            case verb::transform_in_order: return transform_in_order(s);
            case verb::keep_top:
                c_.keep_top(s.n, argdraw::ties::first, s.min_keep);
                made_ = plain_.keep_top(s.n, false, s.min_keep);
                return;
            case verb::keep_top_ties:
                c_.keep_top(s.n, argdraw::ties::all, s.min_keep);
                made_ = plain_.keep_top(s.n, true, s.min_keep);
                return;
            case verb::keep_mass:
                c_.keep_mass(s.x, s.min_keep);
                made_ = plain_.keep_mass(s.x, s.min_keep);
                return;
            case verb::keep_mass_near:
                c_.keep_mass_near(s.y, s.x, s.min_keep);
                made_ = plain_.keep_mass_near(s.y, s.x, s.min_keep);
                return;
            case verb::keep_within:
                c_.keep_within(s.x, s.min_keep);
                made_ = plain_.keep_within(s.x, s.min_keep);
                return;
            case verb::keep_within_deviations:
                c_.keep_within_deviations(s.x, s.min_keep);
                made_ = plain_.keep_within_deviations(s.x, s.min_keep);
                return;
            case verb::keep_at_least:
                c_.keep_at_least(s.x, s.min_keep);
                made_ = plain_.keep_at_least(s.x, s.min_keep);
                return;
            case verb::keep_likely:
                c_.keep_likely(s.x, s.min_keep);
                made_ = plain_.keep_likely(s.x, s.min_keep);
                return;
            case verb::keep_below:
                c_.keep_below(s.x);
                made_ = plain_.keep_below(s.x);
                return;
            case verb::keep_if: return keep_if(s);
            case verb::ban: c_.ban(s.ids); return plain_.ban(s.ids);
            case verb::allow: c_.allow(s.mask, s.past_end); return plain_.allow(s.mask, s.past_end);
            case verb::allow_only: c_.allow_only(s.ids); return plain_.allow_only(s.ids);
            case verb::first: {
                const auto found = c_.draw_first();
                made_ = plain_.keep_top(1, false, 1);
                if (!plain_.read()) return found ? differs("first of a row that failed") : expect_nan("probability", found.probability);
                std::size_t at = 0;
                if (made_ && doubtful(found.id)) return;
                return expect_drawn(found, at);
            }
            case verb::at: {
                const auto found = c_.draw(s.word);
                if (!plain_.read()) return found ? differs("at of a row that failed") : expect_nan("probability", found.probability);
                std::size_t at = 0;
                expect_drawn(found, at);
                if (!wrong_.empty()) return;
                real before = 0;
                for (std::size_t i = 0; i < at; ++i) before += plain_.weight(i);
                const real target = argdraw::unit(s.word) * plain_.mass(),
                           off = ((in_float_ ? view_step : list_mass) + 2 * plain_.mass_error()) * plain_.mass();
                if (target < before - off || target > before + plain_.weight(at) + off)
                    return differs("token " + std::to_string(found.id) + " is not where the word points");
                return expect_logprob(found, at);
            }
            case verb::race: {
                const auto uniform = [&](token_id id) { return argdraw::open_unit(plain::mixed(s.word + static_cast<std::uint64_t>(id))); };
                const auto found = c_.race(uniform);
                if (!plain_.read()) return found ? differs("race of a row that failed") : expect_nan("probability", found.probability);
                std::size_t at = 0;
                expect_drawn(found, at);
                if (!wrong_.empty()) return;
                const auto sum = [&](const plain::token& t) {
                    return t.l - plain_.first().l - std::log(-std::log(static_cast<real>(uniform(t.id))));
                };
                const real own = sum(plain_.tokens()[at]) + 1e-9L + plain_.tokens()[at].error + plain_.mass_error();
                for (const plain::token& t : plain_.tokens())
                    if (plain_.first().l - t.l < 60 && sum(t) - t.error > own)
                        return differs("token " + std::to_string(found.id) + " won the race, not " + std::to_string(t.id));
                in_float_ = false;
                return expect_logprob(found, at);
            }
            case verb::probabilities:
                if (!plain_.read()) {
                    c_.probabilities([&](token_id, double) { differs("probabilities of a row that failed"); });
                    return;
                }
                return expect_distribution();
            case verb::number: return;
        }
    }

    void transform(const step& s) {
        const auto leaves = [&](token_id id) { return s.n == 3 && plain::mixed(s.word + static_cast<std::uint64_t>(id)) % 4 == 0; };
        const bool fine = plain_.read();
        std::size_t seen = 0;
        c_.transform([&](token_id id, double l) {
            if (!fine || seen >= plain_.tokens().size() || plain_.tokens()[seen].id != id) differs("transform sees other tokens");
            else expect_logit("transform: logit", id, l, plain_.tokens()[seen]);
            ++seen;
            if (leaves(id)) return -plain::infinity;
            return s.n == 0 ? l : s.n == 1 ? l / 2 : s.n == 2 ? -l : s.n == 4 ? l + 0.25 : l;
        });
        if (fine && seen != plain_.tokens().size()) differs("transform sees fewer tokens");
        if (!fine) return;
        plain_.transform([&](plain::token& t) {
            if (leaves(t.id)) t.l = -plain::infinity;
            else t.l = s.n == 1 ? t.l / 2 : s.n == 2 ? -t.l : s.n == 4 ? t.l + 0.25L : t.l;
        });
    }
    // What transform does, by a function that the candidates keep; one that rises where that is so.
    void map(const step& s) {
        const bool fine = plain_.read();
        if (s.n == 2 || s.n == 3) c_.map(kept_function<false>{s.n, s.word});
        else c_.map(kept_function<true>{s.n, s.word});
        if (!fine) return;
        plain_.transform([&](plain::token& t) {
            if (kept_function<false>{s.n, s.word}.leaves(t.id)) t.l = -plain::infinity;
            else t.l = s.n == 1 ? t.l / 2 : s.n == 2 ? -t.l : s.n == 4 ? t.l + 0.25L : t.l;
        });
    }
    void transform_in_order(const step& s) {
        const bool fine = plain_.read();
        std::size_t place = 0;
        const double weight = static_cast<double>(s.n);
        std::vector<std::uint32_t> order;
        if (fine) order = plain_.order();
        c_.transform_in_order([&](double l, double p) {
            if (place >= order.size()) {
                differs("transform_in_order sees more tokens");
                return l;
            }
            const plain::token& t = plain_.tokens()[order[place]];
            // Where rounding decides the order, another one of nearly the same logit stands here.
            expect("transform_in_order: logit", l, saturated(plain_.logit(t)), plain_.bound(t) + 2 * t.error);
            const double exact = plain_.probability(order[place]);
            expect("transform_in_order: probability", p, exact,
                   exact * (list_mass + 2 * plain_.mass_error() + std::min(1.0, 4 * t.error)) + 1e-290);
            ++place;
            return l - weight * p;
        });
        if (!fine) return;
        if (place != order.size()) differs("transform_in_order sees fewer tokens");
        std::vector<double> p(plain_.tokens().size());
        for (std::size_t i = 0; i < p.size(); ++i) p[i] = plain_.probability(i);
        const double off = list_mass + 2 * plain_.mass_error();
        const plain::token* const base = plain_.tokens().data();
        plain_.transform([&](plain::token& t) {
            const auto i = static_cast<std::size_t>(&t - base);
            if (s.n > 0) t.error += weight * p[i] * (off + std::min(1.0, 2 * t.error)) + 1e-290;
            t.l -= static_cast<real>(weight) * p[i];
        });
    }
    void keep_if(const step& s) {
        const auto leaves = [&](token_id id) { return s.n == 0 && plain::mixed(s.word + static_cast<std::uint64_t>(id)) % 3 == 0; };
        const bool fine = plain_.read();
        std::size_t seen = 0;
        c_.keep_if([&](token_id id, double l) {
            if (!fine || seen >= plain_.tokens().size() || plain_.tokens()[seen].id != id) differs("keep_if sees other tokens");
            else expect_logit("keep_if: logit", id, l, plain_.tokens()[seen]);
            ++seen;
            return s.n == 0 ? !leaves(id) : l >= s.x;
        });
        if (!fine) return;
        if (seen != plain_.tokens().size()) differs("keep_if sees fewer tokens");
        made_ = plain_.keep_if([&](const plain::token& t) {
            if (s.n == 0) return plain::list::margin{leaves(t.id) ? -1.0L : 1.0L, 0};
            return plain_.reads_above(t, s.x);
        });
    }

    std::vector<T> row_;
    plain::list plain_;
    candidates<T> c_;
    tally& counts_;
    noted now_;
    decision made_;
    std::string wrong_;
    bool in_float_ = false;
};

// ---- cases --------------------------------------------------------------------------------------------------------------

/// What a scenario comes to: empty where nothing differs.
template <class T>
std::string played(const scenario& s, argdraw::workspace& space, tally& counts) {
    duel<T> both(s.row, s.junk, space, counts);
    for (const step& each : s.steps) {
        if (const std::string wrong = both.act(each); !wrong.empty()) return std::string(name(each.what)) + ": " + wrong;
        if (both.in_doubt()) break;
    }
    return both.finish();
}

/// The case of a number: chosen step by step beside what lives, and written down.
template <class T>
std::string chosen_case(std::uint64_t seed, std::size_t index, std::size_t widest, argdraw::workspace& space, tally& counts, scenario& s) {
    random_numbers random(plain::mixed(seed) + index * 0x9e3779b97f4a7c15u);
    std::size_t width = 1 + random.below(random.one_in(3)   ? widest
                                         : random.one_in(2) ? std::max<std::size_t>(widest / 4, 1)
                                                            : std::max<std::size_t>(widest / 16, 1));
    s.row = random_row<T>(random, width);
    s.junk = std::array<std::uint64_t, 4>{0xff, 0, 0x7f, 0x3f}[random.below(4)];
    s.steps.clear();
    ++counts.cases;
    duel<T> both(s.row, s.junk, space, counts);
    choice next(random, both.model(), width);
    const std::size_t noted = random.below(5), more = 1 + random.below(6);
    for (std::size_t i = 0; i < noted + more; ++i) {
        s.steps.push_back(i < noted ? next.noted() : next.any());
        const step& last = s.steps.back();
        if (const std::string wrong = both.act(last); !wrong.empty()) return std::string(name(last.what)) + ": " + wrong;
        if (both.in_doubt()) break;
        if (both.model().why() != status::ok && random.one_in(2)) break;
    }
    return both.finish();
}

/// A scenario that differs in the same verb, as small as leaving things out makes it.
template <class T>
scenario shrunk(scenario s, argdraw::workspace& space) {
    tally unused;
    const auto kind = [](const std::string& wrong) { return wrong.substr(0, wrong.find(' ')); };
    const std::string as = kind(played<T>(s, space, unused));
    const auto still = [&](const scenario& other) { return kind(played<T>(other, space, unused)) == as; };
    const auto narrowed = [](scenario other, std::size_t width) {
        other.row.resize(width);
        const auto beyond = [&](token_id id) { return id >= 0 && static_cast<std::size_t>(id) >= width; };
        for (step& each : other.steps) {
            std::erase_if(each.ids, beyond);
            if (each.what == verb::edit || each.what == verb::add_sums)
                std::erase_if(each.changes, [&](const change& c) { return beyond(c.id); });
            each.mask.resize(std::min(each.mask.size(), (width + 31) / 32));
        }
        return other;
    };
    if (as.empty() || !still(s)) return s;
    for (bool smaller = true; smaller;) {
        smaller = false;
        const auto take = [&](scenario other) {
            if (!still(other)) return false;
            s = std::move(other);
            return smaller = true;
        };
        for (std::size_t i = s.steps.size(); i-- > 0;) {
            scenario other = s;
            other.steps.erase(other.steps.begin() + static_cast<std::ptrdiff_t>(i));
            take(other);
        }
        for (std::size_t cut = s.row.size() / 2; cut > 0; cut /= 2)
            while (s.row.size() > cut && take(narrowed(s, s.row.size() - cut))) {}
        for (std::size_t i = 0; i < s.steps.size(); ++i) {
            for (std::size_t k = std::max(s.steps[i].changes.size(), s.steps[i].ids.size()); k-- > 0;) {
                scenario other = s;
                if (k < other.steps[i].changes.size() && other.steps[i].what != verb::add)
                    other.steps[i].changes.erase(other.steps[i].changes.begin() + static_cast<std::ptrdiff_t>(k));
                else if (k < other.steps[i].ids.size())
                    other.steps[i].ids.erase(other.steps[i].ids.begin() + static_cast<std::ptrdiff_t>(k));
                else continue;
                take(other);
            }
            if (s.steps[i].min_keep != 1) {
                scenario other = s;
                other.steps[i].min_keep = 1;
                take(other);
            }
        }
        for (std::size_t piece = s.row.size(); piece > 0; piece /= 2)
            for (std::size_t from = 0; from + piece <= s.row.size() && s.row.size() / piece <= 64; from += piece) {
                scenario other = s;
                bool changes = false;
                for (std::size_t i = from; i < from + piece; ++i) {
                    changes |= other.row[i] != 0;
                    other.row[i] = 0;
                }
                if (changes) take(other);
            }
    }
    return s;
}

}  // namespace verbs
