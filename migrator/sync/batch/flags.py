"""Flags: one sign for each lens group of a row, in one text, so that a decision about all of them is one expression."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, case, func, literal

from migrator.lens.scope import Cell
from migrator.lens.sql.fingerprint import SIGNS

YES, NO = "1", "0"


def flags(conditions: Sequence[ColumnElement[bool]]) -> Cell:
    """A text with 1 for each condition that is true and 0 for the others; '' for none."""
    return joined([case((condition, literal(YES, Text())), else_=literal(NO, Text())) for condition in conditions])


def flagged(text: Cell, place: int) -> ColumnElement[bool]:
    """Whether the flag at a place is 1."""
    return func.substr(text, place + 1, 1) == YES


def any_flag(text: Cell) -> ColumnElement[bool]:
    """Whether any flag is 1."""
    return func.replace(text, NO, "") != ""


def sign(fingerprints: Cell, place: int) -> Cell:
    """The fingerprint at a place."""
    return func.substr(fingerprints, place * SIGNS + 1, SIGNS)


def joined(texts: Sequence[Cell]) -> Cell:
    """Texts one behind the other."""
    found: Cell | None = None
    for text in texts:
        found = text if found is None else found.concat(text)
    return literal("", Text()) if found is None else found
