// argdraw — a row of logits in, a token out. This header exports the library and defines nothing.
#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/candidates/compiled.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/eigen.hpp>
#include <argdraw/history/history.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/sampler/chain.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/simd/isa.hpp>
#include <argdraw/softmax.hpp>
#include <argdraw/stages.hpp>
