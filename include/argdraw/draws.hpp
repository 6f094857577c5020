// draws — every draw of the library: the one list of them, as stages.hpp is of stages.
#pragma once

// Draws: one token, or several.
#include <argdraw/draws/greedy.hpp>
#include <argdraw/draws/categorical.hpp>
#include <argdraw/draws/gumbel.hpp>
#include <argdraw/draws/mirostat.hpp>
#include <argdraw/draws/mirostat_v1.hpp>
#include <argdraw/draws/adaptive_p.hpp>
#include <argdraw/draws/without_replacement.hpp>
