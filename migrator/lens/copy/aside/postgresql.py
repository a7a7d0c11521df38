"""Indexes and foreign keys of PostgreSQL, as its own catalogue words them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from migrator.lens.copy.aside.definition import FOREIGN, INDEX, Definition
from migrator.lens.copy.keys import WAY
from migrator.lens.copy.session import Session
from migrator.lens.schema import Table

_FOREIGN = text("""
select f.conname, format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, t.relname, f.conname),
       format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, t.relname, f.conname, pg_get_constraintdef(f.oid)),
       array(select a.attname::text from unnest(f.conkey) with ordinality as k (number, place)
             join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number order by k.place), p.relname,
       array(select a.attname::text from unnest(f.confkey) with ordinality as k (number, place)
             join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number order by k.place)
from pg_constraint f join pg_class p on p.oid = f.confrelid join pg_class t on t.oid = f.conrelid
join pg_namespace n on n.oid = t.relnamespace
where n.nspname = :space and t.relname = :table and t.relkind = 'r' and f.contype = 'f' and f.conparentid = 0
  and obj_description(f.oid, 'pg_constraint') is null order by f.conname
""")
_INDEXES = text("""
select c.relname,
       case when u.oid is null then format('DROP INDEX %I.%I', n.nspname, c.relname)
            else format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, t.relname, u.conname) end,
       case when u.oid is null then pg_get_indexdef(c.oid)
            else format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, t.relname, u.conname,
                        pg_get_constraintdef(u.oid)) end,
       i.indisunique,
       array(select a.attname::text from unnest(i.indkey) with ordinality as k (number, place)
             join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
             where k.place <= i.indnkeyatts order by k.place)
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
join pg_namespace n on n.oid = t.relnamespace
left join pg_constraint u on u.conindid = c.oid and u.contype = 'u' and u.conrelid = t.oid
where n.nspname = :space and t.relname = :table and t.relkind = 'r' and not t.relispartition
  and i.indisvalid and not (i.indisprimary or i.indisreplident or i.indisclustered)
  and not (i.indisunique and (i.indpred is not null or i.indexprs is not null)) and not i.indisexclusion
  and c.reltablespace = 0 and obj_description(c.oid, 'pg_class') is null
  and not exists (select 1 from pg_constraint f join pg_class r on r.oid = f.conrelid
                  where f.contype = 'f' and f.conindid = c.oid
                    and not (r.relnamespace = t.relnamespace and r.relname = any(:among)))
order by c.relname
""")


def of_postgresql(session: Session, table: Table, among: Iterable[str]) -> list[Definition]:
    """What its catalogue can say in full: what lies in a tablespace of its own, or has a comment, stays. So does what
    is unique in some rows, in what is computed, or by exclusion: no census sees it, and a chunk must be refused as a
    whole.
    """
    space = session.schema(WAY.target)
    with session.refusals():
        session.connection.execute(text("SET LOCAL search_path = ''"))  # so that every name is written in full
        where = {"space": space, "table": table.name}
        found = [Definition(table.name, FOREIGN, name, drop, make, tuple(columns), False, parent, tuple(refers))
                 for name, drop, make, columns, parent, refers in session.connection.execute(_FOREIGN, where)]
        indexes = session.connection.execute(_INDEXES, {**where, "among": list(among)}).all()
    return found + [Definition(table.name, INDEX, name, drop, make, tuple(columns), unique)
                    for name, drop, make, unique, columns in indexes if not (unique and tuple(columns) == table.key)]
