"""Rows of tables that have no pair of their own: links of a list, records that several rows share."""

from __future__ import annotations

from sqlalchemy import FromClause, Insert, Select, and_, func, insert, literal, select

from migrator.lens.group import Group, Satellite
from migrator.lens.lens import Narrow, in_pair, key_made, source_row
from migrator.lens.memory import Memory
from migrator.lens.pair import Pair
from migrator.lens.schema import named
from migrator.lens.scope import Cell, Tables
from migrator.lens.side import Way
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.lists import escaped
from migrator.lens.types import Family, Type


def satellite_rows(pair: Pair, group: Group, satellite: Satellite, way: Way, tables: Tables,
                   narrow: Narrow | None = None, memory: Memory | None = None, main: FromClause | None = None
                   ) -> Select[tuple[object, ...]]:
    """The rows of a satellite of the target, made from the pair's rows of the source (those that `narrow` means).

    memory: the group's memory; left out when nothing is remembered yet.
    main: a part of the source's main table, instead of all of it.
    """
    row = source_row(pair, way, tables, main=main)
    values = memory.over(way, row) if memory else group.over(way, row)
    query = satellite.rows(row.scope, key_made(pair, way, row), values)
    query = query.where(in_pair(pair, way.source, row))
    return query.where(narrow(row)) if narrow else query


def records_missing(pair: Pair, group: Group, satellite: Satellite, way: Way, tables: Tables,
                    memory: Memory | None = None) -> Insert:
    """The statement that makes those shared records which the target does not have yet, numbered on from its highest.

    Equal sources give equal numbers: records are numbered in the order of their bytes.
    """
    return missing(satellite_rows(pair, group, satellite, way, tables, memory=memory).subquery(), satellite, tables)


def missing(made: FromClause, satellite: Satellite, tables: Tables) -> Insert:
    """The same for records that have been made already, wherever they came from."""
    there = tables(satellite.side, satellite.table).alias("there")
    known = select(literal(1).label("known"), *(_exact(there.c[name]).label(name) for name in satellite.natural)
                   ).distinct().subquery("known")
    columns: dict[str, Cell] = {column.name: column for column in made.columns}
    if satellite.number:
        highest = select(func.coalesce(func.max(there.c[satellite.number]), 0)).scalar_subquery()
        in_order = [canonical(made.c[name], _TEXT) for name in satellite.natural]
        columns[satellite.number] = highest + func.row_number().over(order_by=in_order)
    found = and_(*(known.c[name] == _exact(made.c[name]) for name in satellite.natural))
    rows = select(*(cell.label(name) for name, cell in columns.items())).select_from(
        made.outerjoin(known, found)).where(known.c.known.is_(None))
    clause = named(satellite.table, {name: cell.type for name, cell in columns.items()}, satellite.side)
    return insert(clause).from_select(list(columns), rows)


def _exact(value: Cell) -> Cell:
    """A value, or NULL, as a text that tells it from every other to the last byte, whatever the collation says."""
    return escaped(canonical(value, _TEXT))


_TEXT = Type(Family.TEXT, "text")
