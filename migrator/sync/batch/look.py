"""Look: what the target says of the rows of a batch, while nobody else can change them."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    literal,
    not_,
    or_,
    select,
)

from migrator.lens.constant import constant
from migrator.lens.group import Group
from migrator.lens.lens import in_pair
from migrator.lens.rows import constants
from migrator.lens.scope import Cell, Row, Tables
from migrator.lens.sql.canonical import canonical, same
from migrator.sync.batch.flags import flags
from migrator.sync.batch.shape import Shape


def lockable(shape: Shape) -> Select[tuple[object, ...]]:
    """The rows of the batch that the target has, by their number in the stage, with a lock on each.

    Rows that somebody else is writing are left out: they come back later, and nobody waits for us.
    """
    rows, stage = shape.target.main.clause(shape.way.target), shape.stage.clause
    return select(stage.c.id.label("stage")).select_from(stage.join(rows, at_key(shape, rows))).with_for_update(
        of=rows, skip_locked=True)


def there(shape: Shape) -> Select[tuple[object, ...]]:
    """The same without locks, for a server whose transaction has locked everything."""
    rows, stage = shape.target.main.clause(shape.way.target), shape.stage.clause
    return select(stage.c.id.label("stage")).select_from(stage.join(rows, at_key(shape, rows)))


def seen_rows(shape: Shape, tables: Tables) -> Select[tuple[object, ...]]:
    """What the locked rows say: fingerprints of their groups, which of these the source says otherwise, whether they
    belong to the pair at all, and whether what its row conditions fix is right.
    """
    side, stage = shape.way.target, shape.stage.clause
    row = shape.target.read(tables, main=locked_rows(shape))
    here = stage.alias("staged")
    differing = [_differs(shape, place, group, row, here) for place, group in enumerate(shape.groups)]
    number: Cell = row.scope.base.c["migrator_stage"]
    cells = {"stage": number, "now": shape.half(side).said(row), "differs": flags(differing),
             "mine": case((in_pair(shape.pair, side, row), 1), else_=0),
             "fixed": case((_as_fixed(shape, row), 1), else_=0)}
    return row.scope.select(*(cell.label(name) for name, cell in cells.items())).join(here, here.c.id == number)


def at_key(shape: Shape, rows: FromClause, stage: FromClause | None = None) -> ColumnElement[bool]:
    """Whether a row of the target's main table is the one that a row of the stage speaks of."""
    staged = shape.stage.clause if stage is None else stage
    return and_(*(rows.c[name] == staged.c[shape.made[name]] for name in shape.target.key))


def locked_rows(shape: Shape) -> FromClause:
    """The locked rows of the target's main table, with their number in the stage."""
    rows, stage, locked = shape.target.main.clause(shape.way.target), shape.stage.clause, shape.locked.clause
    return select(*rows.c, stage.c.id.label("migrator_stage")).select_from(
        locked.join(stage, stage.c.id == locked.c.stage).join(rows, at_key(shape, rows))).subquery()


def _differs(shape: Shape, place: int, group: Group, row: Row, stage: FromClause) -> ColumnElement[bool]:
    """Whether a group says something else at the target than what was made of the source."""
    end = group.ends[shape.way.target]
    if names := shape.values(place):
        texts = (canonical(value, type_) for value, type_ in zip(end.values(row), end.types, strict=True))
        return or_(false(), *(stage.c[name].is_distinct_from(text) for name, text in zip(names, texts, strict=True)))
    return or_(false(), *(not_(same(row[name], stage.c[shape.made[name]], shape.target.type(name)))
                          for name in end.columns if name in shape.made))


def _as_fixed(shape: Shape, row: Row) -> ColumnElement[bool]:
    fixed = constants(shape.target.rows)
    types = {name: shape.target.type(name) for name in fixed}
    return and_(literal(1) == 1, *(same(row[name], constant(value, types[name]), types[name])
                                   for name, value in fixed.items()))


def in_the_way(shape: Shape) -> ColumnElement[bool]:
    """Whether the target has a row of the stage that could not be locked."""
    rows, stage = shape.target.main.clause(shape.way.target).alias("held"), shape.stage.clause
    return exists().where(at_key(shape, rows)).correlate(stage)
