"""Which way rows go between two databases."""

from __future__ import annotations

import logging

from migrator.lens.copy.paths.by_rows import ByRows
from migrator.lens.copy.paths.from_postgresql import FromPostgresql
from migrator.lens.copy.paths.from_sqlite import FromSqlite
from migrator.lens.copy.paths.inside import Inside
from migrator.lens.copy.paths.into_postgresql import IntoPostgresql
from migrator.lens.copy.paths.lines import ByLines, Source, Target
from migrator.lens.copy.paths.path import Path
from migrator.lens.copy.paths.postgresql import Raw
from migrator.lens.copy.session import Session

log = logging.getLogger(__name__)


def choose(source: Session, target: Session) -> Path:
    """The fastest way that both databases allow; says so when it is the slow one, and why."""
    if source.connection is target.connection:
        return Inside(target)
    if source.make == target.make == "postgresql":
        return Raw(source, target)
    into = _into(target)
    return ByLines(_out_of(source), into) if into else ByRows(source, target)


def _out_of(source: Session) -> Source:
    if source.make == "postgresql":
        return FromPostgresql(source)
    if source.make == "sqlite":
        return FromSqlite(source)
    from migrator.lens.copy.paths.from_mariadb import FromMariadb  # the driver's parts are heavy

    return FromMariadb(source)


def _into(target: Session) -> Target | None:
    if target.make == "postgresql":
        return IntoPostgresql(target)
    if target.make == "mariadb" and target.run("SELECT @@local_infile").scalar():
        from migrator.lens.copy.paths.into_mariadb import IntoMariadb

        return IntoMariadb(target)
    why = "SQLite has no bulk loader" if target.make == "sqlite" else "local_infile is off at the server"
    log.info("%s: rows go through this process one by one: %s", target.endpoint.name, why)
    return None
