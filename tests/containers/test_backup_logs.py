"""Databases kept by their servers' logs: taken whole, then what has changed, and brought back as of any moment."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import backup_rig
import pytest
from backup_rig import TREE, Place, fill, left_behind, sites
from rig import HostFactory
from rig_databases import Database
from rig_host import TestHost
from ssh_places import entry

from migrator import clock
from migrator.backup.client import client_of
from migrator.backup.errors import SetDamaged
from migrator.backup.logs.errors import CannotReplay
from migrator.backup.logs.taking import Taking
from migrator.backup.restoring.by_hand import restoring
from migrator.backup.restoring.database_part import DatabasePart
from migrator.backup.taking.take import take_set
from migrator.backup.verify import verify_set
from migrator.site import Site

LOGGED = "[mariadbd]\nlog_bin\nserver_id = 7\n[client]\ndefault-character-set = utf8mb4\n"
REMARKS = {"mariadb": ["backup.log_mixed"], "postgresql": []}
"""What is always said of these servers' logs; binlog_format is MIXED, as it comes, which is harder to replay."""


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


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """We log in as root, as whom no server of ours may run."""
    monkeypatch.setattr(backup_rig, "entry", partial(entry, user="root"))


@pytest.fixture(params=["mariadb", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    host: TestHost = request.getfixturevalue(f"{request.param}_logged")
    made: Callable[[TestHost], Database] = request.getfixturevalue(
        "mariadb_database" if request.param == "mariadb" else "postgres_database")
    (live,) = sites(monkeypatch, live=(host, made(host), TREE))
    ask_for_logs(live.site, True)
    fill(live, tmp_path)
    yield live
    assert not [name for name in live.databases() if name.startswith("migrator_")], "scratch databases are left"
    assert left_behind(host) == ""
    assert host.exec(["pgrep", "-f", "migrator_moment"]).out == "", "a server of our own still runs"


def test_whole_and_two_increments_brought_back_at_three_moments(place: Place, tmp_path: Path) -> None:
    vault, site = tmp_path / "vault", place.site
    whole = take_set(site, vault, "1", trees=[], logs=True)
    place.sql("insert into department (name) values ('first')", "create table extra (id integer primary key)")
    early, at_early = place.state(), moment(place)
    rotate(place)
    place.sql("update project set title = 'changed' where id <= 250", "insert into extra values (1)")
    rotate(place)
    at_first, first = place.state(), take_set(site, vault, "2", trees=[], base=whole, logs=True)
    place.sql("delete from project where id > 400")
    late, at_late = place.state(), moment(place)
    place.sql("drop table extra", "insert into department (name) values ('last')")
    second = take_set(site, vault, "3", trees=[], base=first, logs=True)

    for kept in (first, second):
        record = kept.manifest.databases["main"]
        assert [note["code"] for note in kept.manifest.notes] == REMARKS[place.make]
        assert record.log and record.log.follows and record.tables
    DatabasePart(site, second, "main", until=at_early).restore()
    assert place.state() == early
    DatabasePart(site, first, "main").restore()
    assert place.state() == at_first
    type_by_hand(place, restoring(site, second.folder, until=at_late))
    assert place.state() == late


def type_by_hand(place: Place, lines: list[str]) -> None:
    """Type the lines where they say, the passwords kept as a person keeps them."""
    passwords = {".pgpass": "*:*:*:*:admin-password\n", ".my.cnf": "[client]\npassword=admin-password\n"}
    for name, content in passwords.items():
        place.host.must(["sh", "-c", f"umask 077; printf '%s' '{content}' > ~/{name}"], user="ops")
    for line in lines:
        where, _colon, typed = line.partition(": ")
        if where == "on db":
            place.host.must(["sh", "-c", typed], user="ops")
        else:
            subprocess.run(["sh", "-c", typed], check=True)
    place.host.must(["sh", "-c", "rm ~/.pgpass ~/.my.cnf; test ! -e ~/migrator-moment"], user="ops")


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


@pytest.mark.usefixtures("as_root")
def test_a_chain_that_is_taken_while_others_write_ends_in_what_is_live(place: Place, tmp_path: Path) -> None:
    place.sql("create table pair (a integer primary key, b integer)")
    stop = threading.Event()

    def write(number: int) -> None:
        while not stop.is_set():
            place.sql(f"insert into pair values ({number}, 0)", f"update pair set b = a where a = {number}")
            number += 2

    writers = [threading.Thread(target=write, args=(first,)) for first in range(2)]
    for writer in writers:
        writer.start()
    try:
        kept = take_set(place.site, tmp_path / "vault", "1", trees=[], logs=True)
        kept = take_set(place.site, tmp_path / "vault", "2", trees=[], base=kept, logs=True)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    kept = take_set(place.site, tmp_path / "vault", "3", trees=[], base=kept, logs=True)
    live = place.content()
    assert kept.manifest.databases["main"].tables and live["pair"][0] > 2
    place.sql("delete from pair")
    DatabasePart(place.site, kept, "main").restore()
    assert place.content() == live


def test_a_log_that_does_not_reach_back_makes_a_whole_set_and_a_switched_off_one_is_forgotten(
        place: Place, tmp_path: Path) -> None:
    vault, site = tmp_path / "vault", place.site
    whole = take_set(site, vault, "1", trees=[], logs=True)
    rotate(place)
    lose_log(place)
    again = take_set(site, vault, "2", trees=[], base=whole, logs=True)
    log = again.manifest.databases["main"].log
    assert [note["code"] for note in again.manifest.notes] == [*REMARKS[place.make], "backup.log_gap"]
    assert log and not log.follows
    assert verify_set(site, again.folder)["level"] == 3

    ask_for_logs(site, False)
    plain = take_set(site, vault, "3", trees=[], base=again, logs=True)
    assert plain.manifest.databases["main"].log is None and kept_for_us(place) == ""


def test_without_rights_it_is_taken_whole_and_says_what_is_missing(place: Place) -> None:
    """The admin role here is the database's own, which may do nothing with the log."""
    entry = place.site.environment.databases["main"].model_copy(update={"admin_url": None, "admin_password": None})
    place.site.environment = place.site.environment.model_copy(update={"databases": {"main": entry}})
    taking = Taking(client_of(place.site, "main"), entry, "main", None, logs=True)
    (note,) = taking.notes
    assert (note.code, taking.extension) == ("backup.no_log", "sql" if place.make == "mariadb" else "dump")
    assert ("REPLICATION SLAVE" if place.make == "mariadb" else "pg_read_binary_file") in note.message
    assert place.database.password not in str(note.as_json())


def test_cut_off_or_without_a_fitting_program_live_is_left_as_it_is(place: Place, tmp_path: Path) -> None:
    vault, site = tmp_path / "vault", place.site
    whole = take_set(site, vault, "1", trees=[], logs=True)
    place.sql("insert into department (name) values ('first')")
    kept = take_set(site, vault, "2", trees=[], base=whole, logs=True)
    place.sql("delete from project")
    before = place.state()

    def cut(done: float, total: float | None, unit: str) -> None:
        raise ConnectionError("cut off")

    with pytest.raises(Exception, match="cut off"):
        DatabasePart(site, kept, "main", cut).restore()
    record = kept.manifest.databases["main"]
    assert record.log
    other = replace(record.log, server={**record.log.server, "version": {"mariadb": "9.1.0-MariaDB",
                                                                        "postgresql": "990000"}[place.make]})
    manifest = replace(kept.manifest, databases={"main": replace(record, log=other)})
    with pytest.raises(CannotReplay):
        DatabasePart(site, replace(kept, manifest=manifest), "main").restore()
    (vault / "1" / whole.manifest.databases["main"].part.path).write_bytes(b"")
    with pytest.raises(SetDamaged):
        DatabasePart(site, kept, "main").check()
    assert place.state() == before


def ask_for_logs(site: Site, wanted: bool) -> None:
    """Let the inventory say of every database whether its log is to be kept."""
    entries = {name: entry.model_copy(update={"logs": wanted}) for name, entry in site.environment.databases.items()}
    site.environment = site.environment.model_copy(update={"databases": entries})


def lose_log(place: Place) -> None:
    """The server removes what it had kept of its log."""
    if place.make == "mariadb":
        now = place.host.must(["mariadb", "-Ne", "show master status"]).split()[0]
        while not place.host.must(["mariadb", "-Ne", "show binary logs"]).startswith(now):
            # A file that the engine may still need to recover stays, without an error, for a moment.
            place.host.must(["mariadb", "-e", f"purge binary logs to '{now}'"])
    else:
        place.host.must(["psql", "-qXc", "select pg_drop_replication_slot(slot_name) from pg_replication_slots"],
                        user="postgres")


def kept_for_us(place: Place) -> str:
    """What the server keeps of its log because of us."""
    if place.make == "mariadb":
        return ""
    return place.host.must(["psql", "-AtXc", "select slot_name from pg_replication_slots"], user="postgres")
