"""Learn: what both sides agree on from now on, and what memory keeps of it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Update,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from migrator.lens.scope import Tables
from migrator.lens.side import Side
from migrator.lens.sql.fingerprint import SIGNS
from migrator.sync.batch.decide import Act, agreed_text
from migrator.sync.batch.flags import flagged
from migrator.sync.batch.look import at_key
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.writing.deleting import delete_keyed

AGREED = (Act.INSERT, Act.UPDATE, Act.SAME)
FORGOTTEN = (Act.DELETE, Act.CEDE, Act.GONE, Act.KEPT)


def settled_rows(shape: Shape) -> Select[tuple[object, ...]]:
    """What has been decided about each row of the batch, with all that the source and memory must keep of it."""
    stage, plan, places = shape.stage.clause, shape.plan.clause, len(shape.groups)
    names = [*shape.key_texts(shape.way.source), *shape.key_texts(shape.way.target)]
    for number, _ in enumerate(shape.memories):
        names += [*shape.remembered(number).values(), f"worth_{number}"]
    said = agreed_text(stage.c.said, func.coalesce(stage.c.base, ""), plan.c.leave, places)
    return select(*(stage.c[name] for name in names), plan.c.act, plan.c.leave, plan.c.clash, plan.c.kind, plan.c.why,
                  said.label("said")).select_from(
        stage.join(plan, plan.c.stage == stage.c.id)).where(plan.c.act != Act.NONE)


def forget_here(shape: Shape, make: str) -> Delete:
    """Remove what the target's half says of the rows of the batch that are agreed on anew, or gone."""
    stage, plan = shape.stage.clause, shape.plan.clause
    rows = select(*(stage.c[name] for name in shape.key_texts(shape.way.source))).select_from(
        stage.join(plan, plan.c.stage == stage.c.id)).where(or_(_news(shape), plan.c.act.in_(FORGOTTEN)))
    return delete_keyed(shape.half(shape.way.target).clause, shape.half(shape.way.target).keys(shape.way.source), rows,
                        make)


def agree_here(shape: Shape, tables: Tables) -> Insert:
    """Enter into the target's half what its rows say, now that they are written."""
    side, stage, plan = shape.way.target, shape.stage.clause, shape.plan.clause
    half, rows = shape.half(side), shape.target.main.clause(side)
    main = select(*rows.c, stage.c.id.label("migrator_stage")).select_from(
        plan.join(stage, stage.c.id == plan.c.stage).join(rows, at_key(shape, rows))).where(_news(shape)).subquery()
    row = shape.target.read(tables, main=main)
    staged, planned = stage.alias("staged"), plan.alias("planned")
    number = row.scope.base.c["migrator_stage"]
    said = agreed_text(half.said(row), func.coalesce(planned.c.base, ""), planned.c.leave, len(shape.groups))
    keys = _keys(shape)
    found = row.scope.select(*(staged.c[ours].label(theirs) for theirs, ours in keys.items()), said.label("said"))
    found = found.join(staged, staged.c.id == number).join(planned, planned.c.stage == number)
    return insert(half.clause).from_select([*keys, "said"], found)


def forget_there(shape: Shape, make: str) -> Delete:
    """Remove what the source's half says of the rows of the batch that are agreed on anew, or gone."""
    settled, half = shape.settled.clause, shape.half(shape.way.source)
    rows = select(*(settled.c[name] for name in shape.key_texts(shape.way.source))).where(
        settled.c.act.in_([*AGREED, *FORGOTTEN]))
    return delete_keyed(half.clause, half.keys(shape.way.source), rows, make)


def agree_there(shape: Shape) -> Insert:
    """Enter into the source's half what its rows said when they were read."""
    settled, half, keys = shape.settled.clause, shape.half(shape.way.source), _keys(shape)
    found = select(*(settled.c[ours].label(theirs) for theirs, ours in keys.items()), settled.c.said).where(
        settled.c.act.in_(AGREED))
    return insert(half.clause).from_select([*keys, "said"], found)


def called_so(shape: Shape) -> Update:
    """Have the source's half call rows as they are called at the target now, where nothing else is agreed on anew."""
    settled, half, way = shape.settled.clause, shape.half(shape.way.source), shape.way
    same = and_(*(half.clause.c[theirs] == settled.c[ours] for theirs, ours
                  in zip(half.keys(way.source), shape.key_texts(way.source), strict=True)))
    names = zip(half.keys(way.target), shape.key_texts(way.target), strict=True)
    return update(half.clause).values({theirs: settled.c[ours] for theirs, ours in names}).where(
        same, settled.c.act == Act.LEAVE)


def remember(shape: Shape, make: str) -> Iterator[Delete | Insert]:
    """Have memories hold what would be lost of the rows of the batch, and nothing else of them."""
    settled, way = shape.settled.clause, shape.way
    for number, memory in enumerate(shape.memories):
        clause, place = memory.clause, shape.groups.index(memory.group)
        agreed = and_(settled.c.act.in_(AGREED), ~flagged(settled.c.leave, place))
        for side in (way.source, way.target):
            rows = select(*(settled.c[name] for name in shape.key_texts(side))).where(
                or_(agreed, settled.c.act.in_(FORGOTTEN)), *(settled.c[n].is_not(None) for n in shape.key_texts(side)))
            yield delete_keyed(clause, memory.keys(side), rows, make)
        columns = {theirs: settled.c[ours] for side in Side
                   for theirs, ours in zip(memory.keys(side), shape.key_texts(side), strict=True)}
        columns |= {theirs: settled.c[ours] for theirs, ours in shape.remembered(number).items()}
        found = select(*(cell.label(name) for name, cell in columns.items())).where(
            agreed, settled.c[f"worth_{number}"] == 1)
        yield insert(clause).from_select(list(columns), found)


def _keys(shape: Shape) -> dict[str, str]:
    half = shape.half(shape.way.source)
    return {theirs: ours for side in Side
            for theirs, ours in zip(half.keys(side), shape.key_texts(side), strict=True)}


def _news(shape: Shape) -> ColumnElement[bool]:
    """Whether a planned row changes what the target's half says: it was written, or it said something else before."""
    plan = shape.plan.clause
    new = func.coalesce(plan.c.base, literal("-" * SIGNS)) != plan.c.now
    return or_(plan.c.act.in_([Act.INSERT, Act.UPDATE]), and_(plan.c.act == Act.SAME, case((new, 1), else_=0) == 1))
