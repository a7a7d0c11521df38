"""Ties: foreign keys by which rows of a batch name rows that are written after them, or in the same statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.lens.schema import ForeignKey, Table
from migrator.sync.batch.order.rules import Rule, Rules


@dataclass(frozen=True)
class Ties:
    """What of a table cannot be written at once.

    inserted: columns that are empty in a new row until all rows are there.
    changed: columns that an update leaves as they are until then.
    stubborn: foreign keys to such rows that can be neither empty nor checked later.
    levels: the same of rows that name each other within their own table: these can be written level by level.
    """

    inserted: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    stubborn: tuple[ForeignKey, ...] = ()
    levels: tuple[ForeignKey, ...] = ()


def tied(place: int, order: Sequence[Table], columns: Sequence[str], make: str, rules: Rules) -> Ties:
    """The ties of the table at a place of the order in which tables are written.

    columns: those that are written.
    SQLite checks foreign keys at the end of a transaction, and so does PostgreSQL those that are declared so; within
    one table PostgreSQL checks them at the end of a statement, MariaDB row by row.
    """
    if make == "sqlite":
        return Ties()
    table, inserted, changed = order[place], set[str](), set[str]()
    stubborn: dict[bool, list[ForeignKey]] = {True: [], False: []}
    for foreign in table.foreign:
        places = [n for n, other in enumerate(order) if other.name == foreign.table]
        if not places or max(places) < place or rules.get((table.name, foreign.columns), Rule()).deferrable:
            continue
        changed.update(foreign.columns)
        if make == "postgresql" and places == [place]:
            continue
        empty = {name for name in foreign.columns if table.columns[name].nullable and name in columns}
        inserted.update(empty)
        if not empty:
            stubborn[places == [place]].append(foreign)
    return Ties(frozenset(inserted), frozenset(changed), tuple(stubborn[False]), tuple(stubborn[True]))
