"""The heartbeat: a moment that a database holds, so that a restored copy tells up to when it knows everything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from migrator import clock
from migrator.database.base import OURS, Database
from migrator.database.ours import there
from migrator.site import Site

TABLE = f"{OURS}heartbeat"
KEPT = timedelta(days=2)
"""Beats older than this are removed by the next one."""
_CREATE = f"create table {TABLE} (at varchar(40) not null)"
_DROP = f"drop table {TABLE}"
_OLD = f"delete from {TABLE} where at < :kept"  # noqa: S608 - constants
_BEAT = f"insert into {TABLE} (at) values (:at)"  # noqa: S608 - constants
_NEWEST = f"select max(at) from {TABLE}"  # noqa: S608 - constants


def beat(site: Site, databases: Iterable[str]) -> str:
    """Write the present moment into each of these databases of a live system; gives it as text.

    The table begins with `migrator_`: it is in every dump, and in no count, digest or structure.
    """
    now = clock.now()
    for name in databases:
        database = site.database(name)
        if not there(database, TABLE):
            database.execute([_CREATE])
        database.execute([_OLD, _BEAT], {"kept": clock.stamp(now - KEPT), "at": clock.stamp(now)})
    return clock.stamp(now)


def stop(site: Site, databases: Iterable[str]) -> list[str]:
    """Remove the heartbeat from these databases; names of those that had one."""
    beating = [name for name in databases if there(site.database(name), TABLE)]
    for name in beating:
        site.database(name).execute([_DROP])
    return beating


def newest_beat(site: Site, databases: Iterable[str]) -> datetime | None:
    """Up to when all of these databases know everything: the oldest of their newest beats; None without any."""
    found = [moment for name in databases if (moment := _newest(site.reading().database(name)))]
    return min(found, default=None)


def _newest(database: Database) -> datetime | None:
    rows = database.query(_NEWEST) if there(database, TABLE) else []
    return clock.parse(rows[0][0]) if rows and rows[0][0] else None
