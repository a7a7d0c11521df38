"""Databases kept by their servers' logs: taken whole, then what has changed, and brought back as of any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from backup_rig import TREE, Place, fill, left_behind, sites
from rig import HostFactory
from rig_databases import Database
from rig_host import TestHost

from migrator import clock
from migrator.backup.database_part import DatabasePart
from migrator.backup.take import take_set

LOGGED = "[mariadbd]\nlog_bin\nserver_id = 7\n"


@pytest.fixture(scope="module")
def mariadb_logged(module_host_factory: HostFactory) -> TestHost:
    """MariaDB that writes a binary log."""
    host = module_host_factory("mariadb", name="mariadb-logged")
    host.must(["sh", "-ec", f"""
printf '{LOGGED}' > /etc/mysql/mariadb.conf.d/99-log.cnf
mariadb-admin shutdown
/etc/start.d/mariadb"""])
    return host


@pytest.fixture(scope="module")
def postgresql_logged(module_host_factory: HostFactory) -> TestHost:
    """PostgreSQL that keeps its log for replicas, but not without end."""
    host = module_host_factory("postgres", name="postgres-logged")
    host.must(["psql", "-qX", "-c", "alter system set max_slot_wal_keep_size = '2GB'", "-c", "select pg_reload_conf()"],
              user="postgres")
    return host


@pytest.fixture(params=["mariadb", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    host: TestHost = request.getfixturevalue(f"{request.param}_logged")
    made: Callable[[TestHost], Database] = request.getfixturevalue(
        "mariadb_database" if request.param == "mariadb" else "postgres_database")
    (live,) = sites(monkeypatch, live=(host, made(host), TREE))
    entries = {name: entry.model_copy(update={"logs": True}) for name, entry in live.site.environment.databases.items()}
    live.site.environment = live.site.environment.model_copy(update={"databases": entries})
    fill(live, tmp_path)
    yield live
    assert not [name for name in live.databases() if name.startswith("migrator_")], "scratch databases are left"
    assert left_behind(host) == ""
    assert host.exec(["pgrep", "-f", "migrator_moment"]).out == "", "a server of our own still runs"


def test_whole_and_two_increments_brought_back_at_three_moments(place: Place, tmp_path: Path) -> None:
    vault, site = tmp_path / "vault", place.site
    whole = take_set(site, vault, "1", trees=[])
    place.sql("insert into department (name) values ('first')", "create table extra (id integer primary key)")
    early, at_early = place.state(), moment(place)
    rotate(place)
    place.sql("update project set title = 'changed' where id <= 250", "insert into extra values (1)")
    rotate(place)
    at_first, first = place.state(), take_set(site, vault, "2", trees=[], base=whole)
    place.sql("delete from project where id > 400")
    late, at_late = place.state(), moment(place)
    place.sql("drop table extra", "insert into department (name) values ('last')")
    second = take_set(site, vault, "3", trees=[], base=first)

    for kept in (first, second):
        record = kept.manifest.databases["main"]
        assert kept.manifest.notes == () and record.log and record.log.follows and record.tables
    for kept, until, wanted in ((second, at_early, early), (first, None, at_first), (second, at_late, late)):
        DatabasePart(site, kept, "main", until=until).restore()
        assert place.state() == wanted
    assert not DatabasePart(site, second, "main").equal()
    DatabasePart(site, second, "main").prove()


def moment(place: Place) -> datetime:
    """A moment after everything so far and before everything that comes, whole seconds apart."""
    sql = {"mariadb": "select utc_timestamp(6)", "postgresql": "select now() at time zone 'utc'"}[place.make]

    def now() -> datetime:
        return clock.parse(str(place.open().query(sql)[0][0]))

    start = now()
    while (later := now()) < start + timedelta(seconds=1.1):
        threading.Event().wait(0.05)
    return later.replace(microsecond=0)


def rotate(place: Place) -> None:
    """Let the server begin a new file of its log."""
    if place.make == "mariadb":
        place.host.must(["mariadb", "-e", "flush binary logs"])
    else:
        place.host.must(["psql", "-qXc", "select pg_switch_wal()"], user="postgres")
