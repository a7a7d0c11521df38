"""On real servers: one applier at a time, sides frozen under writers, numbers apart, and the truth moved and killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from rig_databases import mariadb_database_on, postgres_database_on
from rig_host import TestHost
from sqlalchemy import Connection, make_url

from migrator.errors import DatabaseError
from migrator.lens.copy.session import Session
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.verify import compare
from migrator.sync.bounded import Busy
from migrator.sync.freeze import arm, freeze, is_frozen, thaw
from migrator.sync.guard import applying
from migrator.sync.moves import standstill
from migrator.sync.moves.finish import finish
from migrator.sync.moves.switch import back, switch
from migrator.sync.numbers import bring_together, keep_apart, left
from migrator.sync.numbers.apart import Ranges
from migrator.sync.starting.start import start
from migrator.sync.state import Lease, LostLease, Phase, lease, pulse, read_state
from tests.copying.killed import killed_at

TABLES = {
    "postgresql": ("create table ident (id int generated always as identity primary key, said varchar(40))",
                   "create table serial (id bigserial primary key, said varchar(40))"),
    "mariadb": ("create table ident (id int auto_increment primary key, said varchar(40))",
                "create table serial (id bigint auto_increment primary key, said varchar(40))"),
}
BOTH = ("create table given (id varchar(36) primary key, said varchar(40))",
        "create table child (id varchar(36) primary key, parent varchar(36), said varchar(40), "
        "foreign key (parent) references given (id) on delete cascade)")
SAID = "from: '1'\nto: '2'\ntables: []\n"


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def meeting(request: pytest.FixtureRequest) -> Iterator[Meeting]:
    """Two sides on one server; each test makes its tables anew."""
    host: TestHost = request.getfixturevalue(f"open_{request.param.replace('postgresql', 'postgres')}_host")
    with ExitStack() as stack:
        if request.param == "mariadb":  # the administrator's login sees both databases
            made = [stack.enter_context(mariadb_database_on(host)) for _side in Side]
            admin = make_url(made[0].direct_admin_url)
            old, new = (admin.set(database=one.name).render_as_string(False) for one in made)
        else:
            old = stack.enter_context(postgres_database_on(host)).direct_url
            new = f"{old}?options=-csearch_path%3Dlater"
        yield Meeting(open_endpoint("old", old), open_endpoint("new", new))


@pytest.fixture
def lens(meeting: Meeting) -> Lens:
    for end in (meeting.old, meeting.new):
        with end.connect() as connection, connection.begin():
            if end.make == "postgresql":
                space = "public" if end is meeting.old else "later"
                connection.exec_driver_sql(f"drop schema if exists {space} cascade")
                connection.exec_driver_sql(f"create schema {space}")
            else:
                name = make_url(str(end.url)).database
                connection.exec_driver_sql(f"drop database {name}")
                connection.exec_driver_sql(f"create database {name} character set utf8mb4")
                connection.exec_driver_sql(f"use {name}")
            for statement in (*TABLES[end.make], *BOTH):
                connection.exec_driver_sql(statement)
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))


@contextmanager
def _writing(meeting: Meeting, side: Side, *statements: str) -> Iterator[Connection]:
    """An application's open transaction."""
    with meeting.end(side).connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)
        yield connection


def _write(meeting: Meeting, side: Side, *statements: str) -> None:
    with _writing(meeting, side, *statements):
        pass


def _insert(meeting: Meeting, side: Side, table: str) -> int:
    """The number that the server gives to a new row, as the application learns it."""
    with meeting.end(side).connect() as connection, connection.begin():
        said = connection.exec_driver_sql(f"insert into {table} (said) values ('new') returning id")
        return int(said.scalar_one())


def _read(meeting: Meeting, side: Side, query: str) -> list[object]:
    with meeting.end(side).connect() as connection:
        return list(connection.exec_driver_sql(query).scalars())


def test_whoever_writes_is_waited_for_and_then_refused(
        meeting: Meeting, lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    end = meeting.new
    _write(meeting, Side.NEW, "insert into given values ('a', 'one')", "insert into child values ('b', 'a', 'two')")
    arm(end, lens, Side.NEW)
    with _writing(meeting, Side.NEW, "update given set said = 'in flight'"):
        with pytest.raises(Busy):
            freeze(end, lens, Side.NEW, wait=1, tries=1)
        assert not is_frozen(end, lens, Side.NEW)
    for _time in range(2):
        freeze(end, lens, Side.NEW)
    assert is_frozen(end, lens, Side.NEW) and not is_frozen(meeting.old, lens, Side.OLD)
    refused = ["insert into ident (said) values ('x')", "update child set said = 'x'", "delete from given"]
    for statement in refused + ["truncate table child"] * (end.make == "postgresql"):
        with pytest.raises(DatabaseError, match="read-only while users move between versions"):
            _write(meeting, Side.NEW, statement)
    assert _read(meeting, Side.NEW, "select said from given") == ["in flight"]
    with end.connect() as connection, connection.begin(), applying(Session(end, connection), Side.NEW):
        connection.exec_driver_sql("update given set said = 'ours'")
    with _writing(meeting, Side.NEW) as reader:
        reader.exec_driver_sql("select * from given").all()
        thaw(end, Side.NEW, wait=1)  # it opens under a reader's eyes, whatever has to stay for now
        _write(meeting, Side.NEW, "delete from given")
    thaw(end, Side.NEW)
    assert read_schema(end).tables["given"].triggers == () and _read(meeting, Side.NEW, "select id from child") == []


def test_a_killed_holder_leaves_at_once_and_a_frozen_one_is_ended_by_the_server(
        meeting: Meeting, lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "FROZEN", 1)

    def dies_in_a_batch() -> None:
        held = Lease.take(meeting, lens, "killed")
        with meeting.connect(Side.OLD) as connection, connection.begin():
            held.confirm(connection, Side.OLD)
            os.kill(os.getpid(), signal.SIGKILL)

    assert killed_at(10_000, dies_in_a_batch)
    monkeypatch.setattr(pulse, "STALE", 10_000.0)
    frozen = Lease.take(meeting, lens, "frozen")
    assert frozen.state.fence == 2
    frozen._pulse.stop()
    monkeypatch.setattr(pulse, "STALE", 0.5)
    with meeting.connect(Side.OLD) as connection:
        frozen.bind(connection)
        transaction = connection.begin()
        connection.exec_driver_sql("insert into given values ('f', 'of a frozen process')")
        frozen.confirm(connection, Side.OLD)
        with Lease.take(meeting, lens, "second") as second:  # waits until the server has ended that transaction
            assert second.state.fence == 3
            with meeting.connect(Side.NEW) as other, other.begin(), pytest.raises(LostLease):
                frozen.confirm(other, Side.NEW)
        with pytest.raises(Exception, match=r"(?i)terminat|gone away|lost connection|closed"):
            transaction.commit()
        connection.invalidate()
    assert _read(meeting, Side.OLD, "select id from given") == []


def test_numbers_stay_apart_while_rows_go_over(meeting: Meeting, lens: Lens) -> None:
    for _row in range(3):
        for table in ("ident", "serial"):
            _insert(meeting, Side.OLD, table)
    told: list[Ranges] = []
    found = keep_apart(lens, meeting, {}, told.append)
    assert set(found.ranges) == {"ident.id", "serial.id"} and not found.findings
    assert meeting.old.make != "postgresql" or told[-1] == found.ranges
    assert keep_apart(lens, meeting, found.ranges).ranges == found.ranges
    highest: dict[str, int] = {}
    for table in ("ident", "serial"):
        numbers = {side: {_insert(meeting, side, table) for _row in range(3)} for side in Side}
        identity = " overriding system value" if meeting.old.make == "postgresql" else ""
        for side in Side:
            _write(meeting, side, *(f"insert into {table} (id, said){identity} values ({number}, 'from there')"
                                    for number in numbers[side.other]))
        numbers = {side: numbers[side] | {_insert(meeting, side, table) for _row in range(3)} for side in Side}
        assert not numbers[Side.OLD] & numbers[Side.NEW] and len(numbers[Side.OLD] | numbers[Side.NEW]) == 12
        highest[f"{table}.id"] = max(numbers[Side.OLD] | numbers[Side.NEW])
    assert all(0 < one.left < one.of for one in left(lens, meeting, found.ranges))
    free = bring_together(lens, meeting, found.ranges)
    for table in ("ident", "serial"):
        assert free[f"{table}.id"] > highest[f"{table}.id"]
        assert [_insert(meeting, side, table) for side in Side] == [free[f"{table}.id"]] * 2


def test_the_truth_moves_is_killed_and_comes_back(meeting: Meeting, lens: Lens, monkeypatch: pytest.MonkeyPatch
                                                  ) -> None:
    _write(meeting, Side.OLD, *(f"insert into given values ('{uuid4()}', 'row {n}')" for n in range(20)))
    _insert(meeting, Side.OLD, "serial")
    start(lens, meeting)
    _write(meeting, Side.OLD, "update given set said = 'late' where said = 'row 3'")
    done = switch(lens, meeting)
    assert done.stood and done.stood.compared >= 21 and 0 < done.stood.refused < done.stood.seconds
    with pytest.raises(DatabaseError, match="read-only"):
        _write(meeting, Side.OLD, "delete from given")
    _write(meeting, Side.NEW, "update given set said = 'on new' where said = 'late'")
    number = _insert(meeting, Side.NEW, "serial")

    def killed_before_it_moves() -> None:
        monkeypatch.setattr(standstill.Proof, "require", lambda _self: os.kill(os.getpid(), signal.SIGKILL))
        back(lens, meeting)

    assert killed_at(10_000, killed_before_it_moves)
    state = read_state(meeting)
    assert state and (state.phase, state.truth) == (Phase.SWITCHING, Side.NEW)
    back(lens, meeting)
    assert _read(meeting, Side.OLD, "select count(*) from given where said = 'on new'") == [1]
    assert number in _read(meeting, Side.OLD, "select id from serial")
    _write(meeting, Side.OLD, "delete from given where said = 'row 4'")
    end = finish(lens, meeting)
    assert end.truth is Side.OLD and compare(lens, meeting).equal and is_frozen(meeting.new, lens, Side.NEW)
    assert replace(end, stood=None) == finish(lens, meeting)
    assert _insert(meeting, Side.OLD, "serial") > number
