"""Counters of the target that must go on above what was copied.

MariaDB and SQLite move theirs with every explicit value (InnoDB's AUTO_INCREMENT, `sqlite_sequence`); PostgreSQL does
not.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select, text

from migrator.lens.copy.keys import WAY
from migrator.lens.copy.session import Session
from migrator.lens.schema import Table

SEQUENCES = text("""
select distinct a.attname, format('%I.%I', n.nspname, s.relname)
from pg_class t join pg_namespace tn on tn.oid = t.relnamespace join pg_attribute a on a.attrelid = t.oid
left join pg_attrdef e on e.adrelid = t.oid and e.adnum = a.attnum
join pg_depend d on (d.classid = 'pg_attrdef'::regclass and d.objid = e.oid and d.refclassid = 'pg_class'::regclass)
                 or (d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.refobjsubid = a.attnum
                     and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
join pg_class s on s.relkind = 'S' and s.oid in (d.objid, d.refobjid) join pg_namespace n on n.oid = s.relnamespace
where tn.nspname = :space and t.relname = :table
""")
"""Each column of a table that a sequence numbers, and the sequence, quoted."""
_RAISE = text("""
select setval(s.seqrelid, :highest) from pg_sequence s
where s.seqrelid = cast(:sequence as regclass) and :highest between s.seqmin and s.seqmax
  and :highest >= coalesce(pg_sequence_last_value(s.seqrelid), s.seqmin)
""")


def raise_counters(target: Session, tables: Iterable[Table]) -> None:
    """Set every sequence that numbers a column of these tables to the column's highest value, if it is lower."""
    if target.make != "postgresql":
        return
    with target.refusals(), target.connection.begin():
        for table in tables:
            where = {"space": target.schema(WAY.target), "table": table.name}
            clause = table.clause(WAY.target)
            for column, sequence in target.connection.execute(SEQUENCES, where).all():
                highest = target.connection.scalar(select(func.max(clause.c[column])))
                target.connection.execute(_RAISE, {"sequence": sequence, "highest": highest})
