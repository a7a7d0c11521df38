"""Kin: rows that have the key of a renamed row in their own, and are called otherwise with it.

What is agreed on and remembered of them goes along at once, else their own pair would move them a second time: when two
parents change over their keys, that would give each the other's children.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table as SqlTable
from sqlalchemy import and_, update

from migrator.lens.copy.keys import Key
from migrator.lens.copy.session import Session
from migrator.lens.memory import PLACE
from migrator.lens.schema import ForeignKey, Table
from migrator.lens.side import Side
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.order.rules import Rule
from migrator.sync.batch.renamed.followers import Follower
from migrator.sync.batch.road import Road
from migrator.sync.batch.shape import Shape


@dataclass(frozen=True)
class Kin:
    """Knows by which columns rows of mapped tables have a row's key in theirs."""

    company: Company
    road: Road

    def follow(self, table: Table, was: Key, now: Key, rows: Sequence[Follower]) -> list[Follower]:
        """Have both sides call those rows of the target as they are called since a row of a table was renamed.

        rows: some that may be among them, by their keys before; by those that they have now is what is returned.
        """
        called = list(rows)
        for shape, columns in self._of(table, table.key):
            places = [shape.target.key.index(name) for name in columns]
            called = [(one, _replaced(own, places, was, now) if one is shape else own) for one, own in called]
            for side in Side:
                half = shape.half(side)
                _rename(self.road.at(side), half.clause, half.keys(self.company.side), places, was, now, {})
            for memory in shape.lens.memories_of(shape.pair).values():
                _rename(self.road.at(PLACE), memory.clause, memory.keys(self.company.side), places, was, now,
                        memory.twice(self.company.side))
        return called

    def _of(self, table: Table, key: Sequence[str]) -> Iterator[tuple[Shape, Sequence[str]]]:
        """The pairs of such rows, each with the columns of their key that hold the one of the row."""
        for child, foreign in self.company.referring(table.name):
            columns = [mine for name in key for mine, theirs in zip(foreign.columns, foreign.refers, strict=True)
                       if theirs == name]
            if child is not table and len(columns) == len(key) and set(columns) <= set(child.key) and (
                    set(foreign.refers) == set(key) or self._cascades(child, foreign)):
                yield from ((shape, columns) for shape in self.company.shapes if shape.target.main is child)
                yield from self._of(child, columns)

    def _cascades(self, child: Table, foreign: ForeignKey) -> bool:
        return self.company.rules.get((child.name, foreign.columns), Rule()).updates == "CASCADE"


def _replaced(key: Key, places: Sequence[int], was: Key, now: Key) -> Key:
    if tuple(key[place] for place in places) != was:
        return key
    words = dict(zip(places, now, strict=True))
    return tuple(words.get(place, word) for place, word in enumerate(key))


def _rename(session: Session, table: SqlTable, keys: Sequence[str], places: Sequence[int], was: Key, now: Key,
            twice: Mapping[str, str]) -> None:
    columns = [table.c[keys[place]] for place in places]
    values = {column.name: text for column, text in zip(columns, now, strict=True)}
    values |= {again: values[name] for again, name in twice.items() if name in values}
    session.run(session.rendered(update(table).values(values).where(
        and_(*(column == text for column, text in zip(columns, was, strict=True))))))
