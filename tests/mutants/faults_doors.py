"""Faults at the doors of the library: what comes in with a call, and what comes back."""
from mutant import Mutant

FAULTS = [
    Mutant(
        "F16", "an id outside of the row is a bad parameter, which check() knows nothing of",
        "candidates/candidates.hpp",
        "            if (!view_.holds_id(id)) fail(status::outside_row);",
        "            if (!view_.holds_id(id)) fail(status::bad_parameter);",
        "stages/ban.cpp", "ban range: ids outside of the row are outside_row"),
    Mutant(
        "F16b", "check(width) does not ask the stages",
        "sampler/sampler.hpp",
        "if (result && !element.fits(width))",
        "if (result && width == 0)",
        "sampler/sampler.cpp", "sampler: what does not fit the row has a status of its own, and check(width) names the stage"),
    Mutant(
        "F28", "the last word of a mask counts whole",
        "candidates/view.hpp",
        "covered = std::min(tokens / 32, words);",
        "covered = std::min((tokens + 31) / 32, words);",
        "stages/allow.cpp", "allow formula: a mask may speak of fewer tokens than it has bits, and what stands behind them does not count"),
    Mutant(
        "F28b", "so it does where the row has become a list",
        "candidates/candidates.hpp",
        "            return at < tokens ?",
        "            return at < 32 * mask.size() ?",
        "stages/allow.cpp", "allow formula: a mask may speak of fewer tokens than it has bits, and what stands behind them does not count"),
]
