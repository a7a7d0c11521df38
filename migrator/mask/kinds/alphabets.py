"""Classes of characters: a character is only ever replaced by one of its own class."""

from __future__ import annotations

import string
import unicodedata
from functools import cache

DIGITS = string.digits
LETTERS = (string.ascii_lowercase, string.ascii_uppercase)
COMMON = "".join(bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD8)
                 for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA))
"""The 3,755 characters of GB 2312's first level: those of everyday Chinese, in the encodings of old systems too."""
RARE = "".join(sorted({*map(chr, range(0x4E00, 0x9FA6))} - set(COMMON)))
_BLOCK = 128


@cache
def of_digits(character: str) -> str | None:
    """The digits, for a digit."""
    return DIGITS if character in DIGITS else None


@cache
def of_letters(character: str) -> str | None:
    """The letters that a letter may become: of its case, script and neighbourhood; Chinese characters likewise."""
    for alphabet in (*LETTERS, COMMON, RARE):
        if character in alphabet:
            return alphabet
    return _neighbours(character) if character.isalpha() else None


@cache
def of_text(character: str) -> str | None:
    """Letters and digits of every script; signs and blanks stay as they are."""
    if not character.isascii() and character.isdecimal():
        return _neighbours(character)
    return of_digits(character) or of_letters(character)


def _neighbours(character: str) -> str:
    """The characters of the same category in the same small block of Unicode: as long in every encoding."""
    begin = ord(character) // _BLOCK * _BLOCK
    category, size = unicodedata.category(character), len(character.encode("utf-8", "surrogatepass"))
    return "".join(other for other in map(chr, range(begin, begin + _BLOCK))
                   if unicodedata.category(other) == category and len(other.encode("utf-8", "surrogatepass")) == size)
