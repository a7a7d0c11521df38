"""The structure of a PostgreSQL database as lines that are the same before a dump and after its restore."""

# ruff: noqa: S608 - the texts are put together from constants of this file
from __future__ import annotations

import re
from collections import defaultdict

from migrator.database.base import OURS, Column, Schema
from migrator.database.served import Ask


def own(space: str, name: str, catalogue: str, oid: str) -> str:
    """A condition that leaves out what is the system's, ours, or an extension's."""
    return f"""{space} !~ '^pg_' and {space} <> 'information_schema'
  and left({space}, {len(OURS)}) <> '{OURS}' and left({name}, {len(OURS)}) <> '{OURS}'
  and not exists (select 1 from pg_depend e
                  where e.classid = '{catalogue}'::regclass and e.objid = {oid} and e.deptype = 'e')"""


_NAME = "case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end"
_SPACE = "join pg_namespace n on n.oid = c.relnamespace and c.relpersistence <> 't'"
_OWN_TABLE = own("n.nspname", "c.relname", "pg_class", "c.oid")
_TYPE_SPACE = "join pg_namespace n on n.oid = t.typnamespace"
_OWN_TYPE = own("n.nspname", "t.typname", "pg_type", "t.oid")

_COLUMNS = f"""
select {_NAME}, a.attname::text,
       format_type(a.atttypid, a.atttypmod)
         || case when a.attcollation <> t.typcollation then ' collate ' || l.collname else '' end
         || case when a.attgenerated <> '' then ' generated' else '' end
         || case a.attidentity when 'a' then ' identity always' when 'd' then ' identity' else '' end,
       not a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any(i.indkey))
from pg_class c {_SPACE} and c.relkind in ('r', 'p')
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_collation l on l.oid = a.attcollation
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where {_OWN_TABLE}
order by 1, a.attname::text collate "C"
"""

_OTHERS = (
    f"""select 'index ' || pg_get_indexdef(i.indexrelid)
        from pg_index i join pg_class c on c.oid = i.indrelid {_SPACE} where {_OWN_TABLE}""",
    f"""select 'constraint ' || {_NAME} || ' ' || k.conname || ': ' || pg_get_constraintdef(k.oid)
        from pg_constraint k join pg_class c on c.oid = k.conrelid {_SPACE} where k.contype <> 'n' and {_OWN_TABLE}""",
    f"""select 'view ' || {_NAME} || ': ' || pg_get_viewdef(c.oid)
        from pg_class c {_SPACE} where c.relkind in ('v', 'm') and {_OWN_TABLE}""",
    f"""select 'trigger ' || pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then ''
                 else ' ' || t.tgenabled::text end
        from pg_trigger t join pg_class c on c.oid = t.tgrelid {_SPACE} where not t.tgisinternal and {_OWN_TABLE}""",
    f"""select 'sequence ' || {_NAME} || ' ' || format_type(s.seqtypid, null) || ' start ' || s.seqstart
          || ' step ' || s.seqincrement || ' from ' || s.seqmin || ' to ' || s.seqmax
          || case when s.seqcycle then ' cycle' else '' end
        from pg_sequence s join pg_class c on c.oid = s.seqrelid {_SPACE} where {_OWN_TABLE}""",
    f"""select 'partition ' || {_NAME} || ' of ' || i.inhparent::regclass
          || coalesce(' ' || pg_get_expr(c.relpartbound, c.oid), '')
        from pg_inherits i join pg_class c on c.oid = i.inhrelid {_SPACE}
        where c.relkind in ('r', 'p') and {_OWN_TABLE}""",
    f"""select 'partitioned ' || {_NAME} || ' by ' || pg_get_partkeydef(c.oid)
        from pg_class c {_SPACE} where c.relkind = 'p' and {_OWN_TABLE}""",
    f"""select 'policy ' || {_NAME} || ' ' || p.polname || ' ' || p.polcmd::text
          || coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), '')
          || coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')
        from pg_policy p join pg_class c on c.oid = p.polrelid {_SPACE} where {_OWN_TABLE}""",
    f"""select 'function ' || pg_get_functiondef(p.oid)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prokind in ('f', 'p') and {own('n.nspname', 'p.proname', 'pg_proc', 'p.oid')}""",
    f"""select 'enumeration ' || t.oid::regtype || ': ' || string_agg(e.enumlabel, ', ' order by e.enumsortorder)
        from pg_type t join pg_enum e on e.enumtypid = t.oid {_TYPE_SPACE} where {_OWN_TYPE} group by t.oid""",
    f"""select 'domain ' || t.oid::regtype || ' ' || format_type(t.typbasetype, t.typtypmod)
          || case when t.typnotnull then ' not null' else '' end || coalesce(' default ' || t.typdefault, '')
          || coalesce((select string_agg(' ' || pg_get_constraintdef(k.oid), '' order by k.conname)
                       from pg_constraint k where k.contypid = t.oid and k.contype <> 'n'), '')
        from pg_type t {_TYPE_SPACE} where t.typtype = 'd' and {_OWN_TYPE}""",
    "select 'extension ' || extname from pg_extension where extname <> 'plpgsql'",
)


def schema(ask: Ask) -> Schema:
    """Columns by table, and one line for everything else; asked where only `pg_catalog` is on the search path."""
    tables: defaultdict[str, list[Column]] = defaultdict(list)
    for table, name, type_, nullable, default, key in ask(_COLUMNS):
        tables[table].append(Column(name, type_, nullable, one_line(default) if default else None, key))
    lines = [one_line(row[0]) for sql in _OTHERS for row in ask(sql)]
    return Schema({table: tuple(columns) for table, columns in tables.items()}, tuple(sorted(lines)))


def one_line(expression: str) -> str:
    """An expression without the text casts and needless parentheses that change when it is dumped and read again."""
    parts = re.split(r"('(?:[^']|'')*')", expression)
    parts[::2] = [_without_text_casts(part) for part in parts[::2]]
    folded, before = "".join(parts).strip(), ""
    while folded != before:
        before = folded
        folded = re.sub(r"(?<![\w\"])\(('(?:[^']|'')*'|[\w\".]+|ARRAY\[[^][()]*\])\)", r"\1", before)
    return folded


def _without_text_casts(part: str) -> str:
    casts = r"::(?:pg_catalog\.)?(?:character varying|text|bpchar)(?:\(\d+\))?(?:\[\])?"
    return re.sub(r"\s+", " ", re.sub(casts, "", part))
