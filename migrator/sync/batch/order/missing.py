"""Missing: rows that name others which are neither at the target nor made in the same batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, not_, or_, select

from migrator.lens.schema import ForeignKey
from migrator.lens.scope import Cell
from migrator.sync.batch.decide import Act
from migrator.sync.batch.order.check import Check
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.writing.links import Links
from migrator.sync.batch.writing.write import Writing


def missing(company: Company, writing: Writing) -> Iterator[Check]:
    """One check for each foreign key of a table."""
    staged, table = writing.staged, writing.table
    for foreign in table.foreign:
        if foreign.table not in company.schema.tables or not set(foreign.columns) <= set(staged.columns):
            continue
        named = [staged[column] for column in foreign.columns]
        alone = foreign in writing.ties.stubborn
        lacks = not_(_there(company, foreign, named, made=not alone))
        rows = select(staged.stage.c.id.label("stage")).select_from(staged.rows).where(
            staged.writes(*foreign.columns), *(cell.is_not(None) for cell in named), lacks)
        yield Check("cycle" if alone else "parent", _told(table.name, foreign), rows)


def missing_of_links(company: Company, one: Links) -> Iterator[Check]:
    """One check for each foreign key of a link table but the one to the links' own row."""
    wanted: FromClause = one.wanted.clause
    for foreign in one.table.foreign:
        if foreign.table not in company.schema.tables or not set(foreign.columns) <= set(one.columns) \
                or set(foreign.columns) <= set(one.satellite.owner):
            continue
        named = [wanted.c[column] for column in foreign.columns]
        rows: Select[tuple[object, ...]] = one.owners().where(
            *(cell.is_not(None) for cell in named), not_(_there(company, foreign, named, made=True)))
        yield Check("parent", _told(one.table.name, foreign), rows)


def _there(company: Company, foreign: ForeignKey, named: Sequence[Cell], *, made: bool) -> ColumnElement[bool]:
    """Whether the named row is at the target, or (made) is made in this batch."""
    parent = company.rows(foreign.table, "parent")
    same = and_(*(parent.c[column] == cell for column, cell in zip(foreign.refers, named, strict=True)))
    found: list[ColumnElement[bool]] = [exists().where(same)]
    for other in company.staged(foreign.table) if made else ():
        if set(foreign.refers) <= set(other.columns):
            acts = other.acts(Act.INSERT) if set(foreign.refers) <= set(other.table.key) \
                else other.writes(*foreign.refers)
            found.append(other.any(acts, other.holds(foreign.refers, named)))
    return or_(*found)


def _told(table: str, foreign: ForeignKey) -> str:
    return f"{table}({', '.join(foreign.columns)}) -> {foreign.table}"
