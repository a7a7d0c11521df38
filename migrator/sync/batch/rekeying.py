"""Rekeying: what is agreed on and remembered of a row goes along when its key changes at the source.

It is a step of its own before a batch. The target commits first, where it is another server: it is told by its own
keys, which do not change here, so that it may be told twice. The source commits what it has changed together with the
entries, which from then on speak of two rows and no longer of a change. Moving the target's rows is left to the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, insert, not_, or_, select, tuple_, update

from migrator.lens.copy.keys import Key
from migrator.lens.memory import PLACE
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical
from migrator.sync.batch.part import Part
from migrator.sync.batch.rekey import moves_of, rekey
from migrator.sync.batch.road import Confirm, Road
from migrator.sync.batch.take import Entries
from migrator.sync.dirty import dirty_table, noted
from migrator.sync.watched import Watched


class Rekeying:
    """The changes of keys of one way."""

    def __init__(self, road: Road, parts: Sequence[Part], confirm: Confirm) -> None:
        self._road = road
        self._parts = parts
        self._confirm = confirm

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
        moves = moves_of(self._changes(watched))
        if not moves:
            return
        source = self._road.source
        agreed = {part: self._agreed(part, moves) for part in parts}
        with self._road.at_target(self._confirm):
            for part in parts:
                self._rekey(part, self._road.way.target, agreed[part])
        for part in parts:
            for row in self._rekey(part, self._road.way.source, moves):
                half = part.shape.half(self._road.way.source)
                part.dropped.add(tuple(row[name] for name in half.keys(self._road.way.target)))
        dirty = dirty_table(watched)
        changed = _changed(watched, dirty)
        was, now = noted("was", watched), noted("now", watched)
        source.run(source.rendered(insert(dirty).from_select(
            [*was, *now], select(*(dirty.c[name] for name in was), *(dirty.c[name] for name in was)).where(changed))))
        places = [watched.columns.index(name) for name in watched.table.key]
        source.run(source.rendered(update(dirty).values(
            {was[place]: dirty.c[now[place]] for place in places}).where(changed)))

    def _rekey(self, part: Part, side: Side, news: Mapping[Key, Key]) -> list[Mapping[str, Any]]:
        """Have the tables of ours at a side say new keys of the source, by the keys of that side."""
        shape, session, source = part.shape, self._road.at(side), self._road.way.source
        for memory in shape.lens.memories_of(shape.pair).values() if side is PLACE else ():
            rekey(session, memory.clause, memory.keys(side), memory.keys(source), news)
        half = shape.half(side)
        return rekey(session, half.clause, half.keys(side), half.keys(source), news)

    def _agreed(self, part: Part, moves: Mapping[Key, Key]) -> dict[Key, Key]:
        """For the keys of rows at the target, those that their rows at the source have now."""
        way, half = self._road.way, part.shape.half(self._road.way.source)
        texts = [half.clause.c[name] for name in (*half.keys(way.source), *half.keys(way.target))]
        found, width = {}, len(half.keys(way.source))
        for was, now in moves.items():
            asked = select(*texts).where(and_(*(cell == text for cell, text in zip(texts[:width], was, strict=True))))
            for row in self._road.source.ask(asked):
                found[_texts(row[width:])] = now
        return {key: now for key, now in found.items() if None not in key}

    def _changes(self, watched: Watched) -> Iterable[tuple[Key | None, Key | None]]:
        """All that wait: rows that are called otherwise, rows that are new, and rows that are gone."""
        dirty, table = dirty_table(watched), watched.table
        was, now = ([canonical(dirty.c[noted(when, watched)[watched.columns.index(name)]], table.columns[name].type)
                     for name in table.key] for when in ("was", "now"))
        cells = [cell.label(f"k_{n}") for n, cell in enumerate([*was, *now])]
        differs = or_(*(before.is_distinct_from(after) for before, after in zip(was, now, strict=True)))
        for row in self._road.source.ask(select(*cells).where(differs).order_by(dirty.c.n)).all():
            texts = _texts(row)
            yield _whole(texts[:len(was)]), _whole(texts[len(was):])

    def _speaks_of_keys(self, entries: Entries, parts: Sequence[Part]) -> bool:
        """Whether entries tell of a change, or a row is gone and none of them says why."""
        source, taken = self._road.source, entries.taken.clause
        asked = [exists(select(taken.c.n).where(_changed(entries.watched, taken)))]
        asked += [exists(self._lost(entries, part)) for part in parts if part.count]
        answers: list[ColumnElement[Any]] = [one.label(f"c_{n}") for n, one in enumerate(asked)]
        return any(source.ask(select(*answers)).one())

    def _lost(self, entries: Entries, part: Part) -> Select[Any]:
        shape, watched, taken = part.shape, entries.watched, entries.taken.clause
        keys, rows = shape.keys.clause, shape.source.main.clause(self._road.way.source)
        mine = [keys.c[f"key_{n}"] for n, _ in enumerate(shape.source.key, 1)]
        there = exists().where(and_(*(rows.c[name] == cell for name, cell in zip(shape.source.key, mine, strict=True))))
        places = [watched.columns.index(name) for name in shape.source.key]
        was, now = ([taken.c[noted(when, watched)[place]] for place in places] for when in ("was", "now"))
        gone = select(*was).where(was[0].is_not(None), now[0].is_(None))
        told = mine[0].in_(gone) if len(mine) == 1 else tuple_(*mine).in_(gone)
        return select(keys.c.id).where(not_(there), not_(told))


def _changed(watched: Watched, entries: FromClause) -> ColumnElement[bool]:
    """Whether an entry tells of a row that is called otherwise now."""
    places = [watched.columns.index(name) for name in watched.table.key]
    was, now = ([entries.c[noted(when, watched)[place]] for place in places] for when in ("was", "now"))
    return and_(was[0].is_not(None), now[0].is_not(None),
                or_(*(before != after for before, after in zip(was, now, strict=True))))


def _texts(row: Iterable[Any]) -> Key:
    return tuple(value.decode() if isinstance(value, bytes) else value for value in row)


def _whole(key: Key) -> Key | None:
    """A key; None where there is no row."""
    return None if None in key else key
