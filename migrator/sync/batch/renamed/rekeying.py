"""Rekeying: what is agreed on and remembered of a row goes along when its key changes at the source.

It is a step of its own before a batch. The target commits first, where it is another server: it is told by its own
keys, which do not change here, so that it may be told twice. The source commits what it has changed together with the
entries, which from then on speak of two rows and no longer of a change. Moving the target's rows is left to the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, insert, not_, or_, select, tuple_, union, update

from migrator.lens.copy.keys import Key
from migrator.lens.memory import PLACE
from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical, same
from migrator.sync.batch.part import Part
from migrator.sync.batch.renamed.rekey import chunks, moves_of, rekey, rows_by
from migrator.sync.batch.road import Confirm, Road
from migrator.sync.batch.script import Script
from migrator.sync.batch.take import Entries
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.reach import MOMENTS
from migrator.sync.watch.watched import Watched

Change = tuple[int, Key | None, Key | None]
"""The number of an entry, with the keys before and after, None where there is no row."""


class Rekeying:
    """The changes of keys of one way."""

    def __init__(self, road: Road, parts: Sequence[Part], confirm: Confirm) -> None:
        self._road = road
        self._parts = parts
        self._confirm = confirm
        self._script = Script()

    def run(self, entries: Iterable[Entries]) -> None:
        """Follow all changes of keys that wait in the tables of a batch, where the batch has to do with one."""
        for one in entries:
            parts = [part for part in self._parts if part.shape.source.main == one.watched.table]
            with self._road.source.connection.begin():
                found = parts and self._speaks_of_keys(one, parts)
            if found:
                with self._road.at_source(self._confirm):
                    self._follow(one.watched, parts)

    def _follow(self, watched: Watched, parts: Sequence[Part]) -> None:
        changes = self._changes(watched)
        moves = moves_of((was, now) for _n, was, now in changes)
        agreed = {part: self._agreed(part, moves) for part in parts}
        with self._road.at_target(self._confirm):
            for part in parts:
                self._rekey(part, self._road.way.target, agreed[part])
        for part in parts:
            half = part.shape.half(self._road.way.source)
            for row in self._rekey(part, self._road.way.source, moves):
                part.dropped.add(tuple(row[name] for name in half.keys(self._road.way.target)))
        self._spent(watched, [n for n, was, now in changes if was and now])

    def _rekey(self, part: Part, side: Side, news: Mapping[Key, Key]) -> list[Mapping[str, Any]]:
        """Have the tables of ours at a side say new keys of the source, by the keys of that side."""
        shape, session, source = part.shape, self._road.at(side), self._road.way.source
        for memory in shape.lens.memories_of(shape.pair).values() if side is PLACE else ():
            rekey(session, memory.clause, memory.keys(side), memory.keys(source), news, memory.twice(source))
        half = shape.half(side)
        return rekey(session, half.clause, half.keys(side), half.keys(source), news)

    def _agreed(self, part: Part, moves: Mapping[Key, Key]) -> dict[Key, Key]:
        """For the keys of rows at the target, those that their rows at the source have now."""
        way, half = self._road.way, part.shape.half(self._road.way.source)
        found = rows_by(self._road.source, half.clause, half.keys(way.source), moves)
        called = {was: tuple(row[name] for name in half.keys(way.target)) for was, row in found.items()}
        return {key: moves[was] for was, key in called.items() if None not in key}

    def _changes(self, watched: Watched) -> list[Change]:
        """All that wait and have to do with keys that are changed: also rows that are new, and rows that are gone."""
        dirty, table = dirty_table(watched), watched.table
        was, now = (_keys(watched, dirty, when) for when in MOMENTS)
        of = dirty.alias("changed")
        named = union(*(select(*_keys(watched, of, when)).where(_changed(watched, of)) for when in MOMENTS)).subquery()
        among = [tuple_(*cells).in_(select(*named.c)) if len(cells) > 1 else cells[0].in_(select(*named.c))
                 for cells in (was, now)]
        differs = or_(*(not_(same(before, after, table.columns[name].type))
                        for name, before, after in zip(table.key, was, now, strict=True)))
        cells = [canonical(cell, table.columns[name].type).label(f"k_{n}") for n, (name, cell)
                 in enumerate(zip([*table.key, *table.key], [*was, *now], strict=True))]
        found = self._road.source.ask(select(dirty.c.n, *cells).where(or_(*among), differs).order_by(dirty.c.n)).all()
        texts = [[text.decode() if isinstance(text, bytes) else text for text in row] for row in found]
        return [(int(n), _whole(keys[:len(was)]), _whole(keys[len(was):])) for n, *keys in texts]

    def _spent(self, watched: Watched, entries: Sequence[int]) -> None:
        """Have entries speak of the row that had a key and of the one that has it, and no longer of a change."""
        source, dirty = self._road.source, dirty_table(watched)
        was, now = noted("was", watched), noted("now", watched)
        places = [watched.columns.index(name) for name in watched.table.key]
        for some in chunks(entries):
            mine = dirty.c.n.in_(some)
            before = [dirty.c[name] for name in was]
            source.run(source.rendered(insert(dirty).from_select([*was, *now], select(*before, *before).where(mine))))
            source.run(source.rendered(update(dirty).where(mine).values(
                {was[place]: dirty.c[now[place]] for place in places})))

    def _speaks_of_keys(self, entries: Entries, parts: Sequence[Part]) -> bool:
        """Whether entries tell of a change, or a row is gone and none of them says why."""
        asked = [part for part in parts if part.count]
        name = f"{entries.number} {[part.shape.number for part in asked]}"
        return bool(self._script.ask(name, self._road.source, lambda: self._question(entries, asked))[0])

    def _question(self, entries: Entries, parts: Sequence[Part]) -> Select[Any]:
        taken, waiting = entries.taken.clause, dirty_table(entries.watched)
        told = exists(select(taken.c.n).where(_changed(entries.watched, taken)))
        lost = (exists(self._lost(entries, part)) for part in parts)
        changed = exists(select(waiting.c.n).where(_changed(entries.watched, waiting)))
        return select(and_(or_(told, *lost), changed).label("found"))

    def _lost(self, entries: Entries, part: Part) -> Select[Any]:
        shape, watched, taken = part.shape, entries.watched, entries.taken.clause
        keys, rows = shape.keys.clause, shape.source.main.clause(self._road.way.source)
        mine = [keys.c[f"key_{n}"] for n, _ in enumerate(shape.source.key, 1)]
        there = exists().where(and_(*(rows.c[name] == cell for name, cell in zip(shape.source.key, mine, strict=True))))
        was, now = (_keys(watched, taken, when) for when in MOMENTS)
        gone = select(*was).where(was[0].is_not(None), now[0].is_(None))
        told = mine[0].in_(gone) if len(mine) == 1 else tuple_(*mine).in_(gone)
        return select(keys.c.id).where(not_(there), not_(told))


def _keys(watched: Watched, entries: FromClause, when: str) -> list[Cell]:
    """The key of a row of the table before or after the change that an entry tells of."""
    return [entries.c[noted(when, watched)[watched.columns.index(name)]] for name in watched.table.key]


def _changed(watched: Watched, entries: FromClause) -> ColumnElement[bool]:
    """Whether an entry tells of a row that is called otherwise now."""
    was, now = (_keys(watched, entries, when) for when in MOMENTS)
    return and_(was[0].is_not(None), now[0].is_not(None),
                or_(*(before != after for before, after in zip(was, now, strict=True))))


def _whole(key: Sequence[str | None]) -> Key | None:
    """A key; None where there is no row."""
    texts = tuple(text for text in key if text is not None)
    return texts if len(texts) == len(key) else None
