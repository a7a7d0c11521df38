"""Claims: a row of a table that several pairs share goes from one pair to another.

A row that changes its pair is gone for one and new for the other, under the same key. It is neither deleted nor made
anew: the one cedes it and the other changes it, so that it keeps what the source does not know.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Update, false, not_, or_, select, update

from migrator.sync.batch.decide import Act
from migrator.sync.batch.order.check import Check
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.writing.staged import Staged


def ceded(company: Company, shape: Shape) -> Update:
    """The statement that has a pair cede what it would delete, or keep, and another pair writes."""
    mine, plan = Staged(shape, shape.target.main), shape.plan.clause
    wanted = _of_others(company, mine, Act.UPDATE, Act.HOLD)
    found = select(mine.stage.c.id).select_from(mine.rows).where(mine.acts(Act.DELETE, Act.KEPT), wanted).subquery("w")
    return update(plan).where(plan.c.stage.in_(select(found.c.id))).values(act=Act.CEDE.said)


def claims(company: Company, shape: Shape) -> Iterator[Check]:
    """Checks for rows of which one pair lets go while no other takes them, or the other way round."""
    mine, seen, number = Staged(shape, shape.target.main), shape.seen.clause, shape.stage.clause.c.id.label("stage")
    rows, name = mine.rows.join(seen, seen.c.stage == mine.stage.c.id), shape.target.main.name
    yield Check("claim", name, select(number).select_from(rows).where(
        mine.acts(Act.UPDATE), seen.c.mine == 0, not_(_of_others(company, mine, Act.CEDE))))
    if company.others(shape):
        yield Check("claim", name, select(number).select_from(mine.rows).where(
            mine.acts(Act.CEDE), not_(_of_others(company, mine, Act.UPDATE))))


def _of_others(company: Company, mine: Staged, *acts: Act) -> ColumnElement[bool]:
    """Whether another pair does one of these things to the same row."""
    key = mine.table.key
    return or_(false(), *(other.any(other.acts(*acts), other.holds(key, [mine[column] for column in key]))
                 for other in company.others(mine.shape)))
