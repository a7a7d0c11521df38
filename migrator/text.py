"""Sentences for people: one gettext catalogue, and widths that count Chinese characters as two."""

from __future__ import annotations

import gettext
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("en", "zh_CN")

_chosen: str | None = None
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def choose(language: str | None) -> None:
    """Fix the language of this process (`en`, `zh`, `zh_CN`); None returns to the environment's."""
    global _chosen
    _chosen = _normal(language) if language else None


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Within the block this thread speaks another language (a report for readers of that language); None: no change."""
    token = _spoken.set(_normal(language) if language else _spoken.get())
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The language in force: the one being spoken, the chosen one, the environment's, else English."""
    return _spoken.get() or _chosen or _normal(os.environ.get("MIGRATOR_LANG") or os.environ.get("LC_ALL")
                              or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en")


def _(message: str) -> str:
    """The sentence in the language in force; the message itself when no translation exists."""
    return _catalogue(language()).gettext(message)


def width(text: str) -> int:
    """Columns that the text takes in a terminal: wide East Asian characters count two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """The text filled with blanks to so many terminal columns; longer text is left as it is."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def shorten(text: str, columns: int) -> str:
    """The text cut to so many terminal columns, ending in `…` when something was left out."""
    if width(text) <= columns:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > columns - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    return gettext.translation("migrator", LOCALE, languages=[name], fallback=True)


def _normal(name: str) -> str:
    return "zh_CN" if name.lower().startswith("zh") else "en"
