"""What can be wrong inside a PostgreSQL database although it answers: asked set by set, in the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.commands.quoting import quoted
from migrator.errors import DatabaseError
from migrator.text import _

if TYPE_CHECKING:
    from migrator.database.postgresql import PostgresqlDatabase
    from migrator.database.served import Ask

_FOREIGN_KEYS = """
select k.conname::text, k.conrelid::regclass::text, k.confrelid::regclass::text,
       (select array_agg(a.attname::text order by o.place) from unnest(k.conkey) with ordinality o(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.number),
       (select array_agg(a.attname::text order by o.place) from unnest(k.confkey) with ordinality o(number, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.number)
from pg_constraint k where k.contype = 'f' and k.conparentid = 0 order by 2, 1
"""
_SEQUENCES = """
select s.oid::regclass::text, d.refobjid::regclass::text, a.attname::text
from pg_class s
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.refclassid = 'pg_class'::regclass
                and d.deptype in ('a', 'i') and d.refobjsubid > 0
join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where s.relkind = 'S' order by 1
"""
_INVALID = "select indexrelid::regclass::text from pg_index where not (indisvalid and indisready) order by 1"
_CHECKABLE = """
select i.indexrelid::bigint, i.indexrelid::regclass::text, f.oid::regproc::text
from pg_proc f
cross join pg_index i
join pg_class c on c.oid = i.indexrelid and c.relkind = 'i' and c.relpersistence <> 't'
join pg_am m on m.oid = c.relam and m.amname = 'btree'
join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_'
where f.proname = 'bt_index_check' and f.pronargs = 1 and has_function_privilege(f.oid, 'execute')
  and i.indisvalid and i.indisready
order by 2
"""


def complaints(database: PostgresqlDatabase) -> list[str]:
    """Sentences, sorted by kind; empty when nothing is wrong."""
    with database.snapshot() as ask:
        found = [*_orphans(ask), *_sequences(ask)]
        found += [_("the index {index} is not valid").format(index=row[0]) for row in ask(_INVALID)]
        checkable = ask(_CHECKABLE)
    return found + [said for index, name, check in checkable for said in _broken(database, index, name, check)]


def _orphans(ask: Ask) -> list[str]:
    """Every foreign key, also those that are switched off or were never validated."""
    found = []
    for name, child, parent, own, other in ask(_FOREIGN_KEYS):
        given = " and ".join(f"c.{quoted(column)} is not null" for column in own)
        same = " and ".join(f"p.{quoted(b)} = c.{quoted(a)}" for a, b in zip(own, other, strict=True))
        rows = ask(f"select count(*) from {child} c where {given} "  # noqa: S608 - quoted names of the catalogue
                   f"and not exists (select 1 from {parent} p where {same})")[0][0]
        if rows:
            found.append(_("{table}: {rows} rows point to no row of {parent} ({name})").format(
                table=child, rows=rows, parent=parent, name=name))
    return found


def _sequences(ask: Ask) -> list[str]:
    found = []
    for sequence, table, column in ask(_SEQUENCES):
        highest, last = ask(f"select (select max({quoted(column)}) from {table}), last_value from {sequence}")[0]  # noqa: S608
        if isinstance(highest, int) and highest > last:
            found.append(_("the sequence {sequence} is at {last}, but {table}.{column} is already at {highest}").format(
                sequence=sequence, last=last, table=table, column=column, highest=highest))
    return found


def _broken(database: PostgresqlDatabase, index: int, name: str, check: str) -> list[str]:
    """What amcheck says; its complaint is an error that ends the transaction, so each index has its own."""
    try:
        database.query(f"select {check}({index}::oid::regclass)")
    except DatabaseError as error:
        return [f"{name}: {error.message}"]
    return []
