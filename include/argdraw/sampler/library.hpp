// library — the stages and draws of the library, for those that are chosen at run time: with their lists as spans and rows of float where they take
// a row. What they do is compiled once where the kernels are, as argdraw/kernels.hpp says.
#pragma once

#include <argdraw/draws.hpp>
#include <argdraw/stages.hpp>
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
    inline constexpr bool in_library<argdraw::element> = true;
ARGDRAW_LIBRARY_STAGES(ARGDRAW_IN_LIBRARY)
ARGDRAW_LIBRARY_DRAWS(ARGDRAW_IN_LIBRARY)
#undef ARGDRAW_IN_LIBRARY

}  // namespace argdraw::detail
