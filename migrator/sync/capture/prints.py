"""What the catalogues say of watched tables in one cheap question: anything, as long as it changes with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.freeze.gate import FREEZE


def rows(session: Session, side: Side, tables: Sequence[str]) -> Iterable[Sequence[Any]]:
    """Columns, keys and triggers of these tables, in whatever form this make tells them fastest."""
    if session.make == "sqlite":  # a number that grows with every change of the file's structure
        schema = session.quoted([session.schema(side)])
        return session.run(f"PRAGMA {schema}.schema_version").all()
    asked = {"space": session.schema(side), "tables": list(tables), "freeze": FREEZE}
    return session.connection.execute(_PRINTS[session.make], asked).all()


_PRINTS = {
    "postgresql": text("""
        with watched as (
            select t.oid from pg_class t
            join pg_namespace n on n.oid = t.relnamespace and n.nspname = :space
            where t.relname = any(:tables)),
        every as (
            select oid from watched union select p.relid from watched, pg_partition_tree(watched.oid) p)
        select 'c', sum(hashtextextended(concat_ws(' ', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod,
               a.attnotnull, a.attcollation, a.attidentity, a.attgenerated, a.attisdropped), 0))
        from pg_attribute a join watched w on w.oid = a.attrelid where a.attnum > 0
        union all
        select 't', sum(hashtextextended(concat_ws(' ', g.tgrelid, g.tgname, g.tgenabled, g.tgfoid, g.tgtype, f.prosrc,
               f.prosecdef), 0))
        from pg_trigger g join every e on e.oid = g.tgrelid join pg_proc f on f.oid = g.tgfoid
        where not g.tgisinternal and not starts_with(g.tgname, :freeze)
        union all
        select 'k', sum(hashtextextended(concat_ws(' ', k.conrelid, k.contype, k.conkey, k.confrelid, k.confkey), 0))
        from pg_constraint k join watched w on w.oid = k.conrelid
        union all
        select 'i', sum(hashtextextended(concat_ws(' ', i.indrelid, i.indkey), 0))
        from pg_index i join watched w on w.oid = i.indrelid where i.indisunique"""),
    "mariadb": text("""
        select 't', table_name, create_time, '' from information_schema.tables
        where table_schema = :space and table_name in :tables
        union all
        select 'g', event_object_table, created, md5(concat(trigger_name, action_statement))
        from information_schema.triggers
        where event_object_schema = :space and left(trigger_name, char_length(:freeze)) <> :freeze""").bindparams(
            bindparam("tables", expanding=True)),
}
