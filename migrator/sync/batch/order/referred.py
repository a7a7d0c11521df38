"""Referred: rows that are to be deleted while others go on to name them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, not_, or_, select

from migrator.lens.schema import ForeignKey, Table
from migrator.sync.batch.decide import Act
from migrator.sync.batch.order.check import Check
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.writing.write import Writing


def referred(company: Company, writing: Writing) -> Iterator[Check]:
    """Checks for rows that some row will name which this batch neither deletes nor has name another."""
    for child, foreign in company.referring(writing.table.name):
        if not company.goes_along(child, foreign):
            rows, named = _naming(company, writing, child, foreign)
            gone = or_(_deleted(company, child, named), _pointed_elsewhere(company, child, foreign, named))
            yield Check("child", f"{child.name}({', '.join(foreign.columns)})", rows.where(not_(gone)))
            yield from _about_to(company, writing, child, foreign)


def let_go(company: Company, writing: Writing) -> Iterator[Check]:
    """Checks for rows that some row names now which this batch does not delete: it has it name another, or must."""
    for child, foreign in company.referring(writing.table.name):
        if not company.goes_along(child, foreign):
            rows, named = _naming(company, writing, child, foreign)
            yield Check("child", child.name, rows.where(not_(_deleted(company, child, named))))
            yield from _about_to(company, writing, child, foreign)


def _naming(company: Company, writing: Writing, child: Table, foreign: ForeignKey
            ) -> tuple[Select[tuple[object, ...]], FromClause]:
    """Rows that are to be deleted, each with every row that names it."""
    staged = writing.staged
    parent, named = company.rows(writing.table.name, "parent"), company.rows(child.name, "child")
    on = and_(*(named.c[ours] == parent.c[theirs]
                for ours, theirs in zip(foreign.columns, foreign.refers, strict=True)))
    joined = staged.rows.join(parent, staged.at(parent)).join(named, on)
    return select(staged.stage.c.id.label("stage")).select_from(joined).where(staged.acts(Act.DELETE)), named


def _about_to(company: Company, writing: Writing, child: Table, foreign: ForeignKey) -> Iterator[Check]:
    """Rows of the batch that will name a row which is to be deleted."""
    staged = writing.staged
    if not set(foreign.refers) <= set(staged.columns):
        return
    values = [staged[column] for column in foreign.refers]
    for other in company.staged(child.name):
        if set(foreign.columns) <= set(other.columns):
            named = other.any(other.writes(*foreign.columns), other.holds(foreign.columns, values))
            yield Check("child", child.name, select(staged.stage.c.id.label("stage")).select_from(staged.rows).where(
                staged.acts(Act.DELETE), named))


def _deleted(company: Company, child: Table, named: FromClause) -> ColumnElement[bool]:
    """Whether a row of the target is deleted in this batch."""
    rows = (other.any(other.acts(Act.DELETE), other.at(named)) for other in company.staged(child.name))
    return or_(false(), *rows, *(one.unwanted(named) for one in company.links(child.name)))


def _pointed_elsewhere(company: Company, child: Table, foreign: ForeignKey, named: FromClause) -> ColumnElement[bool]:
    """Whether a row of the target is going to name another."""
    found: list[ColumnElement[bool]] = [false()]
    for other in company.staged(child.name):
        columns = [column for column in foreign.columns if column in other.changes]
        if columns:
            moved = or_(*(and_(other.takes(column), other[column].is_distinct_from(named.c[column]))
                          for column in columns))
            found.append(other.any(other.acts(Act.UPDATE), other.at(named), moved))
    return or_(*found)
