// Any stage of SEMANTICS in any order, on a row, a history and coins.

#pragma once

#include "reference.hpp"
#include "reference_draws.hpp"
#include "reference_history.hpp"
#include "reference_masks.hpp"
#include "reference_ruling.hpp"
#include "reference_scaling.hpp"
#include "reference_truncation.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace reference {

using any_stage =
    std::variant<temperature, dynamic_temperature, quadratic, softcap, skew, softmax,                                            // 1
                 top_k, top_p, min_p, typical, top_n_sigma, epsilon_cutoff, eta_cutoff, tail_free, top_a, xtc, xtc_mean, top_h,  // 2
                 top_h_sum, p_less, p_less_norm, min_k,                                                                          //
                 repetition_penalty, frequency_penalty, presence_penalty, penalties, encoder_repetition, dry, no_repeat_ngram,   // 3
                 bad_words, sequence_bias, min_tokens, exponential_length,                                                       //
                 logit_bias, ban, allow_only, allow, suppress_at_begin, force, guidance, contrastive,                            // 4
                 mirostat::cut_stage, mirostat_v1::cut_stage, adaptive_p::reshape>;                                              // 5
using any_pipeline = std::vector<any_stage>;

inline bool neutral(const any_stage& s) {
    return std::visit([](const auto& each) { return each.neutral(); }, s);
}

// Ids are compared with the vocabulary only where the stage does something: the default eos of a stage that is off is none.
inline bool valid(const any_stage& s, std::size_t vocabulary) {
    return std::visit(
        [&](const auto& each) {
            if (!each.valid()) return false;
            if constexpr (requires { each.fits(vocabulary); }) return each.neutral() || each.fits(vocabulary);
            else return true;
        },
        s);
}

struct situation {
    std::vector<double> row = {};
    history past = {};
    std::vector<real> coins = {};  // u in [0, 1), one for each xtc that is not neutral, in pipeline order
};

struct full_law : law {
    std::vector<real> errors;  // of ids: how far the logit may stray where logits are doubles
    // In pipeline order, one per truncation, T = 0, contrastive or mirostat that is not neutral and was reached. The last may
    // be one whose own stage then failed.
    std::vector<ruling> rulings;
    std::vector<token_id> firsts;  // those that may be first in the order where logits are doubles
    bool infinite = false;         // the logits are all +inf
    std::size_t coins_used = 0;
};

class walk {
public:
    walk(const situation& at, const chooser& choose) : at_(at), choose_(choose), row_(at.row) {}

    status apply(const any_stage& which) {
        if (unread(which)) return status::ok;
        return std::visit([this](const auto& each) { return each.neutral() ? status::ok : one(each); }, which);
    }

    // What reads a value first finds the NaNs, and the +inf ones, which leave nothing for the others.
    status read() {
        if (read_) return s_.tokens.empty() ? status::empty : status::ok;
        if (std::any_of(row_.begin(), row_.end(), [](double l) { return std::isnan(l); })) return status::nan_logit;
        read_ = true;
        s_ = living(row_);
        if (s_.tokens.empty()) return status::empty;
        for (const temperature& each : waiting_) each.change(s_);
        return status::ok;
    }

    // Whether a stage finds nothing to change before anything was read: then it reads nothing either.
    bool unread(const any_stage& which) const {
        return !read_ && std::visit(
                             [this](const auto& each) {
                                 if constexpr (requires { each.changes(at_.past); }) {
                                     const ids_of ids = each.changes(at_.past);
                                     return std::none_of(ids.begin(), ids.end(), [this](token_id id) {
                                         return id >= 0 && static_cast<std::size_t>(id) < row_.size() &&
                                                row_[static_cast<std::size_t>(id)] != -std::numeric_limits<double>::infinity();
                                     });
                                 } else {
                                     return false;
                                 }
                             },
                             which);
    }

    working_set& set() { return s_; }
    full_law& result() { return result_; }

private:
    template <class Stage>
    status one(const Stage& which) {
        if constexpr (requires { which.banned(at_.past, row_.size()); }) {
            return remove(which.banned(at_.past, row_.size()));
        } else {
            if constexpr (std::is_same_v<Stage, temperature>) {
                if (!read_ && which.t != 0 && !std::isinf(which.t)) {
                    waiting_.push_back(which);
                    return status::ok;
                }
            }
            if constexpr (std::is_same_v<Stage, xtc>) {
                if (!read_ && at_.coins.at(result_.coins_used) >= real(which.probability)) {
                    ++result_.coins_used;
                    return status::ok;
                }
            }
            if constexpr (std::is_same_v<Stage, top_k>) {
                // As many as there are ids are all, whatever they are.
                const auto least = std::max(which.k, which.equals == ties::first ? which.min_keep : 0);
                if (!read_ && static_cast<std::size_t>(least) >= row_.size()) return status::ok;
            }
            if (const status why = read(); why != status::ok) return why;
            const status why = moved(which);
            return why == status::ok && s_.tokens.empty() ? status::empty : why;
        }
    }

    template <class Stage>
    status moved(const Stage& which) {
        if constexpr (std::is_same_v<Stage, temperature> || std::is_same_v<Stage, dynamic_temperature>) {
            bool frozen = false;
            if constexpr (std::is_same_v<Stage, temperature>) frozen = which.t == 0;
            else frozen = which.at(s_) == 0;
            if (frozen) take(s_, rule(prefix(s_, 1, {}, 1)));
            else which.change(s_);
            return status::ok;
        } else if constexpr (requires { which.change(s_, at_.past); }) {
            return which.change(s_, at_.past);
        } else if constexpr (requires { which.change(s_); }) {
            which.change(s_);
            return status::ok;
        } else {
            const members keep = rule(decided(which));
            if constexpr (requires {
                              { which.settle(s_, keep) } -> std::same_as<status>;
                          }) {
                return which.settle(s_, keep);
            } else if constexpr (requires { which.settle(s_, keep); }) {
                which.settle(s_, keep);
                return status::ok;
            } else {
                take(s_, keep);
                return status::ok;
            }
        }
    }

    template <class Stage>
    ruling decided(const Stage& which) {
        if constexpr (requires { which.decide(s_, real(0)); }) return which.decide(s_, at_.coins.at(result_.coins_used++));
        else if constexpr (std::is_same_v<Stage, min_p>) return cut(s_, std::log(real(which.p)), which.min_keep, maximum::lives);
        else if constexpr (std::is_same_v<Stage, top_p>) return nucleus(s_, which);
        else if constexpr (std::is_same_v<decltype(which.decide(s_)), decision>) return widen(s_, which.decide(s_));
        else return which.decide(s_);
    }

    members rule(ruling r) {
        for (const token& t : s_.tokens) r.ids.push_back(t.id);
        members keep = choose_(result_.rulings.size(), r);
        result_.rulings.push_back(std::move(r));
        return keep;
    }

    status remove(const members& banned) {
        const double infinity = std::numeric_limits<double>::infinity();
        if (!read_) {
            for (std::size_t i = 0; i < row_.size(); ++i)
                if (banned[i]) row_[i] = -infinity;
            const bool any = std::any_of(row_.begin(), row_.end(), [&](double l) { return l != -infinity; });
            return any ? status::ok : status::empty;
        }
        members keep;
        for (const token& t : s_.tokens) keep.push_back(!banned[static_cast<std::size_t>(t.id)]);
        take(s_, keep);
        return s_.tokens.empty() ? status::empty : status::ok;
    }

    const situation& at_;
    const chooser& choose_;
    std::vector<double> row_;  // with the banned at -inf, until it is read
    std::vector<temperature> waiting_;
    working_set s_;
    bool read_ = false;
    full_law result_;
};

// Told of every stage that is about to act, for who wants to follow another implementation.
using witness = std::function<void(std::size_t stage, walk&)>;

inline full_law run_any(const situation& at, const any_pipeline& stages, const chooser& choose = exact(), const witness& before = {}) {
    walk w(at, choose);
    full_law& result = w.result();
    const auto fail = [&](status why) {
        result.why = why;
        return result;
    };
    if (!std::all_of(stages.begin(), stages.end(), [&](const any_stage& each) { return valid(each, at.row.size()); }))
        return fail(status::bad_parameter);
    for (std::size_t i = 0; i < stages.size(); ++i) {
        if (neutral(stages[i])) continue;
        if (before) before(i, w);
        if (const status why = w.apply(stages[i]); why != status::ok) return fail(why);
    }
    if (const status why = w.read(); why != status::ok) return fail(why);

    working_set& s = w.set();
    result.infinite = s.infinite;
    result.first = s.tokens.front().id;
    for (const token& t : s.tokens) {
        if (t.id == result.first || near_tie(t, s.tokens.front())) result.firsts.push_back(t.id);
    }
    std::sort(s.tokens.begin(), s.tokens.end(), [](const token& a, const token& b) { return a.id < b.id; });
    real total = 0;
    for (const token& t : s.tokens) {
        total += weight(t);
        result.ids.push_back(t.id);
        result.errors.push_back(t.error);
        result.logits.push_back(s.infinite ? s.top : t.logit);
        result.cumulative.push_back(total);
    }
    for (const token& t : s.tokens) {
        result.probabilities.push_back(weight(t) / total);
        result.logs.push_back(t.below - std::log(total));
    }
    return result;
}

}  // namespace reference
