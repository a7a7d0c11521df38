"""Values that one side holds itself and the other finds along a foreign key: look-ups, extracted and moved columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.lens.schema import Column, ForeignKey, Table
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import reading, sureness, with_names
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.likeness import likeness
from migrator.lens.suggest.proposal import Proposal
from migrator.text import _


@dataclass(frozen=True)
class _Found:
    """A column of one side that equals a column of the row which a foreign key of the other side names."""

    held: Side
    column: Column
    key: str
    table: Table
    refers: str
    want: str
    agree: int
    asked: int
    told: tuple[str | None, ...]

    @property
    def confidence(self) -> float:
        alike = max(likeness(self.column.name, name) for name in (self.key, self.table.name, self.want))
        return round(with_names(sureness(self.agree, self.asked, 0, self.told), alike)
                     * self.agree / self.asked, 2)


def looked_up(place: Place, free: Mapping[Side, Sequence[Column]]) -> Iterator[Proposal]:
    """Look-ups and extracted tables for columns of which nothing else is known."""
    for held in Side:
        names = {column.name for column in free[held.other]}
        for key, foreign in place.foreign(held.other):
            if key in names:
                for column in free[held]:
                    yield from (_said(place, found) for found in _along(place, held, column, key, foreign))


def _along(place: Place, held: Side, column: Column, key: str, foreign: ForeignKey) -> Iterator[_Found]:
    table = place.ground.table(held.other, foreign.table)
    refers = foreign.refers[0]
    there = {record[refers]: record for record in place.ground.records(held.other, table.name)}
    pairs = place.rows.pairs(column.name, key) if held is Side.OLD else [
        (new, old) for old, new in place.rows.pairs(key, column.name)]
    known = [(text, there[number]) for text, number in pairs if number in there and number is not None]
    lone = sum((text is None) is not (number is None) for text, number in pairs)
    for want in table.columns.values():
        if want.name == refers or not _tells_rows_apart(want, [record[want.name] for record in there.values()]):
            continue
        read = reading(column, want)
        agree = sum(text is not None and (found := record[want.name]) is not None and read(text) == read(found)
                    for text, record in known)
        if known and 2 * agree > len(known):
            yield _Found(held, column, key, table, refers, want.name, max(0, agree - lone), len(known),
                         tuple(text for text, _record in known))


def _tells_rows_apart(column: Column, texts: list[str | None]) -> bool:
    return None not in texts and len(set(texts)) == len(texts) > 0


def _said(place: Place, found: _Found) -> Proposal:
    side = found.held
    takes = {side: (found.column.name,), side.other: (found.key,)}
    shown = {side: found.column.name, side.other: found.key}
    evidence = _("{agree} of {asked} rows with equal keys have the {want} of the {table} that {key} names").format(
        agree=found.agree, asked=found.asked, want=found.want, table=found.table.name, key=found.key)
    spare = side is Side.OLD and found.table.name in place.ground.spare[Side.NEW]
    args = {"old": shown[Side.OLD], "new": shown[Side.NEW], "table": found.table.name, "key": found.refers,
            "value": found.want} | ({} if side is Side.OLD else {"side": str(Side.OLD)})
    return Proposal("extract" if spare else "lookup", args, found.confidence, evidence, takes,
                    frozenset({(Side.NEW, found.table.name)}) if spare else frozenset())
