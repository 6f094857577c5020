// The living tokens as a plain list of ids and logits, and every verb by its definition: what the candidates are held against.
//
// Sums are long doubles. Where rounding to a double may decide something, the plain list says so: each token knows how far its logit may be
// from the library's, which is nothing as long as all that happened to it is exact in doubles.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include <argdraw/core/token.hpp>

namespace plain {

using argdraw::status;
using argdraw::token_id;
using real = long double;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double unit = 0x1p-51;  // of rounding, and a little more

// How near to an edge a token may be to fall on either side of it: |C/S - p| and |p_i/cut - 1|.
inline constexpr double mass_tolerance = 1e-12;
inline constexpr double likely_tolerance = 1e-12;

inline bool is_double(real x) { return static_cast<real>(static_cast<double>(x)) == x; }
inline bool times_is_double(real a, double b) { return b == 0 || (is_double(a * b) && a * b / b == a && a - a == 0); }
/// Whether a + b is a double, without any rounding.
inline bool sum_is_double(real a, real b) {
    const real sum = a + b, of_b = sum - a;
    return (a - (sum - of_b)) + (b - of_b) == 0 && is_double(sum);
}

inline std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// A token's logit is l and what all were shifted by: beside a great shift a small difference would be lost.
struct token {
    token_id id;
    std::uint32_t path;  // what happened to it alone: tokens of one logit and one path are equal in the library too
    real l;
    double error;  // of l
};

/// What the stages' edits do to a logit.
enum class act : std::uint8_t { plus, times, become };
struct change {
    token_id id;
    act what;
    double by;
};
inline real changed(real l, const change& c) {
    if (c.what == act::become) return c.by;
    if (c.what == act::times) return l * c.by;
    return c.by == -infinity ? -static_cast<real>(infinity) : l + c.by;
}
/// One number for each id, in id order: those of its changes in order, or -inf where that is among them.
inline std::vector<change> summed(const std::vector<change>& changes) {
    std::map<token_id, double> sums;
    for (const change& c : changes) {
        double& sum = sums.try_emplace(c.id, 0.0).first->second;
        sum = sum == -infinity || c.by == -infinity ? -infinity : sum + c.by;
    }
    std::vector<change> all;
    for (const auto& [id, sum] : sums) all.push_back({id, act::plus, sum});
    return all;
}

/// Which ids stay, and which of them may be on either side.
struct decision {
    std::vector<token_id> doubtful;
    enum { none, rounding, mass, likely } why = none;

    explicit operator bool() const { return !doubtful.empty(); }
};

class list {
public:
    list(const std::vector<double>& row) : width_{row.size()} {
        tokens_.reserve(row.size());
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i] != -infinity) tokens_.push_back({static_cast<token_id>(i), 0, row[i], 0});
        if (row.empty()) why_ = status::empty;
    }

    status why() const { return why_; }
    const std::vector<token>& tokens() const { return tokens_; }
    std::size_t width() const { return width_; }
    bool infinite() const { return infinite_; }
    real ground() const { return ground_; }
    double level_error() const { return level_error_; }
    const token* find(token_id id) const {
        const auto at = std::lower_bound(tokens_.begin(), tokens_.end(), id, [](const token& t, token_id i) { return t.id < i; });
        return at != tokens_.end() && at->id == id ? &*at : nullptr;
    }

    real logit(const token& t) const { return t.l + ground_; }
    /// How far the library's reading of a logit may be off.
    double bound(const token& t) const {
        const bool exact = t.error == 0 && level_error_ == 0 && exact_ && sum_is_double(t.l, ground_);
        return exact ? 0.0 : t.error + level_error_ + unit * static_cast<double>(std::fabs(t.l) + std::fabs(ground_));
    }

    /// Finds what is wrong with the values, and leaves the +inf ones if there are any. Whoever reads a value does this first.
    bool read() {
        if (why_ != status::ok) return false;
        if (settled_) return true;
        settled_ = true;
        bool some_infinite = false;
        for (const token& t : tokens_) {
            if (t.l != t.l) return fail(status::nan_logit);
            some_infinite |= t.l == static_cast<real>(infinity);
        }
        if (tokens_.empty()) return fail(status::empty);
        if (some_infinite) {
            keep([](const token& t) { return t.l == static_cast<real>(infinity); });
            for (token& t : tokens_) t = {t.id, 1, 0, 0};
            infinite_ = true;
        }
        return true;
    }

    // ---- what is asked; after read() ----------------------------------------------------------------------------------

    real greatest() {
        weigh();
        return greatest_ + ground_;
    }
    const token& first() { return tokens_[order()[0]]; }
    const token& last() { return tokens_[order().back()]; }
    real mass() {
        weigh();
        return mass_;
    }
    /// e^(l - max l)
    double weight(std::size_t i) {
        weigh();
        return weights_[i];
    }
    double probability(std::size_t i) { return static_cast<double>(weight(i) / mass_); }
    /// How far masses may be off because logits are.
    double mass_error() {
        weigh();
        return mass_error_;
    }
    real log_mass() { return std::log1p(mass_beside()); }
    real mean_distance() {
        weigh();
        real sum = 0;
        for (std::size_t i = 0; i < tokens_.size(); ++i)
            if (weights_[i] > 0) sum += weights_[i] * (greatest_ - tokens_[i].l);
        return sum / mass_;
    }
    real entropy() { return log_mass() + mean_distance(); }
    real collision() {
        weigh();
        real sum = 0;
        for (const double w : weights_) sum += static_cast<real>(w) * w;
        return sum / (mass_ * mass_);
    }
    struct spread {
        real mean, deviation;
    };
    spread moments() {
        real sum = 0, squares = 0;
        weigh();
        const real anchor = greatest_, n = static_cast<real>(tokens_.size());
        for (const token& t : tokens_) sum += t.l - anchor;
        const real mean = sum / n;
        for (const token& t : tokens_) squares += (t.l - anchor - mean) * (t.l - anchor - mean);
        return {anchor + mean + ground_, std::sqrt(squares / n)};
    }
    double greatest_error() const {
        double e = 0;
        for (const token& t : tokens_) e = std::max(e, t.error);
        return e;
    }
    /// Places in tokens(), by logit descending and id ascending.
    const std::vector<std::uint32_t>& order() {
        if (ordered_) return order_;
        order_.resize(tokens_.size());
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
        std::sort(order_.begin(), order_.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return tokens_[a].l != tokens_[b].l ? tokens_[a].l > tokens_[b].l : a < b; });
        ordered_ = true;
        return order_;
    }
    /// Whether rounding may put two tokens in the other order.
    static bool may_swap(const token& a, const token& b) {
        if (a.error == 0 && b.error == 0) return false;
        if (a.l == b.l && a.path == b.path) return false;
        return std::fabs(a.l - b.l) <= static_cast<real>(a.error) + b.error;
    }
    /// The number of first tokens with a probability of at least p: for certain, in exact arithmetic, and at most.
    struct range {
        std::size_t least, exact, most;
    };
    /// Those of the first n whose logits, read as doubles, may have become one.
    decision rounded_together(std::size_t n) {
        decision made;
        for (std::size_t i = 0; i + 1 < std::min(n + 1, order().size()); ++i) {
            const token &a = tokens_[order_[i]], &b = tokens_[order_[i + 1]];
            if (a.l == b.l || a.l - b.l > static_cast<real>(bound(a)) + bound(b)) continue;
            made.doubtful.insert(made.doubtful.end(), {a.id, b.id});
            made.why = decision::rounding;
        }
        return made;
    }
    range likely(double p) {
        weigh();
        const real cut = greatest_ + std::log(mass_) + std::log(static_cast<real>(p));
        const double off = likely_tolerance + mass_error_ + unit * static_cast<double>(std::fabs(greatest_ - cut));
        return reaching([&](const token& t) { return margin{t.l - cut, off + own_error(t)}; });
    }

    // ---- what changes logits ------------------------------------------------------------------------------------------

    void scale(double factor) {
        if (factor == 1) return;
        if (factor == 0) {
            if (!read() || infinite_) return;
            for (token& t : tokens_) t = {t.id, 2, 0, 0};
            restart();
            return;
        }
        int exponent;
        exact_ &= std::frexp(factor, &exponent) == 0.5;
        level_error_ *= factor;
        ground_ *= factor;
        scale_ *= factor;
        if (!exact_ || !is_double(ground_)) level_error_ += unit * static_cast<double>(std::fabs(ground_));
        for (token& t : tokens_) {
            t.l *= factor;
            t.error *= factor;
            if (!(exact_ && is_double(t.l)) && t.l - t.l == 0) t.error += unit * static_cast<double>(std::fabs(t.l));
        }
        forget();
    }
    void shift(double offset) {
        if (!sum_is_double(ground_, offset)) {
            exact_ = false;
            level_error_ += unit * (static_cast<double>(std::fabs(ground_)) + std::fabs(offset));
        }
        ground_ += offset;
    }
    /// `off` is what the library's sum may be off by.
    void normalise(double off) {
        if (!read()) return;
        const real down = greatest() + std::log(mass_);
        level_error_ += off + mass_error_ + unit * static_cast<double>(std::fabs(greatest_) + std::fabs(ground_) + std::fabs(down));
        infinite_ = exact_ = false;
        ground_ -= down;
    }
    void edit(const std::vector<change>& changes) {
        for (const change& c : changes)
            if (!holds(c.id)) fail(status::outside_row);
        if (why_ != status::ok) return;
        ++edits_;
        if (infinite_)
            for (token& t : tokens_) t.l = infinity;
        bool made_infinite = false, all_read = settled_;
        for (const change& c : changes) {
            token* const t = const_cast<token*>(find(c.id));
            if (!t || t->l == -static_cast<real>(infinity)) continue;
            read_some_ = true;
            const real l = plain::changed(logit(*t), c);
            if (t->l != t->l || l != l) return void(fail(status::nan_logit));
            if ((t->l == static_cast<real>(infinity) || l == static_cast<real>(infinity)) && !made_infinite && !all_read) {
                // Whether it has others beside it is a question to the row as it stood.
                if (!read()) return;
                all_read = true;
                if (infinite_)
                    for (token& each : tokens_) each.l = infinity;
                token* const again = const_cast<token*>(find(c.id));
                if (!again) continue;
                apply(*again, c);
                made_infinite |= l == static_cast<real>(infinity);
                continue;
            }
            made_infinite |= l == static_cast<real>(infinity);
            apply(*t, c);
        }
        keep([](const token& t) { return t.l != -static_cast<real>(infinity); });
        const bool was_infinite = infinite_;
        infinite_ = settled_ = false;
        forget();
        if (listed_ || was_infinite) read();
    }
    /// l <- f(id, l)
    template <class F>
    void transform(F f) {
        if (!read()) return;
        infinite_ = false;
        for (token& t : tokens_) {
            t.error = bound(t);
            t.l += ground_;
            f(t);
            if (t.l - t.l == 0 && !(t.error == 0 && is_double(t.l))) t.error += unit * static_cast<double>(std::fabs(t.l));
            t.path = static_cast<std::uint32_t>(mixed(t.path + 0x5bd1u)) | 4u;
        }
        restart();
        keep([](const token& t) { return t.l != -static_cast<real>(infinity); });
        settled_ = false;
        read();
    }

    // ---- what removes tokens; each tells what rounding may decide otherwise -------------------------------------------

    decision keep_top(std::size_t k, bool ties, std::size_t min_keep) {
        k = std::max<std::size_t>(k, 1);
        if (!ties) k = std::max(k, min_keep);
        if (k >= width_ && !(ties && min_keep > k)) return {};
        if (!read()) return {};
        const std::size_t n = tokens_.size();
        if (k >= n) return {};
        std::size_t end = k, least = k, most = k;
        if (ties) {
            const token& edge = tokens_[order()[k - 1]];
            while (end < n && tokens_[order_[end]].l == edge.l) ++end;
            least = most = end;
            while (most < n && may_swap(edge, tokens_[order_[most]])) ++most;
            for (std::size_t i = 0; i < end; ++i)
                if (may_swap(edge, tokens_[order_[i]])) least = std::min(least, i);
            if (min_keep > k) {
                end = std::min(n, std::max(end, min_keep));
                least = std::min(n, std::max(least, min_keep));
                most = std::min(n, std::max(most, min_keep));
            }
        }
        return keep_first({least, end, most}, decision::rounding);
    }
    decision keep_mass(double p, std::size_t min_keep) {
        if (!read()) return {};
        if (order().empty()) return {};
        return keep_by_mass(order_, p, min_keep, [](const token& a, const token& b) { return may_swap(a, b); });
    }
    decision keep_mass_near(double below, double p, std::size_t min_keep) {
        if (!(below > 0)) return keep_mass(p, min_keep);
        if (!read()) return {};
        const token top = first();
        const real m = top.l;
        std::vector<real> distance(tokens_.size());
        std::vector<double> off(tokens_.size());
        std::vector<std::uint32_t> near(tokens_.size());
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            const token& t = tokens_[i];
            const real d = t.l - m;
            distance[i] = std::fabs(d + below);
            const bool exact =
                exact_ && t.error == 0 && top.error == 0 && sum_is_double(t.l, -m) && sum_is_double(d, below) && sum_is_double(m, -below);
            off[i] = exact ? 0.0 : own_error(t) + own_error(top) + unit * static_cast<double>(below - d + std::fabs(t.l) * 0x1p-20);
            near[i] = static_cast<std::uint32_t>(i);
        }
        std::sort(near.begin(), near.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return distance[a] != distance[b] ? distance[a] < distance[b] : a < b; });
        const token* const base = tokens_.data();
        return keep_by_mass(near, p, min_keep, [&](const token& a, const token& b) {
            const auto i = static_cast<std::size_t>(&a - base), j = static_cast<std::size_t>(&b - base);
            if (off[i] == 0 && off[j] == 0) return false;
            if (a.l == b.l && a.path == b.path) return false;
            return std::fabs(distance[i] - distance[j]) <= static_cast<real>(off[i]) + off[j];
        });
    }
    decision keep_within(double distance, std::size_t min_keep, double off = 0) {
        if (!read()) return {};
        if (!(distance > 0)) distance = 0;
        const token top = first();
        return keep_reaching(min_keep, decision::rounding, [&](const token& t) {
            const real d = t.l - top.l;
            if (d == 0 && t.path == top.path) return margin{static_cast<real>(distance), 0};
            const bool exact = off == 0 && exact_ && t.error == 0 && top.error == 0 && sum_is_double(t.l, -top.l);
            return margin{d + distance, exact ? 0.0 : off + t.error + top.error + unit * (distance - static_cast<double>(d))};
        });
    }
    decision keep_within_deviations(double n, std::size_t min_keep) {
        if (!read()) return {};
        const real deviation = moments().deviation;
        const double distance = static_cast<double>(n * deviation);
        return keep_within(distance, min_keep, 1e-12 * distance + n * greatest_error() + 1e-300);
    }
    decision keep_at_least(double cut, std::size_t min_keep) {
        if (!read()) return {};
        return keep_reaching(min_keep, decision::rounding, [&](const token& t) { return above(t, cut); });
    }
    decision keep_likely(double p, std::size_t min_keep) {
        if (!(p > 0)) return {};
        if (!read()) return {};
        const range found = likely(p);
        const auto at_least = [&](std::size_t k) { return std::min(tokens_.size(), std::max({k, min_keep, std::size_t{1}})); };
        return keep_first({at_least(found.least), at_least(found.exact), at_least(found.most)}, decision::likely);
    }
    /// By the logit, for those below a cut, and by the id, for those that a hash leaves.
    template <class F>
    decision keep_if(F keeps) {
        if (!read()) return {};
        decision made;
        keep([&](const token& t) {
            const margin m = keeps(t);
            if (std::fabs(m.above) <= static_cast<real>(m.off) && m.off > 0) made.doubtful.push_back(t.id);
            return m.above >= 0;
        });
        if (made) made.why = decision::rounding;
        if (tokens_.empty()) fail(status::empty);
        return made;
    }
    decision keep_below(double cut) {
        return keep_if([&](const token& t) {
            const margin m = reads_above(t, cut);
            return margin{m.above == 0 ? -0x1p-1060L : -m.above, m.off};
        });
    }

    void ban(const std::vector<token_id>& ids) {
        if (!may_remove(ids)) return;
        keep([&](const token& t) { return std::find(ids.begin(), ids.end(), t.id) == ids.end(); });
        removed();
    }
    void allow(const std::vector<std::uint32_t>& mask, bool past_end) {
        if (!may_remove({})) return;
        keep([&](const token& t) {
            const auto at = static_cast<std::size_t>(t.id);
            return at / 32 < mask.size() ? (mask[at / 32] >> (at % 32) & 1) != 0 : past_end;
        });
        removed();
    }
    void allow_only(const std::vector<token_id>& ids) {
        if (!may_remove(ids)) return;
        std::vector<bool> stays(width_);
        for (const token_id id : ids) stays[static_cast<std::size_t>(id)] = true;
        keep([&](const token& t) { return stays[static_cast<std::size_t>(t.id)]; });
        removed();
    }

    // How far a token's logit is above a cut, and how far that may be off.
    struct margin {
        real above;
        double off;
    };
    margin above(const token& t, double cut) const {
        const real at = static_cast<real>(cut) - ground_;
        const bool exact = exact_ && level_error_ == 0 && t.error == 0 && sum_is_double(cut, -ground_);
        return {t.l - at, exact ? 0.0 : t.error + level_error_ + unit * (std::fabs(cut) + static_cast<double>(std::fabs(ground_)))};
    }
    /// The same where what is compared is the logit as a double.
    margin reads_above(const token& t, double cut) const { return {logit(t) - cut, bound(t)}; }
    /// The verb that follows acts on a list: what is wrong is found at once.
    void is_listed(bool is) { listed_ = is; }

private:
    bool holds(token_id id) const { return id >= 0 && static_cast<std::size_t>(id) < width_; }
    bool fail(status why) {
        if (why_ == status::ok) why_ = why;
        return false;
    }
    void forget() { weighed_ = ordered_ = false; }
    void restart() {
        ground_ = 0;
        level_error_ = 0;
        scale_ = 1;
        exact_ = true;
        forget();
    }
    template <class F>
    void keep(F stays) {
        tokens_.erase(std::remove_if(tokens_.begin(), tokens_.end(), [&](const token& t) { return !stays(t); }), tokens_.end());
        forget();
    }
    void apply(token& t, const change& c) {
        const real before = logit(t), l = plain::changed(before, c);
        if (l == before) return;
        const bool exact = bound(t) == 0 && is_double(l) && sum_is_double(l, -ground_) &&
                           (c.what == act::become || before - before != 0 ||
                            (c.what == act::plus ? sum_is_double(before, c.by) : times_is_double(before, c.by)));
        if (exact || !(l - l == 0)) {
            t.error = 0;
        } else {
            const double stretch = c.what == act::times ? std::max(1.0, std::fabs(c.by)) : c.what == act::plus ? 1.0 : 0.0;
            t.error = (before - before == 0 ? bound(t) : 0.0) * stretch + level_error_ +
                      unit * static_cast<double>(std::fabs(l) + std::fabs(ground_));
        }
        t.path = static_cast<std::uint32_t>(
                     mixed(t.path * 4u + static_cast<unsigned>(c.what) + static_cast<std::uint64_t>(c.by * 1024) + edits_ * 977)) |
                 4u;
        // A value is a double, too: beside a small scale it ends before the logit does.
        const real most = static_cast<real>(std::numeric_limits<double>::max()) * scale_;
        t.l = l - l == 0 ? std::clamp(l - ground_, -most, most) : l;
    }
    bool may_remove(const std::vector<token_id>& ids) {
        for (const token_id id : ids)
            if (!holds(id)) fail(status::outside_row);
        if (read_some_ || listed_) read();
        return why_ == status::ok;
    }
    // Removing reads nothing, unless what is wrong has been looked for.
    void removed() {
        if (listed_) {
            if (tokens_.empty()) fail(status::empty);
        } else if (tokens_.empty()) {
            settled_ = false;
        }
    }
    double own_error(const token& t) const { return t.path == 0 ? 0.0 : t.error; }
    void weigh() {
        if (weighed_) return;
        greatest_ = -static_cast<real>(infinity);
        for (const token& t : tokens_) greatest_ = std::max(greatest_, t.l);
        weights_.resize(tokens_.size());
        mass_ = 0;
        real off = 0;
        double off_greatest = 0;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            const token& t = tokens_[i];
            weights_[i] = std::exp(static_cast<double>(t.l - greatest_));
            mass_ += weights_[i];
            off += weights_[i] * std::min(1.0, own_error(t));
            if (t.l == greatest_) off_greatest = std::max(off_greatest, own_error(t));
        }
        mass_error_ = static_cast<double>(off / mass_) * 2 + std::min(1.0, off_greatest) + 1e-14;
        weighed_ = true;
    }
    real mass_beside() {
        weigh();
        real sum = 0;
        bool passed = false;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (!passed && tokens_[i].l == greatest_) passed = true;
            else sum += weights_[i];
        }
        return sum;
    }

    template <class F>
    range reaching(F margin_of) {
        range found{0, 0, 0};
        for (const std::uint32_t i : order()) {
            const margin m = margin_of(tokens_[i]);
            const bool in_doubt = m.off > 0 && std::fabs(m.above) <= static_cast<real>(m.off);
            found.exact += m.above >= 0;
            found.least += m.above >= 0 && !in_doubt;
            found.most += m.above >= 0 || in_doubt;
        }
        return found;
    }
    template <class F>
    decision keep_reaching(std::size_t min_keep, decltype(decision::why) why, F margin_of) {
        return keep_prefix(reaching(margin_of), min_keep, why);
    }
    // The greatest ones stay whatever is reached.
    decision keep_prefix(range found, std::size_t min_keep, decltype(decision::why) why) {
        std::size_t equal = 1, may_be = 1;
        const token& top = tokens_[order()[0]];
        while (equal < tokens_.size() && tokens_[order_[equal]].l == top.l) ++equal;
        may_be = equal;
        while (may_be < tokens_.size() && may_swap(top, tokens_[order_[may_be]])) ++may_be;
        if (found.exact == 0) found.exact = equal;
        if (found.most < found.exact) found.most = found.exact;
        if (found.least == 0) {
            for (std::size_t i = 0; i < equal; ++i) found.least += !(i > 0 && may_swap(top, tokens_[order_[i]]));
            found.most = std::max(found.most, may_be);
        }
        const std::size_t n = tokens_.size();
        const auto at_least = [&](std::size_t k) { return std::min(n, std::max(k, min_keep)); };
        return keep_first({at_least(found.least), at_least(found.exact), at_least(found.most)}, why);
    }
    decision keep_first(range ends, decltype(decision::why) why) {
        return keep_first_of(order(), ends, why, [](const token& a, const token& b) { return may_swap(a, b); });
    }
    template <class F>
    decision keep_first_of(const std::vector<std::uint32_t>& by, range ends, decltype(decision::why) why, F swaps) {
        decision made;
        const std::size_t n = by.size();
        for (std::size_t i = ends.least; i < ends.most; ++i) made.doubtful.push_back(tokens_[by[i]].id);
        if (made) made.why = why;
        for (const std::size_t end : {ends.least, ends.exact, ends.most}) {
            if (end == 0 || end >= n) continue;
            const token &last = tokens_[by[end - 1]], &next = tokens_[by[end]];
            std::size_t from = end - 1, to = end;
            bool certain = true;
            for (; to < n; ++to) {
                const bool may = swaps(last, tokens_[by[to]]);
                if (!may && tokens_[by[to]].l != last.l) break;
                certain &= !may;
            }
            for (; from > 0; --from) {
                const bool may = swaps(tokens_[by[from - 1]], next);
                if (!may && tokens_[by[from - 1]].l != next.l) break;
                certain &= !may;
            }
            if (certain) continue;
            if (!made) made.why = decision::rounding;
            for (std::size_t i = from; i < to; ++i) made.doubtful.push_back(tokens_[by[i]].id);
        }
        if (ends.exact < n) {
            std::vector<bool> stays(n);
            for (std::size_t i = 0; i < ends.exact; ++i) stays[by[i]] = true;
            const token* const base = tokens_.data();
            std::vector<token> kept;
            kept.reserve(ends.exact);
            for (std::size_t i = 0; i < n; ++i)
                if (stays[i]) kept.push_back(base[i]);
            tokens_.swap(kept);
            forget();
        }
        return made;
    }
    template <class F>
    decision keep_by_mass(const std::vector<std::uint32_t>& by, double p, std::size_t min_keep, F swaps) {
        weigh();
        const std::size_t n = by.size();
        const real whole = mass_;
        // Of n tokens that are all equal each weighs the same, and p n tells where the edge is; exactly, where it is a double.
        const token& one = tokens_[0];
        const bool flat = std::all_of(tokens_.begin(), tokens_.end(), [&](const token& t) { return t.l == one.l && t.path == one.path; });
        const bool exact = flat && is_double(static_cast<real>(p) * static_cast<real>(n));
        const real off = exact ? 0.0L : static_cast<real>(mass_tolerance + mass_error());
        range ends{n, n, n};
        real sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            sum += weights_[by[i]];
            if (ends.least == n && sum >= (static_cast<real>(p) - off) * whole) ends.least = i + 1;
            if (ends.exact == n && sum >= static_cast<real>(p) * whole) ends.exact = i + 1;
            if (sum >= (static_cast<real>(p) + off) * whole) {
                ends.most = i + 1;
                break;
            }
        }
        const auto at_least = [&](std::size_t k) { return std::min(n, std::max(k, min_keep)); };
        return keep_first_of(by, {at_least(ends.least), at_least(ends.exact), at_least(ends.most)}, decision::mass, swaps);
    }

    std::vector<token> tokens_;  // in id order
    std::vector<std::uint32_t> order_;
    std::vector<double> weights_;
    std::size_t width_;
    real greatest_ = 0, mass_ = 0;
    double mass_error_ = 0;
    real scale_ = 1;
    real ground_ = 0;         // what a logit of 0 in the row has become, and what +inf counts as
    double level_error_ = 0;  // of all logits alike
    std::uint64_t edits_ = 0;
    status why_ = status::ok;
    bool weighed_ = false, ordered_ = false;
    bool exact_ = true;  // nothing that happened to all logits was rounded
    bool infinite_ = false;
    bool settled_ = false;    // what is wrong with the values was looked for
    bool read_some_ = false;  // an edit has looked at a value
    bool listed_ = false;
};

}  // namespace plain
