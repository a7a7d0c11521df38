"""Values that one side holds itself and the other finds along a foreign key: look-ups, and records that were made of
columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrator.lens.schema import Column, ForeignKey, Table
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import confidence
from migrator.lens.suggest.ground import Place
from migrator.lens.suggest.likeness import likeness
from migrator.lens.suggest.proposal import Proposal
from migrator.lens.suggest.readings import reading
from migrator.lens.suggest.sample import Record
from migrator.text import _

Found = tuple[str | None, Record]
"""What a row holds itself on one side, and the record that it names on the other."""


@dataclass(frozen=True)
class _Key:
    """A foreign key of one side, the records that it names, and how often rows of the pair have a record at all."""

    side: Side
    column: str
    foreign: ForeignKey
    table: Table
    records: Mapping[str | None, Record]

    @property
    def refers(self) -> str:
        """The column of the table that the key holds."""
        return self.foreign.refers[0]

    def names_rows(self, want: str) -> bool:
        """Whether a column of the table tells all sampled records apart."""
        texts = [record[want] for record in self.records.values()]
        return want != self.refers and None not in texts and len(set(texts)) == len(texts) > 0


def looked_up(place: Place, free: Mapping[Side, Sequence[Column]]) -> Iterator[Proposal]:
    """Look-ups, and tables that hold what were columns, for columns of which nothing else is known."""
    for side in Side:
        names = {column.name for column in free[side]}
        for column, foreign in place.foreign(side):
            table = place.ground.table(side, foreign.table)
            if column in names and table.key:
                records = {record[foreign.refers[0]]: record for record in place.ground.records(side, table.name)}
                yield from _along(place, _Key(side, column, foreign, table, records), free[side.other])


def _along(place: Place, key: _Key, held: Sequence[Column]) -> Iterator[Proposal]:
    for column in held:
        found = _found(place, key, column)
        for want in key.table.columns.values():
            agree = _agreeing(found, column, want)
            if not found or 2 * agree <= len(found) or not key.names_rows(want.name):
                continue
            alike = max(likeness(column.name, name) for name in (key.column, key.table.name, want.name))
            sure = confidence(agree, len(found), 0, (text for text, _record in found), alike)
            evidence = _("{agree} of {asked} rows with equal keys have the {want} of the {table} that {key} names"
                         ).format(agree=agree, asked=len(found), want=want.name, table=key.table.name, key=key.column)
            if key.table.name in place.ground.spare[key.side]:
                columns = {column.name: want.name} | dict(_also(place, key, held, column.name, want.name))
                yield _records(key, columns, sure, evidence)
            else:
                yield _lookup(key, column.name, want.name, sure, evidence)


def _found(place: Place, key: _Key, column: Column) -> list[Found]:
    rows = zip(place.rows.of(key.side.other), place.rows.of(key.side), strict=True)
    return [(mine[column.name], key.records[theirs[key.column]]) for mine, theirs in rows
            if theirs[key.column] in key.records]


def _agreeing(found: Sequence[Found], column: Column, want: Column) -> int:
    read = reading(column, want)
    return sum(text is not None and (other := record[want.name]) is not None and read(text) == read(other)
               for text, record in found)


def _also(place: Place, key: _Key, held: Sequence[Column], first: str, named: str) -> Iterator[tuple[str, str]]:
    """More columns that the records hold now, each with its column there."""
    taken = {named, key.refers}
    for column in held:
        found = [(text, record) for text, record in _found(place, key, column) if column.name != first]
        for want in key.table.columns.values():
            told = [text for text, record in found if text is not None or record[want.name] is not None]
            if want.name not in taken and told and _agreeing(found, column, want) == len(told):
                taken.add(want.name)
                yield column.name, want.name
                break


def _lookup(key: _Key, column: str, want: str, sure: float, evidence: str) -> Proposal:
    ends = {str(key.side): key.column, str(key.side.other): column}
    args = {"old": ends["old"], "new": ends["new"], "table": key.table.name, "key": key.refers, "value": want}
    return Proposal("lookup", args | ({} if key.side is Side.NEW else {"side": "old"}), sure, evidence,
                    {key.side: (key.column,), key.side.other: (column,)})


def _records(key: _Key, columns: Mapping[str, str], sure: float, evidence: str) -> Proposal:
    record: dict[str, Any] = {"table": key.table.name, "columns": _one(list(columns.values())), "reference": key.column}
    if key.refers != "id":
        record["key"] = key.refers
    ends: dict[str, Any] = {str(key.side): record, str(key.side.other): _one(list(columns))}
    further = sorted(set(key.table.columns) - {key.refers, *columns.values()})
    todo = _("{table}: what do new records have in {columns}? Say so under further").format(
        table=key.table.name, columns=", ".join(further)) if further else None
    return Proposal("extract" if key.side is Side.NEW else "inline", {"old": ends["old"], "new": ends["new"]}, sure,
                    evidence, {key.side: (key.column,), key.side.other: tuple(columns)},
                    frozenset({(key.side, key.table.name)}), todo)


def _one(names: list[str]) -> list[str] | str:
    return names if len(names) > 1 else names[0]
