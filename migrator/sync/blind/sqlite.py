"""What SQLite's triggers do not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import text

from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.model.finding import Finding, blocks
from migrator.sync.watch.watched import Watched
from migrator.text import _


def spots(session: Session, side: Side, tables: Sequence[Watched]) -> Iterator[Finding]:
    """See `Make`."""
    for one in tables:
        for index, in session.connection.execute(_HALF, {"table": one.table.name}):
            yield blocks("sync.replaced", _("REPLACE can push rows out of {table} by the unique index {index} without "
                                            "a trace: it is about some rows only, or about what is computed").format(
                table=one.table.name, index=index),
                _("allow it by name if the application never says REPLACE there, else make it an index on columns"),
                name=index, table=one.table.name, side=side)


_HALF = text("""
    select l.name from pragma_index_list(:table) l
    where l."unique" and (l.partial or exists (select 1 from pragma_index_xinfo(l.name) x where x.key and x.cid = -2))
    order by 1""")
