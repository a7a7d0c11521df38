"""Indexes of SQLite; its foreign keys belong to their table, and are not asked while it loads."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import text

from migrator.lens.copy.aside.definition import INDEX, Definition
from migrator.lens.copy.session import Session
from migrator.lens.schema import Table

_INDEXES = text("""
select i.name, m.sql, i."unique", (select json_group_array(name) from pragma_index_info(i.name, 'main'))
from pragma_index_list(:table, 'main') i join main.sqlite_master m on m.type = 'index' and m.name = i.name
where m.sql is not null and not (i."unique" and (i.partial or exists (
  select 1 from pragma_index_info(i.name, 'main') c where c.name is null)))
""")


def of_sqlite(session: Session, table: Table, among: Iterable[str]) -> list[Definition]:
    """Indexes that have a statement of their own. What is unique in some rows or in what is computed stays: no census
    sees it, so that a chunk must be refused as a whole.
    """
    with session.refusals():
        rows = session.connection.execute(_INDEXES, {"table": table.name}).all()
    found = [(name, made, bool(unique), tuple(json.loads(columns))) for name, made, unique, columns in rows]
    return [Definition(table.name, INDEX, name, f"DROP INDEX main.{session.quoted([name])}", made,
                       columns, unique)
            for name, made, unique, columns in found if not (unique and columns == table.key)]
