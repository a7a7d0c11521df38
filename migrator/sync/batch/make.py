"""Make: what the source's rows become at the target, and what the source says of them, in one look at each row."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, false, func, literal, not_, or_, select

from migrator.lens.lens import filled_by, in_pair, source_row
from migrator.lens.memory import Memory, lost
from migrator.lens.scope import Cell, Row, Tables, Values
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.sql.column import as_stored
from migrator.lens.sql.json import spelled, under
from migrator.lens.types import Family, Type
from migrator.sync.batch.shape import Shape
from migrator.sync.conflicts.standing import standing

TEXT = Type(Family.TEXT, "text")
TRIES = "migrator_tries"
"""The column that says of a dirty row that it has waited often enough; NULL while it has not."""


def dirty_rows(shape: Shape) -> FromClause:
    """The source's main table, narrowed to the keys of the batch."""
    rows, keys = shape.source.main.clause(shape.way.source), shape.keys.clause
    on = and_(*(rows.c[name] == keys.c[f"key_{n}"] for n, name in enumerate(shape.source.key, 1)))
    return select(*rows.c, keys.c.tries.label(TRIES)).select_from(keys.join(rows, on)).subquery()


def made_rows(shape: Shape, tables: Tables) -> Select[tuple[object, ...]]:
    """The stage's rows for all keys of the batch that the source has, labelled with the stage's columns.

    Nothing is read twice: what is made, what memory would keep and what the source said belong to the same moment.
    """
    way, pair = shape.way, shape.pair
    row = source_row(pair, way, tables, main=dirty_rows(shape))
    over = _over(shape, row)
    cells = _made(shape, row, over)
    key = tuple(cells[name] for name in shape.target.key)
    known = _known(shape, row)
    labels: dict[str, Cell] = {
        **canonical_key(shape, way.source, row(*shape.source.key)),
        **canonical_key(shape, way.target, key), "here": literal(1),
        "waits": _waits(shape, row), "said": shape.half(way.source).said(row), "base": known,
        **{shape.made[name]: cell for name, cell in cells.items() if name in shape.made}}
    for place, group in enumerate(shape.groups):
        labels |= {name: canonical(value, type_) for name, value, type_
                   in zip(shape.values(place), over[group.name], group.ends[way.target].types, strict=False)}
    for number, memory in enumerate(shape.memories):
        labels |= _remembered(shape, number, memory, row, over[memory.group.name])
    return row.scope.select(*(cell.label(name) for name, cell in labels.items())).where(
        in_pair(pair, way.source, row))


def asked_keys(shape: Shape) -> Select[tuple[object, ...]]:
    """The keys of the batch as canonical texts."""
    keys, side = shape.keys.clause, shape.way.source
    cells = tuple(keys.c[f"key_{n}"] for n, _ in enumerate(shape.source.key, 1))
    return select(*(text.label(name) for name, text
                    in canonical_key(shape, side, cells).items()))


def absent_rows(shape: Shape) -> Select[tuple[object, ...]]:
    """The stage's rows for keys that the source does not have: asked for, and not among those that were made.

    What they are called at the target stands in its half of the agreement, or in a conflict about them.
    """
    way, asked, stage = shape.way, shape.absent.clause, shape.stage.clause.alias("made")
    names, half = shape.key_texts(way.source), shape.half(way.target)
    there = exists().where(and_(*(stage.c[name] == asked.c[name] for name in names))).correlate(asked)
    on = and_(*(half.clause.c[theirs] == asked.c[ours]
                for theirs, ours in zip(half.keys(way.source), names, strict=True)))
    at_odds, about = standing(shape, asked)
    labels: dict[str, Cell] = {name: asked.c[name] for name in names} | {"here": literal(0)}
    types = dict.fromkeys([*names, "here", *shape.key_texts(way.target)], TEXT)
    for text, cell, theirs, column in zip(shape.key_texts(way.target), shape.key_made, half.keys(way.target),
                                          shape.target.key, strict=True):
        said = func.coalesce(half.clause.c[theirs], spelled(under(at_odds.c[f"{way.target}_key"], column)))
        labels |= {text: said, cell: typed(said, shape.target.type(column))}
        types[cell] = shape.target.type(column)
    query = select(*(cell.label(name) for name, cell in labels.items())).select_from(
        asked.outerjoin(half.clause, on).outerjoin(at_odds, about)).where(not_(there))
    return as_stored(query, types)


def _waits(shape: Shape, row: Row) -> Cell:
    """Whether the row is made later, when what it names may have come: it waits a few times, and then goes as it is."""
    named = or_(false(), *(group.waiting(shape.way, row) for group in shape.pair.groups))
    return case((and_(row.scope.base.c[TRIES].is_(None), named), 1), else_=0) if shape.may_wait else literal(0)


def _over(shape: Shape, row: Row) -> dict[str, Values]:
    """What each group says at the target, by its name."""
    memories = shape.lens.memories_of(shape.pair)
    return {group.name: memories[group.name].over(shape.way, row) if group.name in memories
            else group.over(shape.way, row) for group in shape.pair.groups}


def _made(shape: Shape, row: Row, over: Mapping[str, Values]) -> dict[str, Cell]:
    return filled_by(shape.pair, shape.way, {group.name: group.ends[shape.way.target].written(over[group.name],
                                                                                           row.scope)
                                             for group in shape.pair.groups})


def canonical_key(shape: Shape, side: Side, cells: Values) -> dict[str, Cell]:
    """The key that a row has on a side as canonical texts, by the names that the batch's tables have for them."""
    face = shape.pair.faces[side]
    return {name: canonical(cell, face.type(column))
            for name, cell, column in zip(shape.key_texts(side), cells, face.key, strict=True)}


def _known(shape: Shape, row: Row) -> Cell:
    """What the source said when both last agreed; NULL where they never did."""
    side, half = shape.way.source, shape.half(shape.way.source)
    texts = canonical_key(shape, side, row(*shape.source.key)).values()
    on = dict(zip(half.keys(side), texts, strict=True))
    return row.scope.join((half.name,), on, lambda: half.clause).c.said


def _remembered(shape: Shape, number: int, memory: Memory, row: Row, over: Values) -> dict[str, Cell]:
    """What memory would keep of a row, and whether that is worth it: the row would not survive the way back, or memory
    has known it all along.
    """
    way, columns = shape.way, shape.remembered(number)
    said = memory.group.ends[way.source].values(row)
    texts = memory.value_texts(way.source, said) | memory.value_texts(way.target, over)
    unchanged: ColumnElement[bool] = memory.unchanged(way, row, memory.known(way, row))
    worth = case((or_(unchanged, lost(memory.group, way, row.leniently())), 1), else_=0)
    return {columns[name]: text for name, text in texts.items()} | {f"worth_{number}": worth}


