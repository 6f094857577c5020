// candidates — the working distribution, in the verbs that stages and draws are written in.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <argdraw/candidates/amount.hpp>
#include <argdraw/candidates/cumulative.hpp>
#include <argdraw/candidates/cuts.hpp>
#include <argdraw/candidates/distribution.hpp>
#include <argdraw/candidates/edits.hpp>
#include <argdraw/candidates/keep_while.hpp>
#include <argdraw/candidates/list.hpp>
#include <argdraw/candidates/masses.hpp>
#include <argdraw/candidates/order.hpp>
#include <argdraw/candidates/questions.hpp>
#include <argdraw/candidates/race.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/row_of_records.hpp>
#include <argdraw/core/sizes.hpp>
#include <argdraw/core/sparse_row.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/log.hpp>
#include <argdraw/random/words.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// The tokens still alive, in id order, with their logits. The spans hold until the next verb.
struct living_tokens {
    std::span<const token_id> ids;
    std::span<const double> logits;
};

/// A token that a verb has drawn, and how likely it was; true in a condition when there is a token. It is what a draw returns, but for the
/// probability, of which a draw keeps the logarithm as a float.
struct picked {
    token_id id = -1;
    double probability = numeric::nan;
    status why = status::empty;

    explicit operator bool() const noexcept { return why == status::ok; }
    operator drawn() const noexcept {
        if (why != status::ok) return {.why = why};
        return {id, static_cast<float>((std::min)(0.0, numeric::log(probability))), why};
    }
};

/// The working distribution that stages act on, through verbs.
///
/// It starts as a view of the row: nothing is copied, what stages say is noted beside it. One sweep over the row yields a summary (a
/// maximum, or a mass, for each block of 256), and from the summary the few blocks that a verb has to open. As soon as a verb leaves few
/// tokens, they become a list. A stage cannot tell the two apart.
///
/// Living tokens are those that were not removed and whose logit is not -inf. The order of tokens is logit descending, then id ascending. A
/// token of +inf leaves only those of +inf, which share all the mass and count as logits of 0; they stay infinite for edit and add. Finite
/// logits stay finite: one that a scale, a shift or a sum takes beyond the doubles reads as the last double of its sign. The first verb
/// that has to read a value finds a NaN, or that nothing lives: from then on why() says so and every verb does nothing. What only removes
/// ids (ban, allow, allow_only) and scale and shift read none. Verbs speak double, whatever the row's scalar.
template <class T>
class candidates {
    static_assert(
        logit_scalar<T>,
        "argdraw: candidates are of float, double, half or bfloat16, whatever type of the caller's has the format; write a stage for "
        "candidates<argdraw::half>&, or for the candidates<T>& of every logit_scalar T");

public:
    using value = value_of<T>;
    using mean_and_deviation = detail::mean_and_deviation;
    using ranks = detail::ranks;

    candidates(std::span<const T> row, workspace& space) noexcept : d_(row, space, max_width) {}
    candidates(const sparse_row<T>& row, workspace& space) noexcept : d_(row, space, max_width) {}
    candidates(const detail::row_of_records& row, workspace& space) noexcept
        requires std::same_as<T, float>
        : d_(row, space, max_width) {}
    candidates(const candidates&) = delete;
    candidates& operator=(const candidates&) = delete;

    /// The widest row: 2^24 tokens.
    static constexpr std::size_t max_width = std::size_t{1} << 24;

    status why() const noexcept { return d_.why(); }

    /// Ends the draw with a status of the stage's own choice; the first one stands. Not for status::ok.
    void fail(status why) noexcept { d_.fail(why); }

    /// The row's width: ids are below it, living or not.
    std::size_t width() const noexcept { return d_.width(); }

    // ---- what is asked -------------------------------------------------------------------------------------------------

    /// The number of living tokens. One read where the row is still a view; behind a cut that left most of it, the living are listed.
    std::size_t size() noexcept { return detail::size_of(opened()); }

    /// The greatest logit.
    double(max)() noexcept { return known().find_maximum() ? d_.logit_of(d_.maximum()) : numeric::nan; }

    /// The least logit of a living token.
    double(min)() noexcept {
        const double least = detail::least_value(opened());
        return why() == status::ok ? d_.logit_of(least) : numeric::nan;
    }

    /// Whether the living tokens are those of +inf, which count as logits of 0.
    bool infinite() noexcept {
        if (!known().find_maximum()) return false;
        const detail::list* const tokens = d_.as_list();
        return tokens && tokens->infinite();
    }

    /// The logit of a token, +inf where it is; -inf of one that does not live. An id outside the row fails with outside_row.
    double logit(token_id id) noexcept {
        if (!d_.holds_id(id)) d_.fail(status::outside_row);
        return opened().logit_of(detail::value_of_token(d_, id));
    }

    /// How many living tokens have a logit above this one, and how many at least this one. Two reads of a row, or one of a list.
    ranks rank(double logit) noexcept { return detail::ranks_of(opened(), logit); }

    // What is asked about masses is answered from sums of doubles, within 1e-12 of itself or of 1, whichever is more; whatever form the
    // candidates have. A view of floats or of 16-bit floats is read once more for it. `accuracy::quick` takes sums of floats where there
    // are some, which are several times quicker, and says how far off that may be.

    /// Sum of exp(l - max l) over the living: between 1 and size().
    double mass() noexcept { return mass(accuracy::full).value; }
    estimate mass(accuracy wanted) noexcept { return detail::mass_of(opened(), wanted); }

    /// ln mass(). Right to its last digits, also beside one token that has nearly all of it.
    double log_mass() noexcept { return detail::log_mass_of(opened()); }

    /// ln sum exp(l) over the living.
    double log_sum_exp() noexcept {
        const double relative = log_mass();
        return (max)() + relative;
    }

    /// The same in parts, which keep their digits where logits are large; for log-probabilities of many tokens.
    detail::log_total log_total(accuracy wanted) noexcept { return detail::log_total_of(opened(), wanted); }
    /// ln of a token's probability, by the total that was asked for last; -inf of one that does not live. An id as for logit().
    double log_share(token_id id, const detail::log_total& of) noexcept {
        if (!d_.holds_id(id)) d_.fail(status::outside_row);
        return of.log_share(detail::value_of_token(opened(), id));
    }

    /// sum p (max l - l) over the living: how far below the greatest logit those that are drawn lie. A token whose weight vanished adds 0.
    double mean_distance() noexcept { return mean_distance(accuracy::full).value; }
    estimate mean_distance(accuracy wanted) noexcept { return detail::mean_distance_of(opened(), wanted); }

    /// - sum p ln p over the living, in nats; 0 for one token.
    double entropy() noexcept { return entropy(accuracy::full).value; }
    estimate entropy(accuracy wanted) noexcept { return detail::entropy_of(opened(), wanted); }
    /// Both, sooner than one after the other.
    detail::entropy_and_size entropy_and_size() noexcept { return detail::entropy_and_size_of(opened()); }

    /// Sum of p^2 over the living, the probability that two draws agree: between 1/size() and 1.
    double collision() noexcept { return collision(accuracy::full).value; }
    estimate collision(accuracy wanted) noexcept { return detail::collision_of(opened(), wanted); }

    /// The least number that another row, as wide as this one, has for a living token; what is -inf or NaN there is passed over, and +inf is
    /// the answer where nothing is left. One read of both, or none of this one where it is a list.
    template <logit_scalar U>
    double least_beside(std::span<const U> other) noexcept {
        if (other.size() != width()) d_.fail(status::outside_row);
        return why() == status::ok ? detail::least_beside(opened(), other.data()) : numeric::nan;
    }

    /// Mean and population standard deviation of the living tokens' logits.
    mean_and_deviation moments() noexcept { return detail::moments_of(opened()); }

    /// The first n tokens in the order, or all where there are fewer. The span holds until the next verb.
    std::span<const place> leaders(detail::amount n) noexcept {
        const auto first = opened().sorted(n);
        for (place& each : first) each.value = d_.logit_of(each.value);
        return first;
    }

    /// The first tokens in the order, more and more of them until enough(tokens, all) is true or, as `all` says, there are no others. None
    /// where the candidates have failed; enough() is then not called. The span holds until the next verb.
    template <class F>
    std::span<const place> leaders_until(F enough) noexcept {
        for (std::size_t asked = sizes::leaders_first;; asked *= 4) {
            const auto first = leaders(asked);
            if (first.empty()) return first;
            const bool all = first.size() < asked;
            if (enough(first, all) || all) return first;
        }
    }

    /// The tokens with a probability of at least p >= 0, in the order; none where even the first has less. Logits that a scale or a shift
    /// rounded to one number are equal from here on, so that a token's place shows in its logit and id. The span holds until the next verb.
    std::span<const place> most_likely(double p) noexcept { return detail::most_likely(opened(), p); }

    /// The living tokens in id order and their logits. Opens the whole row where it is still a view.
    living_tokens survivors() noexcept {
        detail::list* const tokens = known().listed();
        if (!tokens) return {};
        return {tokens->ids(), tokens->each([&](std::size_t i) { return d_.logit_of(tokens->value(i)); })};
    }

    /// The same with l - max in place of l, which has all its digits where the logits are too large for it.
    living_tokens distances() noexcept {
        detail::list* const tokens = known().listed();
        if (!tokens) return {};
        return {tokens->ids(), tokens->each([&](std::size_t i) { return d_.above_maximum(*tokens, i); })};
    }

    /// Calls visit(id, probability) for every living token in id order.
    template <class F>
    void probabilities(F visit) noexcept(noexcept(visit(token_id{}, 0.0))) {
        const detail::list* const tokens = known().weighed_list();
        for (std::size_t i = 0; tokens && i < tokens->size(); ++i) visit(tokens->id(i), tokens->probability(i));
    }

    /// The ids of a list: has(id) is a step, however many they are. Until add_sums() or allow_only(). An id outside the row: outside_row.
    detail::strays lookup(std::span<const token_id> ids) noexcept { return detail::lookup(d_, ids); }

    // ---- what changes logits -------------------------------------------------------------------------------------------

    /// l <- l * factor, factor >= 0. Only noted; 0 makes the living equal.
    void scale(double factor) noexcept {
        if (factor == 0 && !infinite()) transform([](token_id, double) { return 0.0; });
        else if (factor != 0 && factor != 1) known().multiply(factor);
    }

    /// l <- l + offset. Only noted; the distribution does not change.
    void shift(double offset) noexcept { known().add(offset); }

    /// Where max l is beyond the doubles: l <- l - max l, since all that are beyond read as one number. For who needs no more than
    /// differences. A read where it is not known that none is.
    void bring_into_range() noexcept { known().bring_into_range(); }

    /// l <- ln p: never above 0, and right to 1e-12 of itself or of 1, whichever is more. From here on +inf tokens are as finite as their
    /// probability.
    void normalise() noexcept { detail::normalise(opened()); }

    /// l_id <- l_id + delta. delta = -inf removes the token, +inf leaves only those of +inf. A token that does not live stays so. An id
    /// outside the row fails with outside_row.
    void add(token_id id, double delta) noexcept {
        edit(std::span(&id, 1), [delta](double l, token_id) { return detail::finite_sum(l, delta); });
    }

    /// l_id <- l_id + the sum of the numbers that each(give) hands to give(id, number) for the id: added up before they meet the logit, so
    /// that a large one and its opposite do not round it away. -inf beats everything and removes the token, +inf beats the rest and leaves
    /// only those of +inf. A token that does not live stays so. An id outside the row fails with outside_row. The cost is that of the
    /// numbers, in whatever order they come.
    template <class F>
    void add_sums(F each) noexcept {
        detail::add_sums(opened(), each);
    }

    /// l <- f(l, entry) for the tokens of a list of ids, or of entries with a member `id`; in the list's order, those that do not live
    /// passed over. -inf removes a token, +inf leaves only those of +inf. An id outside the row fails with outside_row. The cost is
    /// that of the entries: the row is not copied, and read only where a token of +inf is among them.
    template <class Entry, class F>
    void edit(std::span<Entry> entries, F f) noexcept {
        detail::edit(opened(), entries, f);
    }

    /// l <- f(id, l) for every living token, in id order. -inf removes it. Opens the row.
    template <class F>
    void transform(F f) noexcept {
        detail::transform(opened(), f);
    }

    /// The same for a function that candidates may keep instead of its values: see logit_map. A draw, or a cut behind it, then reads the row
    /// again and lists no more than what it keeps.
    template <logit_map F>
    void map(const F& f) noexcept {
        detail::map(opened(), f);
    }

    /// l <- f(l, p) for every living token, in the order: the most likely first. -inf removes it. Sorts all that live.
    template <class F>
    void transform_in_order(F f) noexcept {
        detail::transform_in_order(opened(), f);
    }

    /// l <- ln(C^g - D^g) for every living token, with C the share of the mass up to and with it in the order, D that of those before it,
    /// and g = e^log_power. Sorts all that live; where a draw follows, it makes no logits, and sorts only what is in doubt without.
    void raise_cumulative(double log_power) noexcept { detail::raise_cumulative(opened(), log_power); }

    // ---- what removes tokens -------------------------------------------------------------------------------------------

    /// Keeps the first k in the order, or with them all that equal the k-th, and at least min_keep tokens.
    void keep_top(detail::amount k, ties equals = ties::first, detail::amount min_keep = 1) noexcept {
        detail::keep_top(known(), k, equals, min_keep);
    }

    /// Keeps the first length_of(weights) >= 1 tokens of the order, and at least min_keep. The weights e^(l - max l) are those of all that
    /// live, in the order, as a span of doubles. Sorts all that live.
    template <class F>
    void keep_first(F length_of, detail::amount min_keep = 1) noexcept {
        detail::keep_first(opened(), length_of, min_keep);
    }

    /// Keeps the longest prefix of the order of which within(prefix_sums) holds, and at least min_keep tokens. Of a longer one it does not
    /// hold where it does not of a shorter.
    template <std::predicate<const prefix_sums&> F>
    void keep_while(F within, detail::amount min_keep = 1) noexcept {
        detail::keep_while(opened(), accuracy::full, within, false, min_keep);
    }
    /// The same of a predicate that within_of(accuracy, in_doubt) gives, first for sums that are accuracy::fine, each within 2^-34 of itself
    /// and of no number. Where a limit is no farther from what it is asked about than both may be off it sets the bool; full ones follow.
    template <std::invocable<accuracy, bool&> F>
    void keep_while(F within_of, detail::amount min_keep = 1) noexcept {
        detail::keep_while_within(opened(), within_of, min_keep);
    }

    /// Keeps the shortest prefix of the order whose mass is at least p times the whole, and at least min_keep tokens. p < 1. Where the mass
    /// up to a token is within 1e-12 of p, that token may be on either side.
    void keep_mass(double p, detail::amount min_keep = 1) noexcept { detail::keep_mass(opened(), p, at_least_one(min_keep)); }

    /// Keeps the tokens nearest to the logit that is `below` under the maximum, the lower id first at equal distance: the fewest whose mass
    /// is at least p times the whole, and at least min_keep. As exact as keep_mass.
    void keep_mass_near(double below, double p, detail::amount min_keep = 1) noexcept {
        keep_mass_near([below](accuracy) { return estimate{below}; }, p, min_keep);
    }
    /// The same where `below` is an estimate that below_of(accuracy) gives; it is asked for in full where the quick one leaves a token in
    /// doubt, and may ask for masses and moments alone.
    template <std::invocable<accuracy> F>
    void keep_mass_near(F below_of, double p, detail::amount min_keep = 1) noexcept {
        detail::keep_mass_near(opened(), below_of, p, at_least_one(min_keep));
    }

    /// Keeps the tokens whose logit is at most `distance` below the maximum, ties at the edge included; at least min_keep tokens. A
    /// distance that is negative or NaN counts as 0.
    void keep_within(double distance, detail::amount min_keep = 1) noexcept { detail::keep_within(known(), distance, min_keep); }

    /// Keeps the tokens whose logit is at most n standard deviations below the maximum, and at least min_keep tokens.
    void keep_within_deviations(double n, detail::amount min_keep = 1) noexcept { detail::keep_within_deviations(opened(), n, min_keep); }

    /// Keeps the tokens whose logit is at least `cut`, and at least min_keep tokens. The maximum stays whatever the cut.
    void keep_at_least(double cut, detail::amount min_keep = 1) noexcept {
        auto& d = known();
        detail::keep_reaching(d, d.anchor() + (cut - d.shift()) / d.scale(), min_keep);
    }

    /// Keeps the tokens with a probability of at least p, and at least min_keep tokens: where not even the first has as much, the first
    /// min_keep of the order. A token whose probability is within 1e-12 of p, as a share of it, may be on either side.
    void keep_likely(double p, detail::amount min_keep = 1) noexcept {
        keep_likely([p](accuracy) { return estimate{p}; }, min_keep);
    }
    /// The same where p is an estimate that p_of(accuracy) gives; it is asked for in full where the quick one leaves a token in doubt.
    template <std::invocable<accuracy> F>
    void keep_likely(F p_of, detail::amount min_keep = 1) noexcept {
        detail::keep_likely(opened(), p_of, at_least_one(min_keep));
    }

    /// Keeps the tokens whose logit is below `cut`; none may be left.
    void keep_below(double cut) noexcept {
        keep_if([cut](token_id, double l) { return l < cut; });
    }

    /// Keeps the tokens for which keep(id, logit) is true; none may be left. Opens the row.
    template <class F>
    void keep_if(F keep) noexcept {
        detail::keep_if(opened(), keep);
    }

    /// Removes the listed tokens. An id outside the row fails with outside_row.
    void ban(std::span<const token_id> ids) noexcept { detail::ban(opened(), ids); }

    /// Keeps the tokens whose bit is set: bit (id & 31) of word (id >> 5). The mask speaks of its first `tokens` bits, or of all where it
    /// has fewer; ids past them are kept if `past_end`.
    void allow(std::span<const std::uint32_t> mask, bool past_end,
               std::size_t tokens = (std::numeric_limits<std::size_t>::max)()) noexcept {
        detail::allow(opened(), mask, past_end, (std::min)(tokens, 32 * mask.size()));
    }

    /// Keeps the listed tokens only. An id outside the row fails with outside_row.
    void allow_only(std::span<const token_id> ids) noexcept { detail::allow_only(opened(), ids); }

    // ---- what ends it --------------------------------------------------------------------------------------------------

    /// The first token in the order, which alone is left.
    picked draw_first() noexcept {
        keep_top(1);
        const detail::list* const tokens = known().listed();
        return tokens ? result({tokens->id(0), 1.0}) : result({});
    }

    /// The token at u = unit(word) of the cumulative distribution in id order: block by block, then inside the block.
    ///
    /// The running sum ends at the very number that u is multiplied by, and a token is taken only where the sum rises past
    /// u S: so every word gives a living token of positive weight, and no token loses its share to rounding.
    picked draw(std::uint64_t word) noexcept { return result(detail::token_at(d_, unit(word), accuracy::full)); }

    /// The same for who asks for no more of the probability than its logarithm as a float: sooner, where a function of all logits is kept.
    drawn draw_token(std::uint64_t word) noexcept {
        return as_drawn([&](accuracy wanted) { return detail::token_at(d_, unit(word), wanted); });
    }
    /// The token that draw_token(word) would give behind map(f), for an f whose numbers are finite. The logits stay as they are.
    template <logit_map F>
    drawn draw_token_behind(const F& f, std::uint64_t word) noexcept {
        return as_drawn([&](accuracy wanted) { return detail::token_behind(opened(), f, unit(word), wanted); });
    }

    /// The token whose l + noise is the greatest, noise = -ln(-ln u) for u = uniform(id) in (0, 1); at equal sums the lower id.
    template <class F>
    picked race(F uniform) noexcept {
        const detail::list* const tokens = known().weighed_list();
        if (!tokens) return result({});
        return result(detail::race(*tokens, uniform, [&](std::size_t i) { return d_.above_maximum(*tokens, i); }));
    }
    /// The same for uniform(id) = open_unit(random.word(purpose::gumbel, id)), whose words are made many at a time.
    picked race(const philox& random) noexcept { return result(detail::race(opened(), random)); }
    /// The same for who asks for no more of the probability than its logarithm as a float: sooner, on a whole row.
    drawn race_token(const philox& random) noexcept {
        if (!detail::keeps_a_function(opened())) return race(random);
        const token_id id = detail::winner_of_row(d_, random);
        return as_drawn([&](accuracy wanted) { return detail::with_probability(d_, id, wanted); });
    }

private:
    friend struct detail::inside;

    // What verbs act on: draw() alone needs no origin. The second for those that know nothing of mapped rows.
    detail::distribution<T>& known() noexcept { return d_.settled_origin(); }
    detail::distribution<T>& opened() noexcept { return known().without_map(); }

    static std::size_t at_least_one(std::size_t n) noexcept { return (std::max<std::size_t>)(n, 1); }

    // A draw that found nothing ends in a status whatever led to it: that of an earlier verb, or that nothing lives.
    picked result(const detail::taken& token) noexcept {
        if (token.id < 0) fail(status::empty);
        if (why() != status::ok) return {.why = why()};
        return {token.id, token.probability, status::ok};
    }

    // Asks for the token quickly, and once more where its probability then is not known well enough.
    template <class F>
    drawn as_drawn(F token) noexcept {
        const detail::taken quick = token(accuracy::quick);
        if (quick.error == 0) return result(quick);
        const auto [low, high] = detail::log_as_floats(quick);
        if (low == high) return {quick.id, low, status::ok};
        return result(token(accuracy::full));
    }

    detail::distribution<T> d_;
};

}  // namespace argdraw
