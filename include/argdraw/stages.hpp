// stages — every stage of the library: the one list of them. A new stage is a line here, under the group that it belongs to; the pages
// and the tests of the project read it.
#pragma once

// Scaling: changes probabilities, removes no token.
#include <argdraw/stages/temperature.hpp>
#include <argdraw/stages/dynamic_temperature.hpp>
#include <argdraw/stages/quadratic.hpp>
#include <argdraw/stages/softcap.hpp>
#include <argdraw/stages/skew.hpp>
#include <argdraw/stages/softmax.hpp>

// Truncation: removes the unlikely, or the likely.
#include <argdraw/stages/top_k.hpp>
#include <argdraw/stages/top_p.hpp>
#include <argdraw/stages/min_p.hpp>
#include <argdraw/stages/typical.hpp>
#include <argdraw/stages/top_n_sigma.hpp>
#include <argdraw/stages/epsilon_cutoff.hpp>
#include <argdraw/stages/eta_cutoff.hpp>
#include <argdraw/stages/tail_free.hpp>
#include <argdraw/stages/top_a.hpp>
#include <argdraw/stages/xtc.hpp>
#include <argdraw/stages/xtc_mean.hpp>
#include <argdraw/stages/top_h.hpp>
#include <argdraw/stages/top_h_sum.hpp>
#include <argdraw/stages/p_less.hpp>
#include <argdraw/stages/p_less_norm.hpp>
#include <argdraw/stages/min_k.hpp>

// History: looks back at the text.
#include <argdraw/stages/repetition_penalty.hpp>
#include <argdraw/stages/frequency_penalty.hpp>
#include <argdraw/stages/presence_penalty.hpp>
#include <argdraw/stages/penalties.hpp>
#include <argdraw/stages/dry.hpp>
#include <argdraw/stages/no_repeat_ngram.hpp>
#include <argdraw/stages/bad_words.hpp>
#include <argdraw/stages/sequence_bias.hpp>
#include <argdraw/stages/min_tokens.hpp>
#include <argdraw/stages/exponential_length.hpp>
#include <argdraw/stages/encoder_repetition.hpp>

// Bias and masks: about single tokens, or against another row.
#include <argdraw/stages/logit_bias.hpp>
#include <argdraw/stages/ban.hpp>
#include <argdraw/stages/allow_only.hpp>
#include <argdraw/stages/allow.hpp>
#include <argdraw/stages/suppress_at_begin.hpp>
#include <argdraw/stages/force.hpp>
#include <argdraw/stages/guidance.hpp>
#include <argdraw/stages/contrastive.hpp>
