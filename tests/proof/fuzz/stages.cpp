// Every stage for rows of float.
#include "stages.hpp"

namespace fuzz {

float_chain::stage_type stages::next() {
    using namespace argdraw;
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

}  // namespace fuzz
