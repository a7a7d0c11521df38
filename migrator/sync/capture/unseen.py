"""When changes of a table may have gone unseen, all rows that it says something of count as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Insert, insert, inspect, select

from migrator.lens.copy.session import Session
from migrator.lens.pair import Pair
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.column import as_stored
from migrator.sync.agreed import Agreed
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import Watched


def mark_all(session: Session, tables: Iterable[Watched], every: Iterable[Watched]) -> None:
    """Enter in the dirty tables every row of the pairs that these tables reach: those that are there, and those that
    both sides agreed on before.

    every: all that is watched on the side.
    """
    by_name = {one.table.name: one for one in every}
    for pair, side in {id(pair): (pair, one.side) for one in tables for pair, _reached in one.reaches}.values():
        for statement in _entries(session, pair, by_name[pair.faces[side].main.name]):
            session.run(session.rendered(statement))


def _entries(session: Session, pair: Pair, watched: Watched) -> Iterator[Insert]:
    side, table = watched.side, watched.table
    labels = [*noted("was", watched), *noted("now", watched)]
    there = table.clause(side)
    yield insert(dirty_table(watched)).from_select(
        labels, select(*(there.c[name].label(label) for name, label in zip(watched.columns * 2, labels, strict=True))))
    half = Agreed(pair, side)
    if not inspect(session.connection).has_table(half.name, schema=session.schema(side)):
        return  # nothing has been agreed on yet
    types = [table.columns[name].type for name in table.key]
    keys = noted("was", watched)[:len(types)]
    agreed = select(*(typed(half.clause.c[text], type_).label(label)
                      for text, type_, label in zip(half.keys(side), types, keys, strict=True)))
    yield insert(dirty_table(watched)).from_select(keys, as_stored(agreed, dict(zip(keys, types, strict=True))))
