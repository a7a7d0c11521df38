"""Types of a table's columns in the words of its own server, to make another column that holds the same and may be
empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side


def native_types(session: Session, side: Side, table: str) -> Mapping[str, str]:
    """Every column's type by its name, as DDL spells it; domains as what they are made of. Asked once a connection."""
    known: dict[tuple[str, str], Mapping[str, str]] = session.connection.info.setdefault(_KNOWN, {})
    place = (session.schema(side), table)
    if place not in known:
        with session.refusals():
            found = session.connection.execute(_TYPES[session.make], {"space": place[0], "name": table}).all()
        known[place] = {name: _in_mariadb(*said) if session.make == "mariadb" else said[0] for name, *said in found}
    return known[place]


def _in_mariadb(type_: str, charset: str | None, collation: str | None) -> str:
    """With what its moments would else be given: a value of their own instead of none."""
    return type_ + (f" CHARACTER SET {charset} COLLATE {collation}" if charset else "") + " NULL DEFAULT NULL"


_KNOWN = "migrator.native"
"""What a connection keeps the types under."""


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
