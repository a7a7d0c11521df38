"""Logs of databases: what can be brought back from which sets, and when a server's log will do; no server is asked."""

from __future__ import annotations

import io
import json
import struct
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from migrator import clock
from migrator.backup.client.mariadb import MariadbClient
from migrator.backup.client.postgres import PostgresClient
from migrator.backup.client.server import ServerClient
from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.logs.errors import OutsideLog
from migrator.backup.logs.ground import ground
from migrator.backup.logs.head import Head, Without
from migrator.backup.logs.mariadb import MariadbLog, Place
from migrator.backup.logs.postgres import PostgresLog
from migrator.backup.logs.record import LogRecord
from migrator.backup.logs.stretch import Stretch, covers
from migrator.backup.logs.wal import lsn, lsn_text, segment_names, write_tar
from migrator.backup.parts.part import Part
from migrator.backup.sets.manifest import DatabaseRecord, Manifest
from migrator.backup.sets.manifest_file import save
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.commands.shell import Command, words
from migrator.errors import HostError, NoSpace
from migrator.site import Site

SEGMENT = 16 * 1024 * 1024
DAYS = [f"2026-03-0{day}T02:00:00+00:00" for day in range(1, 6)]


@pytest.fixture
def chain(vault: Path) -> list[BackupSet]:
    """Three sets, a day apart: whole, and twice the log since then."""
    return [kept_set(vault, day) for day in range(3)]


def kept_set(vault: Path, day: int, *, first: str | None = None, log: bool = True) -> BackupSet:
    base = day - 1 if day else None
    record = LogRecord(first or f"bin.1:{100 * (base if base is not None else day)}", f"bin.1:{100 * day}",
                       DAYS[0], DAYS[day], {"database": "main"}, follows=base is not None)
    part = Part("databases/main.binlog.zst" if day else "databases/main.sql.zst", "0", 1, "0", 1)
    folder = vault / f"set{day}"
    folder.mkdir(parents=True)
    save(Manifest(f"set{day}", "live", DAYS[day], DAYS[day], "1", {
        "main": DatabaseRecord("mariadb", part, {}, "s", {}, record if log else None)}, {},
        base=f"set{base}" if base is not None else None), folder)
    return BackupSet.open(folder)


def test_a_stretch_goes_back_to_the_whole_set_and_tells_what_it_covers(chain: list[BackupSet]) -> None:
    stretch = Stretch.of(chain[2], "main")
    assert [kept.id for kept in stretch.sets] == ["set0", "set1", "set2"]
    assert covers(chain[2], "main") == (clock.parse(DAYS[0]), clock.parse(DAYS[2]))
    assert covers(chain[0], "main") == (clock.parse(DAYS[0]), clock.parse(DAYS[0]))
    assert [kept.id for kept, _part in stretch.parts] == ["set0", "set1", "set2"]


@pytest.mark.parametrize(("hours", "needed"), [(0, 1), (1, 2), (24, 2), (25, 3), (48, 3)])
def test_only_the_sets_up_to_the_wanted_moment_are_needed(chain: list[BackupSet], hours: int, needed: int) -> None:
    stretch = Stretch.of(chain[2], "main")
    until = clock.parse(DAYS[0]) + timedelta(hours=hours)
    stretch.require(until)
    assert len(stretch.up_to(until).sets) == needed


@pytest.mark.parametrize("hours", [-1, 49])
def test_a_moment_outside_is_refused_with_the_range_that_is_covered(chain: list[BackupSet], hours: int) -> None:
    with pytest.raises(OutsideLog) as caught:
        Stretch.of(chain[2], "main").require(clock.parse(DAYS[0]) + timedelta(hours=hours))
    for day in (DAYS[0], DAYS[2]):
        assert clock.local(day, form="%Y-%m-%d %H:%M:%S") in str(caught.value.hint)


def test_a_dump_without_a_log_covers_no_moment(vault: Path) -> None:
    kept = kept_set(vault, 0, log=False)
    assert covers(kept, "main") is None
    with pytest.raises(OutsideLog):
        Stretch.of(kept, "main").require(clock.parse(DAYS[0]))


def test_a_gap_in_the_log_is_found(vault: Path, chain: list[BackupSet]) -> None:
    with pytest.raises(SetDamaged, match="gap between set2 and set3"):
        Stretch.of(kept_set(vault, 3, first="bin.1:250"), "main")


def test_a_base_that_does_not_hold_the_database_or_is_gone_is_found(vault: Path, chain: list[BackupSet]) -> None:
    without = replace(chain[0].manifest, databases={})
    (chain[0].folder / "manifest.json").unlink()
    with pytest.raises(SetMissing, match="set0 is gone"):
        Stretch.of(chain[2], "main")
    save(without, chain[0].folder)
    with pytest.raises(SetDamaged, match="holds main whole"):
        Stretch.of(chain[2], "main")


def test_sqlite_has_no_log_and_the_set_says_so(site: Site, vault: Path) -> None:
    entry = site.environment.databases["main"].model_copy(update={"logs": True})
    site.environment = site.environment.model_copy(update={"databases": {"main": entry}})
    kept = take_set(site, vault, "one", logs=True)
    assert "backup.no_log" in [note["code"] for note in kept.manifest.notes]
    assert kept.manifest.databases["main"].log is None and covers(kept, "main") is None


def test_a_server_of_our_own_is_not_begun_without_room(site: Site) -> None:
    ran: list[str] = []

    def said(command: Command) -> SimpleNamespace:
        return SimpleNamespace(text="1000" if command == words("id", "-u") else "/dev/sda 1000")

    host = SimpleNamespace(name="here", read=said, expand=str, run=lambda command, timeout: ran.append(command.text))
    client = cast(ServerClient, SimpleNamespace(name="main", host=host, entry=site.environment.databases["main"]))
    with pytest.raises(NoSpace, match="are needed"), ground(site, client, "mysql", 1001):
        raise AssertionError("there cannot be so much room")
    assert len(ran) == 1 and "/work/scratch/migrator_moment_" in ran[0]


def test_the_heads_of_streams() -> None:
    sink = io.BytesIO()
    head, without = Head(sink, 5), Without(sink, 4)
    for piece in (b"abc", b"def", b"ghi"):
        head.write(piece)
        without.write(piece)
    assert (head.bytes, sink.getvalue()) == (b"abcde", b"abcdefefghighi")


def test_positions_of_both_makes() -> None:
    assert str(Place.of("a:b.000007:342")) == "a:b.000007:342" and Place.of("a:b.000007:342").offset == 342
    assert lsn("2A/B4000028") == 0x2AB4000028 and lsn_text(0x2AB4000028) == "2A/B4000028"


def test_names_of_the_log_s_files_go_on_over_the_end_of_a_number() -> None:
    assert segment_names("00000001", lsn("0/FE000028"), lsn("1/1000000"), SEGMENT) == [
        "0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000"]
    assert segment_names("00000001", lsn("0/3000028"), lsn("0/3000000"), SEGMENT) == []


def test_rows_of_a_copy_become_files_of_an_archive() -> None:
    pieces = [bytes([n]) * 600 for n in range(4)]
    sink = io.BytesIO()
    write_tar(["one", "two"], 1200, io.BytesIO(copied(pieces)), sink)
    with tarfile.open(fileobj=io.BytesIO(sink.getvalue())) as archive:
        files = [(one.name, cast(io.BufferedReader, archive.extractfile(one)).read()) for one in archive]
    assert files == [("one", pieces[0] + pieces[1]), ("two", pieces[2] + pieces[3])]


@pytest.mark.parametrize("end", [10, 19, 700])
def test_a_copy_that_ends_early_is_an_error(end: int) -> None:
    with pytest.raises((HostError, OSError)):
        write_tar(["one", "two"], 1200, io.BytesIO(copied([b"x" * 600] * 4)[:end]), io.BytesIO())


def copied(pieces: list[bytes]) -> bytes:
    """What PostgreSQL writes for rows of one binary column."""
    rows = b"".join(struct.pack("!hi", 1, len(piece)) + piece for piece in pieces)
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows + struct.pack("!h", -1)


GOOD: Mapping[str, str] = {
    "SELECT version()": "10.11.6-MariaDB-log\t1\tMIXED\t0\tutf8mb4\tutf8mb4_bin",
    "SELECT privilege_type": "SELECT\nRELOAD\nREPLICATION SLAVE\nBINLOG MONITOR",
    "SHOW MASTER STATUS": "bin.000003\t700",
    "SHOW BINARY LOGS": "bin.000002\t900\nbin.000003\t700",
    "SELECT binlog_gtid_pos": "0-7-12",
}


def mariadb(said: Mapping[str, str] = GOOD, client_version: str = "Distrib 10.11.6-MariaDB") -> MariadbLog:
    """A log whose server gives the good answers but for these."""
    return MariadbLog(cast(MariadbClient, SimpleNamespace(
        database="main", admin=SimpleNamespace(user="keeper"), admin_sql=answering({**GOOD, **said}),
        host=SimpleNamespace(read=lambda command, check: SimpleNamespace(text=client_version)))))


def answering(said: Mapping[str, str]) -> Callable[..., str]:
    def answer(sql: str, *, changes: bool) -> str:
        return next(answer for begin, answer in said.items() if sql.lower().startswith(begin.lower()))

    return answer


def test_a_log_of_mariadb_will_do() -> None:
    assert mariadb().lacking() == []


def version(log_bin: str = "1", form: str = "MIXED", release: str = "10.11.6-MariaDB-log") -> str:
    return f"{release}\t{log_bin}\t{form}\t0\tutf8mb4\tutf8mb4_bin"


@pytest.mark.parametrize(("said", "why"), [
    ({"SELECT version()": version(release="8.0.36")}, "only MariaDB"),
    ({"SELECT version()": version(log_bin="0")}, "log_bin is off"),
    ({"SELECT version()": version(form="STATEMENT")}, "STATEMENT"),
    ({"SELECT privilege_type": "RELOAD\nREPLICATION SLAVE"}, "GRANT BINLOG MONITOR"),
    ({"SELECT privilege_type": "RELOAD\nBINLOG MONITOR"}, "GRANT REPLICATION SLAVE"),
    ({"SELECT privilege_type": "REPLICATION SLAVE\nBINLOG MONITOR"}, "GRANT RELOAD"),
    ({"SHOW MASTER STATUS": "bin.000003\t700\tother,more\t"}, "leave this database out"),
    ({"SHOW MASTER STATUS": "bin.000003\t700\t\tother,main"}, "leave this database out"),
])
def test_what_a_log_of_mariadb_lacks(said: Mapping[str, str], why: str) -> None:
    (lacking,) = mariadb(said).lacking()
    assert why in lacking


def test_client_programs_of_another_release_are_refused() -> None:
    (lacking,) = mariadb(client_version="mariadb from 11.4.2-MariaDB, client 15.2").lacking()
    assert "10.11" in lacking and "11.4.2" in lacking


BEFORE = LogRecord("bin.000001:4", "bin.000002:500", DAYS[0], DAYS[1],
                   {"version": "10.11.5-MariaDB", "transaction": "0-7-12"})


@pytest.mark.parametrize(("since", "why"), [
    (BEFORE, None),
    (replace(BEFORE, last="bin.000001:500"), "removed"),
    (replace(BEFORE, last="bin.000002:901"), "anew"),
    (replace(BEFORE, server={**BEFORE.server, "transaction": "0-7-99"}), "anew"),
    (replace(BEFORE, server={**BEFORE.server, "version": "10.6.5-MariaDB"}), "another version"),
])
def test_whether_a_log_of_mariadb_goes_on_from_the_base(since: LogRecord, why: str | None) -> None:
    broken = mariadb().broken(since)
    assert broken is None if why is None else why in str(broken)


MAY: Mapping[str, Any] = {"version": 15, "standby": False, "level": "replica", "tablespaces": 0, "read": True,
                          "switch": True, "limit": "4GB"}
SERVER = {"version": "150020", "system": "77", "timeline": "00000001", "segment": str(SEGMENT), "superuser": "postgres"}


def postgres(*, tool: str = "pg_basebackup (PostgreSQL) 15.20", refused: str = "", unlogged: tuple[str, ...] = (),
             kept_from: str = "0/2000000", **may: Any) -> PostgresLog:
    said = {"\nSELECT json_build_object(\n    'version', current_setting('server_version_num'),": json.dumps(SERVER),
            "\nSELECT json_build_object(": json.dumps({**MAY, **may}), "SELECT restart_lsn": kept_from}
    return PostgresLog(cast(PostgresClient, SimpleNamespace(
        database="Main DB", name="main", site=SimpleNamespace(name="live"),
        admin=SimpleNamespace(user="keeper", address="h", port=1),
        admin_sql=answering(said), refused=lambda command: refused, unlogged=lambda: list(unlogged),
        host=SimpleNamespace(read=lambda command, check: SimpleNamespace(text=tool)))))


@pytest.mark.parametrize(("log", "why"), [
    (postgres(version=11), "version 11"),
    (postgres(standby=True), "standby"),
    (postgres(level="minimal"), "wal_level"),
    (postgres(tablespaces=1), "tablespaces"),
    (postgres(read=False), "pg_read_binary_file"),
    (postgres(switch=False), "pg_switch_wal"),
    (postgres(refused="no pg_hba.conf entry"), "no pg_hba.conf entry"),
    (postgres(unlogged=("cache",)), "cache"),
    (postgres(tool="pg_basebackup (PostgreSQL) 14.9"), "14.9"),
    (postgres(tool=""), "-"),
], ids=lambda value: value if isinstance(value, str) else "log")
def test_what_a_log_of_postgresql_lacks(log: PostgresLog, why: str) -> None:
    (lacking,) = log.lacking()
    assert why in lacking


def test_a_log_of_postgresql_will_do_and_one_without_limit_is_remarked() -> None:
    assert postgres().lacking() == [] and postgres().remarks() == []
    assert [finding.code for finding in postgres(limit="-1").remarks()] == ["backup.log_unlimited"]


SINCE = LogRecord("0/2000028", "0/3000000", DAYS[0], DAYS[1], SERVER)


@pytest.mark.parametrize(("since", "kept_from", "why"), [
    (SINCE, "0/2000000", None),
    (SINCE, "", "not kept"),
    (SINCE, "0/4000000", "not kept"),
    (replace(SINCE, server={**SERVER, "timeline": "00000002"}), "0/2000000", "anew"),
    (replace(SINCE, server={**SERVER, "version": "140001"}), "0/2000000", "another version"),
])
def test_whether_a_log_of_postgresql_goes_on_from_the_base(since: LogRecord, kept_from: str, why: str | None) -> None:
    broken = postgres(kept_from=kept_from).broken(since)
    assert broken is None if why is None else why in str(broken)
