"""Indexes and foreign keys of MariaDB, in the very words of SHOW CREATE TABLE."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

from sqlalchemy import bindparam, text

from migrator.lens.copy.aside.definition import FOREIGN, INDEX, Definition
from migrator.lens.copy.keys import WAY
from migrator.lens.copy.session import Session
from migrator.lens.schema import Table

_NAME = r"`((?:[^`]|``)+)`"
_INDEX = re.compile(rf"^  ((?:UNIQUE )?KEY {_NAME} .*?),?$", re.MULTILINE)
_FOREIGN = re.compile(rf"^  (CONSTRAINT {_NAME} FOREIGN KEY .*?),?$", re.MULTILINE)
_COLUMNS = text("""
select index_name, column_name, non_unique from information_schema.statistics
where table_schema = :space and table_name = :table order by index_name, seq_in_index
""")
_REFERS = text("""
select constraint_name, column_name, referenced_table_name, referenced_column_name
from information_schema.key_column_usage
where table_schema = :space and table_name = :table and referenced_table_name is not null
order by constraint_name, ordinal_position
""")
_WANTED = text("""
select constraint_schema, constraint_name, referenced_column_name from information_schema.key_column_usage
where referenced_table_schema = :space and referenced_table_name = :table
  and not (table_schema = :space and table_name in :among)
order by constraint_schema, constraint_name, ordinal_position
""").bindparams(bindparam("among", expanding=True))


def of_mariadb(session: Session, table: Table, among: Iterable[str]) -> list[Definition]:
    """Plain and unique indexes and foreign keys; full texts and places stay."""
    alter = f"ALTER TABLE {session.table(WAY.target, table.name)}".replace("%%", "%")
    _name, made = tuple(session.run(f"SHOW CREATE TABLE {session.table(WAY.target, table.name)}").one())
    where = {"space": session.schema(WAY.target), "table": table.name}
    with session.refusals():
        indexes = session.connection.execute(_COLUMNS, where).all()
        refers = session.connection.execute(_REFERS, where).all()
        wanted = session.connection.execute(_WANTED, {**where, "among": list(among)}).all()
    columns = _grouped((name, column) for name, column, _shared in indexes)
    unique = {name for name, _column, shared in indexes if not shared}
    own, theirs = (_grouped((row[0], row[n]) for row in refers) for n in (1, 3))
    parents = {name: parent for name, _column, parent, _refers in refers}
    counted = {name for name, column in table.columns.items() if column.counted}
    needed = _grouped(((space, name), column) for space, name, column in wanted).values()
    kept = {name for name, of in columns.items()
            if of == table.key or of[0] in counted or any(of[:len(need)] == need for need in needed)}
    found = [Definition(table.name, FOREIGN, name, f"{alter} DROP FOREIGN KEY `{quoted}`", f"{alter} ADD {words}",
                        own[name], False, parents[name], theirs[name])
             for words, quoted in _FOREIGN.findall(made) if (name := quoted.replace("``", "`"))]
    return found + [Definition(table.name, INDEX, name, f"{alter} DROP KEY `{quoted}`", f"{alter} ADD {words}",
                               columns[name], name in unique)
                    for words, quoted in _INDEX.findall(made)
                    if (name := quoted.replace("``", "`")) not in kept]


def _grouped(rows: Iterable[tuple[Hashable, str]]) -> dict[Hashable, tuple[str, ...]]:
    found: dict[Hashable, tuple[str, ...]] = {}
    for name, column in rows:
        found[name] = (*found.get(name, ()), column)
    return found
