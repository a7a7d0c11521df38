"""One text on the one side that is several columns on the other: a full name, an address."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from migrator.lens.schema import Column
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import confidence
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.proposal import Proposal
from migrator.lens.types import Family
from migrator.text import _

LONGEST_SEPARATOR = 3
MOST_EXCEPTIONS = 50
"""Different first parts of an unusual length up to which they are taken for words of a list."""

Row = tuple[str, tuple[str, ...]]
"""A text, and the parts that the other side has."""


def parted(place: Place, free: Mapping[Side, Sequence[Column]]) -> Iterator[Proposal]:
    """Texts that are several columns of the other side, put together."""
    for whole in Side:
        parts = [column.name for column in free[whole.other] if column.type.family is Family.TEXT]
        for column in free[whole]:
            if column.type.family is Family.TEXT and len(parts) > 1:
                order = _order(_rows(place, whole, column.name, parts), parts)
                found = _told(place, whole, column.name, order) if len(order) > 1 else None
                if found is not None:
                    yield found


def _rows(place: Place, whole: Side, column: str, parts: Sequence[str]) -> list[Row]:
    return [(text, tuple(other[name] or "" for name in parts))
            for record, other in zip(place.rows.of(whole), place.rows.of(whole.other), strict=True)
            if (text := record[column])]


def _order(rows: Sequence[Row], parts: Sequence[str]) -> list[str]:
    """Those parts that nearly always stand in the text, by the place where they do."""
    found: dict[str, float] = {}
    for number, name in enumerate(parts):
        places = [text.find(cells[number]) for text, cells in rows if cells[number]]
        if places and sum(at >= 0 for at in places) >= 0.95 * len(places):
            found[name] = sum(places) / len(places)
    return sorted(found, key=lambda name: found[name])


def _told(place: Place, whole: Side, column: str, order: Sequence[str]) -> Proposal | None:
    rows = _rows(place, whole, column, order)
    separator = _separator(rows)
    if separator is None:
        return None
    loose = [row for row in rows if _parts_of(row[0], separator, len(order)) == [cell.strip() for cell in row[1]]
             or separator.join(row[1]) == row[0]]
    how = {"by": separator} | _trimmed(rows, separator) if separator else _places(rows)
    if how is None or 2 * len(loose) < len(rows):
        return None
    ends = {str(whole): column, str(whole.other): list(order)}
    return Proposal("split" if whole is Side.OLD else "join", {"old": ends["old"], "new": ends["new"], **how},
                    confidence(len(loose), len(rows), 1, rows),
                    _("in {agree} of {asked} rows with equal keys {whole} is {parts}, put together").format(
                        agree=len(loose), asked=len(rows), whole=column, parts=" + ".join(order)),
                    {whole: (column,), whole.other: tuple(order)},
                    todo=_("{column}: texts that begin with {words} are cut elsewhere; which others are?").format(
                        column=column, words=", ".join(word for words in how["unless"].values() for word in words))
                    if "unless" in how else None)


def _separator(rows: Sequence[Row]) -> str | None:
    """What stands between parts in most rows, without the blanks around it; "" when nothing does."""
    between: Counter[str] = Counter()
    for text, cells in rows:
        at = 0
        for part, following in pairwise(cells):
            end = text.find(following, at + len(part)) if part and following else -1
            if end < 0:
                break
            gap = text[at + len(part):end]
            between[gap.strip() or gap] += 1
            at = end
    best = between.most_common(1)[0][0] if between else None
    return best if best is not None and len(best) <= LONGEST_SEPARATOR else None


def _parts_of(text: str, separator: str, count: int) -> list[str]:
    found = [part.strip() for part in text.split(separator, count - 1)] if separator else [text]
    return found + [""] * (count - len(found))


def _trimmed(rows: Sequence[Row], separator: str) -> dict[str, Any]:
    exact = all(text.split(separator, len(cells) - 1) == list(cells) for text, cells in rows if all(cells))
    return {} if exact else {"trim": True}


def _places(rows: Sequence[Row]) -> dict[str, Any] | None:
    """After how many letters the parts begin, and the first parts that are longer or shorter than most."""
    lengths = Counter(tuple(len(cell) for cell in cells[:-1]) for _text, cells in rows)
    usual = lengths.most_common(1)[0][0]
    if 0 in usual:
        return None
    at = [sum(usual[:n + 1]) for n in range(len(usual))]
    unusual: dict[str, set[str]] = defaultdict(set)
    for text, cells in rows:
        if tuple(len(cell) for cell in cells[:-1]) != usual and "".join(cells) == text and cells[0]:
            unusual[str(len(cells[0]))].add(cells[0])
    if (unusual and len(at) > 1) or sum(map(len, unusual.values())) > MOST_EXCEPTIONS:
        return None
    unless = {length: sorted(words) for length, words in sorted(unusual.items())}
    return {"at": at[0] if len(at) == 1 else at} | ({"unless": unless} if unless else {})
