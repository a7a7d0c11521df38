"""How much two names look alike: by their words, by their letters, and whether one is the plural of the other."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


@cache
def likeness(one: str, other: str) -> float:
    """From 0.0, nothing in common, to 1.0 for names that differ in case, separators or plural at most."""
    mine, theirs = _words(one), _words(other)
    if mine == theirs:
        return 1.0
    letters = SequenceMatcher(None, "".join(mine), "".join(theirs)).ratio()
    shared = len(set(mine) & set(theirs))
    words = 2 * shared / (len(set(mine)) + len(set(theirs))) if mine and theirs else 0.0
    held = 0.8 if shared and shared == min(len(set(mine)), len(set(theirs))) else 0.0  # one has a prefix, or a unit
    return max(words, held, letters if letters >= 0.6 else 0.0)


def _words(name: str) -> tuple[str, ...]:
    return tuple(_singular(word.lower()) for word in _WORD.findall(name)) or (name.casefold(),)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word
