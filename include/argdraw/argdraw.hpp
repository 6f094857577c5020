// argdraw — a row of logits in, a token out. This header exports the library and defines nothing.
#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/draws/categorical.hpp>
#include <argdraw/draws/greedy.hpp>
#include <argdraw/numeric/softmax.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/stages/min_p.hpp>
#include <argdraw/stages/softmax.hpp>
#include <argdraw/stages/temperature.hpp>
#include <argdraw/stages/top_k.hpp>
#include <argdraw/stages/top_p.hpp>
