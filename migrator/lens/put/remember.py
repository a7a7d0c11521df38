"""Keep pair memories true: make their tables, forget what one side has changed since, remember what would be lost."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Delete, FromClause, Index, MetaData, Select, Text, and_, delete, exists, not_
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.mysql import LONGBLOB, VARBINARY

from migrator.lens.lens import Lens, Narrow, in_pair, key_made, source_row
from migrator.lens.memory import Memory, lost
from migrator.lens.scope import Cell, Row, Tables
from migrator.lens.side import Way
from migrator.lens.sql.canonical import canonical

COUNTED = {"preserve_rowcount": True}
"""Makes an INSERT say how many rows it has made."""
LONGEST_KEY = 700
"""Bytes of one key column's canonical text that an index of MariaDB is asked to hold."""


def create_memories(connection: Connection, lens: Lens) -> None:
    """Make the tables of all memories that are not there yet."""
    for memory in lens.memories:
        clause = memory.clause
        keys = {*memory.keys(Way.FORWARD.source), *memory.keys(Way.FORWARD.target)}
        made = SqlTable(clause.name, MetaData(), *(
            Column(c.name, (Text().with_variant(VARBINARY(LONGEST_KEY), "mysql", "mariadb") if c.name in keys
                            else Text().with_variant(LONGBLOB(), "mysql", "mariadb"))) for c in clause.columns),
            schema=clause.schema)
        for way in Way:
            Index(f"{memory.name}_{way.source}", *(made.c[name] for name in memory.keys(way.source)))
        made.create(connection, checkfirst=True)


def remember(connection: Connection, memory: Memory, way: Way, tables: Tables, narrow: Narrow | None = None) -> int:
    """Remember the pairs of rows that would not survive the way there and back; rows remembered.

    What memory knows and the source still says stays; what it knows and the source says no more is forgotten. To be
    called when the target has been made from this very source; the connection sees source and memory.
    """
    if narrow is None:
        connection.execute(_forget(memory, way, tables))
    worth = pairs_worth(memory, way, tables, narrow)
    made = memory.clause.insert().from_select([c.name for c in worth.selected_columns], worth)
    return connection.execute(made, execution_options=COUNTED).rowcount


def pairs_worth(memory: Memory, way: Way, tables: Tables, narrow: Narrow | None = None, *, fresh: bool = False,
                main: FromClause | None = None) -> Select[tuple[object, ...]]:
    """The pairs that memory does not know yet and should, labelled with its columns.

    fresh: memory is empty, so it need not be asked: the source's server may be another one.
    main: a part of the source's main table, instead of all of it.
    """
    # The values have gone over already; if the way back refuses what came of them, that is one more way to be lost.
    row = source_row(memory.pair, way, tables, lenient=True, main=main)
    worth = [in_pair(memory.pair, way.source, row)]
    if not fresh:
        worth.append(memory.known(way, row).c[memory.keys(way.source)[0]].is_(None))
    if not memory.group.always:
        worth.append(lost(memory.group, way, row))
    if narrow:
        worth.append(narrow(row))
    return row.scope.select(*(text.label(name) for name, text in _texts(memory, way, row).items())).where(and_(*worth))


def _texts(memory: Memory, way: Way, row: Row) -> dict[str, Cell]:
    """Keys and values of both sides as memory writes them, the target's computed."""
    group, face = memory.group, memory.pair.faces[way.target]
    said = group.ends[way.source].values(row)
    fresh = group.fresh.get(way)
    values = fresh(said, row.scope) if fresh else group.over(way, row)
    found = {**memory.key_texts(way, row), **memory.value_texts(way.source, said),
             **memory.value_texts(way.target, values)}
    key = key_made(memory.pair, way, row, group.ends[way.target].written(values, row.scope) if fresh else {})
    return found | {name: canonical(cell, face.type(column))
                    for name, column, cell in zip(memory.keys(way.target), face.key, key, strict=True)}


def _forget(memory: Memory, way: Way, tables: Tables) -> Delete:
    """Pairs whose source row is gone or says something else."""
    row = source_row(memory.pair, way, tables)
    known = memory.known(way, row)
    keys = memory.keys(way.source)
    still = row.scope.select(*(known.c[name].label(name) for name in keys)).where(
        in_pair(memory.pair, way.source, row), memory.unchanged(way, row, known)).subquery()
    clause = memory.clause
    agreed = exists().where(and_(*(still.c[name] == clause.c[name] for name in keys))).correlate(clause)
    return delete(clause).where(not_(agreed))
