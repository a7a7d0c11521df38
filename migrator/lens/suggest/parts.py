"""One text on the one side that is several columns on the other: a full name, an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from migrator.lens.schema import Column
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import sureness
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.proposal import Proposal
from migrator.lens.types import Family
from migrator.text import _

LONGEST_SEPARATOR = 3


def parted(place: Place, free: Mapping[Side, Sequence[Column]]) -> Iterator[Proposal]:
    """Texts that are several columns of the other side, put together with one separator."""
    for whole in Side:
        texts = [column for column in free[whole.other] if column.type.family is Family.TEXT]
        for column in free[whole]:
            if column.type.family is Family.TEXT and len(texts) > 1:
                found = _parts(place, whole, column, texts)
                if found is not None:
                    yield found


def _parts(place: Place, whole: Side, column: Column, texts: Sequence[Column]) -> Proposal | None:
    mine, theirs = place.rows.of(whole), place.rows.of(whole.other)
    rows = [(text, {c.name: other[c.name] or "" for c in texts}) for record, other in zip(mine, theirs, strict=True)
            if (text := record[column.name])]
    order = _order(rows, [c.name for c in texts])
    if len(order) < 2:
        return None
    separator, exact = _separator(rows, order)
    loose = sum(_loose(text, [cells[name] for name in order], separator) for text, cells in rows)
    if separator is None or 2 * loose < len(rows):
        return None
    names = tuple(order)
    sure = sureness(loose, len(rows), 1, len({text for text, _cells in rows})) * loose / len(rows)
    args = {"old": column.name, "new": list(names)} if whole is Side.OLD else {"old": list(names), "new": column.name}
    todo = None if exact == len(rows) else _(
        "{column}: in {count} of {asked} rows blanks stand around the separator that the parts do not have").format(
            column=column.name, count=len(rows) - exact, asked=len(rows))
    return Proposal("split" if whole is Side.OLD else "join", {**args, "separator": separator}, round(sure, 2),
                    _("{agree} of {asked} rows with equal keys are {parts} put together with {separator!r}").format(
                        agree=loose, asked=len(rows), parts=" + ".join(names), separator=separator),
                    {whole: (column.name,), whole.other: names}, todo=todo)


def _order(rows: Sequence[tuple[str, Mapping[str, str]]], names: Sequence[str]) -> list[str]:
    """Those columns that nearly always stand in the text, by the place where they do."""
    starts: dict[str, list[int]] = {name: [text.find(cells[name]) for text, cells in rows if cells[name]]
                                    for name in names}
    inside = [name for name, places in starts.items()
              if places and sum(at >= 0 for at in places) >= 0.95 * len(places)]
    return sorted(inside, key=lambda name: sum(starts[name]) / len(starts[name]))


def _separator(rows: Sequence[tuple[str, Mapping[str, str]]], order: Sequence[str]) -> tuple[str | None, int]:
    """What stands between the parts in most rows, and in how many rows exactly that does."""
    between: Counter[str] = Counter()
    for text, cells in rows:
        at = 0
        for name in order[:-1]:
            at += len(cells[name])
            end = text.find(cells[order[order.index(name) + 1]], at)
            if end < 0 or not cells[name]:
                break
            between[text[at:end].strip() or text[at:end]] += 1
            at = end
    if not between:
        return None, 0
    separator = between.most_common(1)[0][0]
    if len(separator) > LONGEST_SEPARATOR:
        return None, 0
    return separator, sum(separator.join(cells[name] for name in order) == text for text, cells in rows)


def _loose(text: str, parts: Sequence[str], separator: str | None) -> bool:
    """Whether the parts give the text but for blanks around the separator."""
    if separator is None or separator.join(parts) == text:
        return separator is not None
    return bool(separator) and [part.strip() for part in text.split(separator)] == [part.strip() for part in parts]
