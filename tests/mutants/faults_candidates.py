"""Faults of the candidates' time, put back: where a view ends shows in the form that a verb leaves."""
from mutant import Mutant


FAULTS = [
    Mutant(
        "F24", "the search by heavy blocks gives up past half of them",
        "candidates/nucleus.hpp",
        "            if (n > half) {\n",
        "            if (n > half) return {};\n            if (n > half) {\n",
        "candidates/shortcuts.cpp", "shortcuts: a few tokens that hold the mass become a list, in however many blocks they lie"),
    Mutant(
        "F24b", "a sample that misled is not corrected",
        "candidates/nucleus.hpp",
        "            if (of.below > left_out()) {\n",
        "            if (tries > 0) return false;\n            if (of.below > left_out()) {\n",
        "candidates/shortcuts.cpp", "shortcuts: a row in order of its logits, where blocks at even distances mislead, is not listed as a whole"),
]
