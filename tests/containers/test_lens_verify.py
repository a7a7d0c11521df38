"""Verification on real servers, of one make and of two: every planted change is found and named, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rig_databases import Database
from rig_host import TestHost

from migrator.errors import DatabaseError
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare

MOMENT = {"postgresql": "timestamp", "mariadb": "datetime(6)", "sqlite": "timestamp"}
TABLES = (
    "create table task (id bigint primary key, {title} varchar(100), {status} varchar(20), amount decimal(12, 2), "
    "due date, begun {moment}, priority integer)",
    "create table room (code varchar(20) primary key, name varchar(50))",
    "create table seat (room varchar(20), number integer, who varchar(20), primary key (room, number))",
)
ROWS = (
    "insert into task values (1, 'dig', '{building}', 10.00, '2026-02-28', '2026-02-28 23:59:59.5', 1), "
    "(2, null, null, null, null, null, 1), (3, '', '{done}', 0, '1970-01-01', '1970-01-01', 1), "
    "(4, 'pave ', '{done}', -0.01, null, null, 1), (5, '挖土 🚧 é', '{building}', 10.10, null, null, 1), "
    "(-6, 'out', null, 99, null, null, 1)",
    "insert into room values ('Ab', 'one'), ('b ', 'two'), ('房', '三')",
    "insert into seat values ('a', 1, 'x'), ('a', 11, 'y'), ('a1', 1, 'z')",
)
SAID = """
from: "1"
to: "2"
tables:
  - old: task
    new: task
    columns:
      - rename: {old: title, new: subject}
      - values: {old: status, new: code, map: {在建: BUILD, 竣工: DONE}}
"""
LOOKED_UP = """
from: "1"
to: "2"
tables:
  - old: task
    new: task
    columns:
      - lookup: {old: unit, new: unit_id, table: unit, value: symbol}
      - explode:
          old: members
          separator: ","
          new: {table: task_member, owner: task_id, value: account_id, words: {table: account, value: login}}
only-new: [unit]
"""
PLANTED = (
    "update task set subject = 'Dig' where id = 1", "update task set subject = '' where id = 2",
    "update task set subject = null where id = 3", "update task set subject = 'pave' where id = 4",
    "update task set amount = 10.11, priority = 2 where id = 5", "delete from task where id = -6",
    "insert into task (id, subject) values (900, 'new')", "update room set code = 'AB' where code = 'Ab'",
    "update room set name = '四' where code = '房'",
    "update seat set who = 'q' where room = 'a' and number = 11",
)
FOUND = {
    ("task", "differs", ("1",), "subject", "dig", "Dig"), ("task", "differs", ("2",), "subject", None, ""),
    ("task", "differs", ("3",), "subject", "", None), ("task", "differs", ("4",), "subject", "pave ", "pave"),
    ("task", "differs", ("5",), "amount", "10.1", "10.11"), ("task", "differs", ("5",), "priority", "1", "2"),
    ("task", "missing", ("-6",), None, None, None), ("task", "invented", ("900",), None, None, None),
    ("room", "missing", ("Ab",), None, None, None), ("room", "invented", ("AB",), None, None, None),
    ("room", "differs", ("房",), "name", "三", "四"), ("seat", "differs", ("a", "11"), "who", "y", "q"),
}
KILLED = """
import os, signal, sys
from pathlib import Path
from migrator.lens.verify import compare, ranges
from test_lens_verify import met
ranges.ROWS = 2
def kill(*told):
    os.kill(os.getpid(), signal.SIGKILL)
lens, meeting = met(os.environ["OLD_URL"], os.environ["NEW_URL"])
compare(lens, meeting, state=Path(sys.argv[1]), progress=kill)
"""

Url = Callable[[str], str]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: Callable[[TestHost], Database],
        mariadb_database: Callable[[TestHost], Database]) -> Url:
    """The URL of an empty database of a make; each call makes another."""

    def made(make: str) -> str:
        if make == "sqlite":
            return f"sqlite:///{tmp_path}/{len(list(tmp_path.iterdir()))}.db"
        database = postgres_database if make == "postgresql" else mariadb_database
        host: TestHost = request.getfixturevalue("open_postgres_host" if make == "postgresql" else "open_mariadb_host")
        return database(host).direct_url

    return made


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def met(old: str, new: str) -> tuple[Lens, Meeting]:
    meeting = Meeting(open_endpoint("old", old), open_endpoint("new", new))
    return compile_lens(Mapping.parse(SAID.encode(), "m.yaml"), read_schema(meeting.old),
                        read_schema(meeting.new)), meeting


def filled(old: str, new: str) -> tuple[Lens, Meeting]:
    for address, words in ((old, {"title": "title", "status": "status", "building": "在建", "done": "竣工"}),
                           (new, {"title": "subject", "status": "code", "building": "BUILD", "done": "DONE"})):
        end = open_endpoint("new", address)
        run(end, *(statement.format(moment=MOMENT[end.make], **words) for statement in (*TABLES, *ROWS)))
    return met(old, new)


@pytest.mark.parametrize(("old", "new"), [("postgresql", "postgresql"), ("postgresql", "mariadb"),
                                          ("mariadb", "mariadb"), ("sqlite", "postgresql")])
def test_every_planted_change_is_named(old: str, new: str, url: Url) -> None:
    lens, meeting = filled(url(old), url(new))
    equal = compare(lens, meeting)
    assert (equal.differences, equal.rows, equal.cells) == ([], 12, 6 * 7 + 3 * 2 + 3 * 3)
    run(meeting.new, *PLANTED)
    report = compare(lens, meeting)
    assert {(one.table, one.kind.value, tuple(one.key.values()), one.column, one.old, one.new)
            for one in report.differences} == FOUND
    assert report.different == len(FOUND) - 1  # one row differs in two cells


def test_one_cell_of_many_rows_is_named(url: Url) -> None:
    old, new = url("postgresql"), url("postgresql")
    lens, meeting = filled(old, new)
    for end, status, value in ((meeting.old, "status", "'在建'"), (meeting.new, "code", "'BUILD'")):
        name = "title" if end is meeting.old else "subject"
        run(end, f"insert into task (id, {name}, {status}, amount, begun, priority) select 1000 + i * 7, 'task ' || i, "
                 f"{value}, i / 100.0, timestamp '2026-01-01' + i * interval '1 second', 1 "
                 "from generate_series(1, 200000) i", "analyze task")
    run(meeting.new, "update task set subject = subject || ' ' where id = 1000 + 123456 * 7")
    report = compare(lens, meeting)
    assert [(one.key, one.column, one.old, one.new) for one in report.differences] == [
        ({"id": "865192"}, "subject", "task 123456", "task 123456 ")]
    assert (report.different, report.rows) == (1, 200_012)


def test_a_killed_verification_goes_on(url: Url, tmp_path: Path) -> None:
    old, new = url("postgresql"), url("mariadb")
    lens, meeting = filled(old, new)
    run(meeting.new, *PLANTED)
    state = tmp_path / "state.jsonl"
    here = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    killed = subprocess.run([sys.executable, "-c", KILLED, state], check=False,
                            env={**os.environ, "OLD_URL": old, "NEW_URL": new, "PYTHONPATH": here})
    assert killed.returncode == -signal.SIGKILL
    read = [json.loads(line) for line in state.read_text().splitlines()[1:]]
    report = compare(lens, meeting, state=state)
    assert len(read) == 1 and report.resumed
    assert {one.key["id"] for one in report.differences if one.table == "task"} == {
        "-6", "1", "2", "3", "4", "5", "900"}
    assert report.rows == 12


def test_looked_up_values_and_links_are_compared_across_servers(url: Url) -> None:
    meeting = Meeting(open_endpoint("old", url("postgresql")), open_endpoint("new", url("mariadb")))
    account = ("create table account (id integer primary key, login varchar(40) not null unique)",
               "insert into account values (1, 'ann'), (2, 'bob'), (3, '李')")
    run(meeting.old, *account, "create table task (id integer primary key, unit varchar(10), members varchar(100))",
        "insert into task values (1, 'm', '李, ann'), (2, null, ''), (3, 'kg', 'bob'), (4, 'm', 'ann,ann')")
    run(meeting.new, *account, "create table unit (id integer primary key, symbol varchar(10) not null unique)",
        "insert into unit values (7, 'kg'), (8, 'm')",
        "create table task (id integer primary key, unit_id integer)",
        "insert into task values (1, 8), (2, null), (3, 7), (4, 8)",
        "create table task_member (task_id integer, account_id integer, primary key (task_id, account_id))",
        "insert into task_member values (1, 1), (1, 3), (3, 2), (4, 1)")
    said = Mapping.parse(LOOKED_UP.encode(), "m.yaml")
    lens = compile_lens(said, read_schema(meeting.old), read_schema(meeting.new))
    assert compare(lens, meeting).differences == []
    run(meeting.new, "update task set unit_id = 7 where id = 1",
        "update task_member set account_id = 1 where task_id = 3")
    assert [(one.key, one.column, one.old, one.new) for one in compare(lens, meeting).differences] == [
        ({"id": "1"}, "unit", "m", "kg"), ({"id": "3"}, "members[1]", "2", "1")]


def test_a_key_that_the_new_side_cannot_hold_is_named(url: Url) -> None:
    meeting = Meeting(open_endpoint("old", url("sqlite")), open_endpoint("new", url("postgresql")))
    for end in (meeting.old, meeting.new):
        run(end, "create table seat (room varchar(20), number integer, who varchar(20), primary key (room, number))",
            "insert into seat values ('a', 1, 'x')")
    run(meeting.old, "insert into seat values ('a', 'eleven', 'y')")
    lens = compile_lens(Mapping.parse(b'from: "1"\nto: "2"\n', "m.yaml"), read_schema(meeting.old),
                        read_schema(meeting.new))
    difference, = compare(lens, meeting, again=0).differences
    assert (difference.kind.value, difference.key["room"]) == ("missing", "a")
    assert difference.key["number"].startswith("cannot be said: ")


def test_what_a_server_cannot_tell_is_never_equal(url: Url) -> None:
    """MariaDB makes NULL of texts that are longer than max_allowed_packet: 16 MB, and bytes are told as two letters."""
    meeting = Meeting(open_endpoint("old", url("mariadb")), open_endpoint("new", url("mariadb")))
    for end, letter in ((meeting.old, "x"), (meeting.new, "y")):
        run(end, "create table doc (id integer primary key, scan longblob, body longtext)",
            f"insert into doc values (1, repeat('{letter}', 9000000), 'b'), (2, 'a', null)")
    lens = compile_lens(Mapping.parse(b'from: "1"\nto: "2"\n', "m.yaml"), read_schema(meeting.old),
                        read_schema(meeting.new))
    difference, = compare(lens, meeting).differences
    assert (difference.key, difference.column) == ({"id": "1"}, "scan")
    assert difference.old == "cannot be said: longer than the server of the old side may handle"
    run(meeting.old, "update doc set scan = repeat('x', 5000000), body = repeat('x', 9000000) where id = 1")
    with pytest.raises(DatabaseError, match="1 rows of doc are too long to be compared"):
        compare(lens, meeting)
