"""Types of a table's columns in the words of its own server, to make another column that holds the same and may be
empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side


def native_types(session: Session, side: Side, table: str) -> Mapping[str, str]:
    """Every column's type by its name, as DDL spells it; domains as what they are made of."""
    asked = {"space": session.schema(side), "name": table}
    with session.refusals():
        found = session.connection.execute(_TYPES[session.make], asked).all()
    if session.make != "mariadb":
        return dict(found)
    return {name: f"{type_} CHARACTER SET {charset} COLLATE {collation} NULL DEFAULT NULL" if charset
            else f"{type_} NULL DEFAULT NULL" for name, type_, charset, collation in found}


_TYPES = {
    "postgresql": text("""
        select a.attname, format_type(case when t.typtype = 'd' then t.typbasetype else t.oid end,
                                      case when t.typtype = 'd' then t.typtypmod else a.atttypmod end)
               || case when a.attcollation <> 0 and a.attcollation <> t.typcollation
                       then ' COLLATE ' || quote_ident(cn.nspname) || '.' || quote_ident(co.collname) else '' end
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_type t on t.oid = a.atttypid
        left join pg_collation co on co.oid = a.attcollation left join pg_namespace cn on cn.oid = co.collnamespace
        where n.nspname = :space and c.relname = :name and a.attnum > 0 and not a.attisdropped"""),
    "mariadb": text("""
        select column_name, column_type, character_set_name, collation_name from information_schema.columns
        where table_schema = :space and table_name = :name"""),
    "sqlite": text("select name, type from pragma_table_xinfo(:name, :space)"),
}
