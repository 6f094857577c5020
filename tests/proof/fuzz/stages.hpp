// stages — a chain of any stages and any draw, with parameters in their ranges or not, and what is known of them without asking the
// library.
#pragma once

#include "input.hpp"

#include <deque>
#include <limits>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <argdraw/argdraw.hpp>

namespace fuzz {

using argdraw::token_id;

/// A chain whose stages are compiled once for all targets, in stages.cpp, for rows of float.
struct float_chain {
    argdraw::chain stages;

    bool neutral() const noexcept { return stages.neutral(); }
    bool valid() const noexcept { return stages.valid(); }
    std::string_view fault() const noexcept { return stages.fault(); }
    bool fits(std::size_t width) const noexcept { return stages.fits(width); }
    float_chain narrowed(std::size_t from, std::size_t to) const noexcept { return {stages.narrowed(from, to)}; }
    argdraw::status prepare(argdraw::history& seen) const noexcept { return stages.prepare(seen); }
    void operator()(argdraw::candidates<float>& c, argdraw::context<float_chain>& context) const noexcept;
};

/// categorical, with a word of the input's choice.
struct at_word {
    std::uint64_t word;

    template <argdraw::logit_scalar T>
    argdraw::drawn operator()(argdraw::candidates<T>& c) const noexcept {
        return c.draw(word);
    }
};

/// Any draw, likewise.
struct any_draw {
    std::variant<at_word, argdraw::categorical, argdraw::greedy, argdraw::gumbel, argdraw::mirostat, argdraw::mirostat_v1,
                 argdraw::adaptive_p, argdraw::without_replacement>
        held;

    struct state {
        double of[2];
    };

    bool valid() const noexcept { return fault().empty(); }
    std::string_view fault() const noexcept;
    state start() const noexcept;
    void narrow(argdraw::candidates<float>& c, argdraw::context<any_draw>& context) const noexcept;
    argdraw::drawn operator()(argdraw::candidates<float>& c, argdraw::context<any_draw>& context) const noexcept;
};

/// The stages of one execution, and the memory of their lists.
class stages {
public:
    float_chain chain;
    bool legal = true;         ///< every parameter is in its range
    bool in_row = true;        ///< every id and every other row that is looked at belongs to the row
    std::vector<bool> banned;  ///< by the stages that only remove ids

    /// For rows of this width, after so many tokens of output.
    stages(input& in, std::size_t most, std::size_t width, std::size_t outputs) : banned(width), in_(in), width_(width), outputs_(outputs) {
        for (std::size_t n = in.below(most + 1); n > 0; --n) {
            const argdraw::any_stage stage = next();
            chain.stages.add(stage);
            if (!last_legal_) legal = false;
            if (!last_in_row_ && !std::visit([](const auto& s) { return s.neutral(); }, stage)) in_row = false;
        }
    }
    stages(const stages&) = delete;
    stages& operator=(const stages&) = delete;

private:
    using ids = std::vector<token_id>;
    static constexpr float largest = std::numeric_limits<float>::max();
    static bool finite(float x) { return -largest <= x && x <= largest; }

    void range(bool kept) { last_legal_ = last_legal_ && kept; }
    void row(bool kept) { last_in_row_ = last_in_row_ && kept; }
    float p() { return in_.parameter(); }
    int keep() {
        const int least = in_.flag() ? 1 : in_.whole(width_);
        range(least >= 0);
        return least;
    }
    int window() {
        const int w = in_.flag() ? -1 : in_.whole(8);
        range(w >= -1);
        return w;
    }
    argdraw::scope scope() { return static_cast<argdraw::scope>(in_.below(3)); }
    bool has(token_id id) const { return id >= 0 && static_cast<std::size_t>(id) < width_; }
    token_id id() {
        const std::size_t how = in_.below(256);
        const auto any = how == 0   ? in_.number<token_id>()
                         : how == 1 ? static_cast<token_id>(width_)
                         : how == 2 ? -1
                         : how < 64 ? static_cast<token_id>(in_.below(width_))
                                    : static_cast<token_id>(how % std::min<std::size_t>(width_, 8));
        row(has(any));
        return any;
    }
    std::span<const token_id> list(std::size_t most) {
        ids& made = lists_.emplace_back(in_.below(most + 1));
        for (token_id& each : made) each = id();
        return made;
    }
    std::span<const float> other_row() {
        const std::size_t how = in_.below(16);
        auto& made = rows_.emplace_back(how == 0 ? width_ + 1 : how == 1 ? width_ - 1 : width_);
        row(how > 1);
        const float first = p(), step = p();
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<float>(i % 7) * step + first;
        for (std::size_t n = made.empty() ? 0 : in_.below(4); n > 0; --n) made[in_.below(made.size())] = in_.number<float>();
        return made;
    }
    void ban(token_id gone) {
        if (has(gone)) banned[static_cast<std::size_t>(gone)] = true;
    }
    template <class F>
    void ban_if(F gone) {
        for (std::size_t i = 0; i < width_; ++i)
            if (gone(static_cast<token_id>(i))) banned[i] = true;
    }
    static bool holds(std::span<const token_id> some, token_id one) { return std::find(some.begin(), some.end(), one) != some.end(); }

    argdraw::any_stage next() {
        using namespace argdraw;
        static_assert(std::variant_size_v<any_stage> == 41, "a stage more: fuzz it here");
        last_legal_ = last_in_row_ = true;
        switch (in_.below(41)) {
            case 0: {
                const temperature s{p()};
                range(s.t >= 0);
                return s;
            }
            case 1: {
                auto& mask = masks_.emplace_back(in_.below(width_ / 32 + 3));
                for (auto& word : mask) word = in_.number<std::uint32_t>();
                const std::size_t others = in_.below(64) % 9;
                const allow s{mask, static_cast<past_end>(others == 8 ? 2 : others % 2)};
                range(s.beyond == past_end::ban || s.beyond == past_end::keep);
                ban_if([&](token_id i) {
                    const auto word = static_cast<std::size_t>(i) / 32;
                    return word < mask.size() ? (mask[word] >> (i % 32) & 1) == 0 : s.beyond == past_end::ban;
                });
                return s;
            }
            case 2: {
                const auto kept = list(12);
                ban_if([&](token_id i) { return !holds(kept, i); });
                return allow_only<>{kept};
            }
            case 3: {
                auto& words = words_.emplace_back(in_.below(4));
                for (auto& each : words) {
                    each = list(3);
                    range(!each.empty());
                    if (each.size() == 1) ban(each[0]);
                }
                return bad_words<>{std::span<const std::span<const token_id>>(words)};
            }
            case 4: {
                const auto gone = list(12);
                for (const token_id each : gone) ban(each);
                return argdraw::ban<>{gone};
            }
            case 5: {
                const contrastive<float> s{other_row(), p(), p()};
                range(0 <= s.alpha && s.alpha <= 1 && 0 <= s.beta && finite(s.beta));
                return s;
            }
            case 6: {
                const dry s{p(), p(), in_.whole(6), window(), list(2)};
                range(0 <= s.multiplier && finite(s.multiplier) && 1 <= s.base && finite(s.base) && s.allowed_length >= 0);
                return s;
            }
            case 7: {
                const dynamic_temperature s{p(), p(), p()};
                range(0 <= s.min && s.min <= s.max && s.exponent > 0);
                return s;
            }
            case 8: {
                const encoder_repetition s{p()};
                range(0 < s.penalty && finite(s.penalty));
                return s;
            }
            case 9: {
                const epsilon_cutoff s{p(), keep()};
                range(0 <= s.epsilon && s.epsilon < 1);
                return s;
            }
            case 10: {
                const eta_cutoff s{p(), keep()};
                range(0 <= s.epsilon && s.epsilon < 1);
                return s;
            }
            case 11: {
                const exponential_length s{in_.whole(4), p(), id()};
                range(s.start >= 0 && 0 < s.factor && finite(s.factor));
                return s;
            }
            case 12: {
                const force s{in_.whole(3), id()};
                range(s.position >= 0);
                if (s.position >= 0 && static_cast<std::size_t>(s.position) == outputs_) ban_if([&](token_id i) { return i != s.id; });
                return s;
            }
            case 13: {
                const frequency_penalty s{p(), window(), scope()};
                range(finite(s.alpha));
                return s;
            }
            case 14: {
                const guidance<float> s{other_row(), p()};
                range(finite(s.scale));
                return s;
            }
            case 15: {
                auto& biases = biases_.emplace_back(in_.below(6));
                for (auto& each : biases) {
                    each = {id(), p()};
                    range(each.b == each.b);
                    if (each.b < -largest) ban(each.id);
                }
                return logit_bias<>{std::span<const token_bias>(biases)};
            }
            case 16: {
                const min_k s{p(), keep()};
                range(s.tau == s.tau);
                return s;
            }
            case 17: {
                const min_p s{p(), keep()};
                range(0 <= s.p && s.p <= 1);
                return s;
            }
            case 18: {
                const min_tokens<> s{in_.whole(3), list(4)};
                range(s.n >= 0);
                if (s.n > 0 && outputs_ < static_cast<std::size_t>(s.n))
                    for (const token_id each : s.stop.items()) ban(each);
                return s;
            }
            case 19: {
                const no_repeat_ngram s{in_.whole(4)};
                range(s.n >= 0);
                return s;
            }
            case 20: return p_less{keep()};
            case 21: return p_less_norm{keep()};
            case 22: {
                const penalties s{p(), p(), p(), window(), scope(), scope()};
                range(0 < s.repetition && finite(s.repetition) && finite(s.frequency) && finite(s.presence));
                return s;
            }
            case 23: {
                const presence_penalty s{p(), window(), scope()};
                range(finite(s.alpha));
                return s;
            }
            case 24: {
                const quadratic s{p(), p()};
                range(0 <= s.factor && finite(s.factor) && 1 <= s.curve && s.curve <= 3);
                return s;
            }
            case 25: {
                const repetition_penalty s{p(), window(), scope()};
                range(0 < s.penalty && finite(s.penalty));
                return s;
            }
            case 26: {
                auto& biases = sequences_.emplace_back(in_.below(4));
                for (auto& each : biases) {
                    each = {list(3), p()};
                    range(!each.sequence.empty() && each.b == each.b);
                    if (each.sequence.size() == 1 && each.b < -largest) ban(each.sequence[0]);
                }
                return sequence_bias<>{std::span<const biased_sequence>(biases)};
            }
            case 27: {
                const skew s{p()};
                range(finite(s.strength));
                return s;
            }
            case 28: {
                const softcap s{p()};
                range(s.cap >= 0);
                return s;
            }
            case 29: return softmax{};
            case 30: {
                const auto gone = list(4);
                if (outputs_ == 0)
                    for (const token_id each : gone) ban(each);
                return suppress_at_begin<>{gone};
            }
            case 31: {
                const tail_free s{p(), keep()};
                range(s.z >= 0);
                return s;
            }
            case 32: {
                const top_a s{p(), keep()};
                range(0 <= s.a && s.a <= 1);
                return s;
            }
            case 33: {
                const top_h s{p(), keep()};
                range(0 < s.h && s.h <= 1);
                return s;
            }
            case 34: {
                const top_h_sum s{p(), keep()};
                range(0 < s.h && s.h <= 1);
                return s;
            }
            case 35: {
                const top_k s{in_.whole(width_), keep(), in_.flag() ? ties::all : ties::first};
                range(s.k >= 0);
                return s;
            }
            case 36: {
                const top_n_sigma s{p(), keep()};
                range(s.n >= 0);
                return s;
            }
            case 37: {
                const top_p s{p(), keep()};
                range(s.p >= 0);
                return s;
            }
            case 38: {
                const typical s{p(), keep()};
                range(s.mass > 0);
                return s;
            }
            case 39: {
                const xtc s{p(), p(), list(3), keep()};
                range(0 <= s.probability && s.probability <= 1 && s.threshold >= 0);
                return s;
            }
            default: {
                const xtc_mean s{p(), p(), list(3), keep()};
                range(0 <= s.probability && s.probability <= 1 && s.threshold >= 0);
                return s;
            }
        }
    }

    input& in_;
    std::size_t width_;
    std::size_t outputs_;
    bool last_legal_ = true;
    bool last_in_row_ = true;
    std::deque<ids> lists_;
    std::deque<std::vector<float>> rows_;
    std::deque<std::vector<std::uint32_t>> masks_;
    std::deque<std::vector<std::span<const token_id>>> words_;
    std::deque<std::vector<argdraw::token_bias>> biases_;
    std::deque<std::vector<argdraw::biased_sequence>> sequences_;
};

}  // namespace fuzz
