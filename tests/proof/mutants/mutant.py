"""What one mutant is."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    number: str
    name: str
    file: str  # below include/argdraw
    old: str
    new: str
    source: str  # below tests
    case: str
    instead: str = ""
    small: bool = False  # in the build with small blocks
