"""More columns of links than owner and word: what they have from the row that owns them, and for which words not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from migrator.lens.schema import Column
from migrator.lens.types import Family

Told = Sequence[tuple[str, str | None, str | None]]
"""The word of a link, what the link has in the column, and what its owner has in the column of that name."""


def along(told: Told, column: Column) -> dict[str, Any] | None:
    """What `further` says of a column that most links have from their owners; None where that explains not all."""
    by_word: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for word, link, owner in told:
        by_word[word].add((link, owner))
    other = {word for word, pairs in by_word.items() if any(link != owner for link, owner in pairs)}
    empty = {word for word in other if all(link is None for link, _owner in by_word[word])}
    fixed = {word: next(iter(by_word[word]))[0] for word in sorted(other - empty)
             if len({link for link, _owner in by_word[word]}) == 1}
    if other == by_word.keys() or other - empty - fixed.keys():
        return None
    if fixed and column.type.family not in (Family.TEXT, Family.INTEGER):
        return None
    instead = {word: int(str(link)) if column.type.family is Family.INTEGER else link for word, link in fixed.items()}
    return {"from": column.name} | ({"null-for": sorted(empty)} if empty else {}) | (
        {"instead": instead} if instead else {})
