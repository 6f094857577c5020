// library — the stages and draws of the library, for those that are chosen at run time: with their lists as spans and rows of float where they take
// a row. What they do is compiled once where the kernels are, as argdraw/kernels.hpp says.
#pragma once

#include <argdraw/draws/adaptive_p.hpp>
#include <argdraw/draws/categorical.hpp>
#include <argdraw/draws/greedy.hpp>
#include <argdraw/draws/gumbel.hpp>
#include <argdraw/draws/mirostat.hpp>
#include <argdraw/draws/mirostat_v1.hpp>
#include <argdraw/draws/without_replacement.hpp>
#include <argdraw/stages/allow.hpp>
#include <argdraw/stages/allow_only.hpp>
#include <argdraw/stages/bad_words.hpp>
#include <argdraw/stages/ban.hpp>
#include <argdraw/stages/contrastive.hpp>
#include <argdraw/stages/dry.hpp>
#include <argdraw/stages/dynamic_temperature.hpp>
#include <argdraw/stages/encoder_repetition.hpp>
#include <argdraw/stages/epsilon_cutoff.hpp>
#include <argdraw/stages/eta_cutoff.hpp>
#include <argdraw/stages/exponential_length.hpp>
#include <argdraw/stages/force.hpp>
#include <argdraw/stages/frequency_penalty.hpp>
#include <argdraw/stages/guidance.hpp>
#include <argdraw/stages/logit_bias.hpp>
#include <argdraw/stages/min_k.hpp>
#include <argdraw/stages/min_p.hpp>
#include <argdraw/stages/min_tokens.hpp>
#include <argdraw/stages/no_repeat_ngram.hpp>
#include <argdraw/stages/p_less.hpp>
#include <argdraw/stages/p_less_norm.hpp>
#include <argdraw/stages/penalties.hpp>
#include <argdraw/stages/presence_penalty.hpp>
#include <argdraw/stages/quadratic.hpp>
#include <argdraw/stages/repetition_penalty.hpp>
#include <argdraw/stages/sequence_bias.hpp>
#include <argdraw/stages/skew.hpp>
#include <argdraw/stages/softcap.hpp>
#include <argdraw/stages/softmax.hpp>
#include <argdraw/stages/suppress_at_begin.hpp>
#include <argdraw/stages/tail_free.hpp>
#include <argdraw/stages/temperature.hpp>
#include <argdraw/stages/top_a.hpp>
#include <argdraw/stages/top_h.hpp>
#include <argdraw/stages/top_h_sum.hpp>
#include <argdraw/stages/top_k.hpp>
#include <argdraw/stages/top_n_sigma.hpp>
#include <argdraw/stages/top_p.hpp>
#include <argdraw/stages/typical.hpp>
#include <argdraw/stages/xtc.hpp>
#include <argdraw/stages/xtc_mean.hpp>

#include <argdraw/sampler/any_context.hpp>

#define ARGDRAW_LIBRARY_STAGES(f)                                                                                                          \
    f(temperature) f(allow) f(allow_only<>) f(bad_words<>) f(ban<>) f(contrastive<float>) f(dry) f(dynamic_temperature)                    \
        f(encoder_repetition) f(epsilon_cutoff) f(eta_cutoff) f(exponential_length) f(force) f(frequency_penalty) f(guidance<float>)       \
            f(logit_bias<>) f(min_k) f(min_p) f(min_tokens<>) f(no_repeat_ngram) f(p_less) f(p_less_norm) f(penalties) f(presence_penalty) \
                f(quadratic) f(repetition_penalty) f(sequence_bias<>) f(skew) f(softcap) f(softmax) f(suppress_at_begin<>) f(tail_free)    \
                    f(top_a) f(top_h) f(top_h_sum) f(top_k) f(top_n_sigma) f(top_p) f(typical) f(xtc) f(xtc_mean)

#define ARGDRAW_LIBRARY_DRAWS(f) f(adaptive_p) f(categorical) f(greedy) f(gumbel) f(mirostat) f(mirostat_v1) f(without_replacement)

namespace argdraw::inline ARGDRAW_ABI::detail {

#define ARGDRAW_IN_LIBRARY(element) \
    template <>                     \
    inline constexpr bool in_library<element> = true;
ARGDRAW_LIBRARY_STAGES(ARGDRAW_IN_LIBRARY)
ARGDRAW_LIBRARY_DRAWS(ARGDRAW_IN_LIBRARY)
#undef ARGDRAW_IN_LIBRARY

}  // namespace argdraw::detail
