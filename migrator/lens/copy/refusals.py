"""Reasons not to begin a copy, looked at before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select, text

from migrator.errors import FindingsBlock
from migrator.lens.copy.keys import WAY
from migrator.lens.copy.ledger import Ledger
from migrator.lens.copy.session import Session
from migrator.lens.schema import Table
from migrator.text import _

_ENGINES = text("""
select t.table_name, t.engine from information_schema.tables t join information_schema.engines e on e.engine = t.engine
where t.table_schema = :space and e.transactions <> 'YES' order by t.table_name
""")


def require_own_ledger(target: Session, ledger: Ledger) -> None:
    """Raise FindingsBlock where a copy by another mapping, or between other structures, has begun and not ended."""
    others = ledger.unfinished()
    if others:
        raise FindingsBlock(_("a copy by another mapping has begun here and has not ended: {digests}").format(
            digests=", ".join(digest[:12] for digest in others)), where=target.endpoint.name, hint=_(
            "end it with the mapping file it began with, or copy into a fresh database"))


def require_ours(target: Session, units: Mapping[str, Iterable[Table]], ledger: Ledger) -> None:
    """Raise FindingsBlock where a target table holds rows that the ledger does not know.

    units: by the name of each unit of the ledger the tables that it fills.
    """
    known = {table.name for unit, tables in units.items() if ledger.reached(unit).chunks for table in tables}
    strange = {}
    with target.connection.begin():
        for table in {table.name: table for tables in units.values() for table in tables}.values():
            if table.name not in known:
                strange[table.name] = target.connection.scalar(select(func.count()).select_from(
                    table.clause(WAY.target))) or 0
    found = [_("{table}: {count} rows").format(table=name, count=count) for name, count in strange.items() if count]
    if found:
        raise FindingsBlock(_("the new side already holds rows that no copy by this mapping has brought: {found}")
                            .format(found=", ".join(found)), where=target.endpoint.name, hint=_(
            "empty these tables if nobody needs their rows, or copy into a fresh database; nothing was written"))


def require_transactions(target: Session, tables: Iterable[Table]) -> None:
    """Raise FindingsBlock where a table keeps what a transaction has taken back, as MyISAM's do."""
    if target.make != "mariadb":
        return
    names = {table.name for table in tables}
    with target.connection.begin():
        rows = target.connection.execute(_ENGINES, {"space": target.schema(WAY.target)})
        found = [f"{name} ({engine})" for name, engine in rows if name in names]
    if found:
        raise FindingsBlock(_("these tables know no transactions, so a copy that is cut off could not go on: {found}")
                            .format(found=", ".join(found)), where=target.endpoint.name,
                            hint=_("ALTER TABLE ... ENGINE=InnoDB, then copy"))
