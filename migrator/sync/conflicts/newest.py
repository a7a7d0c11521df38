"""Newest: when each row of a batch was last written on either side, by the clocks of their servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, and_, func, select, union_all
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.side import Side
from migrator.lens.sql.construct import Construct, make_in
from migrator.sync.batch.make import canonical_key
from migrator.sync.batch.shape import Shape
from migrator.sync.watch.dirty import dirty_table
from migrator.sync.watch.watched import Watched, watched

LONG_AGO, LATER = 0, 2 ** 62
"""Where nothing is noted: the target has not been written, the source has been written just now."""


class _Microseconds(Construct):
    """A moment without a zone, taken as UTC: microseconds since 1970."""

    name = "microseconds"
    type = BigInteger()


def moments(shape: Shape, side: Side) -> Select[tuple[object, ...]]:
    """When rows of the batch were last written on a side, by what is dirty there: their own columns and links."""
    batch: FromClause
    if side is shape.way.source:
        batch = shape.keys.clause
        keys: list[Cell] = [batch.c[f"key_{n}"] for n, _ in enumerate(shape.source.key, 1)]
    else:
        batch = shape.stage.clause
        keys = [batch.c[name] for name in shape.key_made]
    names = shape.key_texts(side)
    found = []
    for cells, at, entries in _entries(shape, side):
        texts = canonical_key(shape, side, tuple(cells))
        on = and_(*(cell == key for cell, key in zip(cells, keys, strict=True)))
        found.append(select(*(text.label(name) for name, text in texts.items()), _Microseconds(at).label("at"))
                     .select_from(entries.join(batch, on)))
    rows = union_all(*found).subquery("written")
    return select(*(rows.c[name] for name in names), func.max(rows.c.at).label("at")).group_by(
        *(rows.c[name] for name in names))


def joined_moments(shape: Shape, side: Side, stage: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """The moments of a side, and which of them is a row's."""
    table = shape.last_written[side].clause
    return table, and_(*(table.c[name] == stage.c[name] for name in shape.key_texts(side)))


def source_wrote_last(shape: Shape, skew: float) -> ColumnElement[bool]:
    """Whether the source's write of a row is the later one; also where neither is noted.

    skew: seconds that the new side's clock is ahead of the old side's.
    """
    here, there = (shape.last_written[side].clause.c.at for side in (shape.way.source, shape.way.target))
    ahead = round(skew * 1_000_000) * (1 if shape.way.target is Side.NEW else -1)
    return func.coalesce(there - ahead, LONG_AGO) <= func.coalesce(here, LATER)


def _entries(shape: Shape, side: Side) -> Iterator[tuple[list[Cell], Cell, FromClause]]:
    """The key in each kind of entry, its moment, and the entries."""
    for one in watched(shape.lens, side):
        for columns in _columns(shape, side, one):
            entries = dirty_table(one)
            for when in ("was", "now"):
                yield ([entries.c[f"{when}_{one.columns.index(name) + 1}"] for name in columns], entries.c.at, entries)


def _columns(shape: Shape, side: Side, one: Watched) -> Iterator[tuple[str, ...]]:
    """Under which columns a watched table has the keys of the pair's rows."""
    if one.table.name in [table.name for table in shape.pair.faces[side].tables]:
        yield one.table.key
    for group in shape.pair.groups:
        for satellite in group.satellites:
            if satellite.side is side and satellite.owner and satellite.table == one.table.name:
                yield satellite.owner


@compiles(_Microseconds)
def _microseconds(element: _Microseconds, compiler: Any, **kw: Any) -> str:
    at = compiler.process(element.parts[0], **kw)
    return {"postgresql": f"cast(extract(epoch from {at}) * 1000000 as bigint)",
            "mariadb": f"timestampdiff(microsecond, '1970-01-01', {at})",
            "sqlite": f"cast((julianday({at}) - 2440587.5) * 86400000000.0 as integer)"}[make_in(compiler)]
