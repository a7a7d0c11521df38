"""A word that very many rows are looked up by: its change makes them dirty one by one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from migrator.lens.declared.hops import compile_hops
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.sync.applier import open_applier
from migrator.sync.batch import carrier
from migrator.sync.starting.start import start

MAPPING = b"""
from: "1"
to: "2"
tables:
  - old: task
    new: task
    columns:
      - lookup: {old: status, new: status_id, table: status, value: name}
only-new: [status]
"""
ROWS = 40


def test_its_rows_go_over_in_batches_of_the_usual_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "WIDE", 10)
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with sqlite3.connect(old) as connection:
        connection.execute("create table task (id integer not null primary key, status varchar(20))")
        connection.executemany("insert into task values (?, 'open')", [(n,) for n in range(ROWS)])
    with sqlite3.connect(new) as connection:
        connection.execute("create table status (id integer not null primary key, name varchar(20) not null unique)")
        connection.execute("create table task (id integer not null primary key, status_id integer)")
        connection.execute("insert into status values (1, 'open')")
    ends = [open_endpoint(name, f"sqlite:///{file}") for name, file in (("old", old), ("new", new))]
    lens = compile_hops([Mapping.parse(MAPPING, "m")], read_schema(ends[0]), [], read_schema(ends[1]))
    start(lens, Meeting(*ends))
    with sqlite3.connect(new) as connection:
        connection.execute("update status set name = 'begun' where id = 1")
    taken = []
    with open_applier(lens, Meeting(*ends), holder="test") as applier:
        applier.drain(lambda done: taken.append(done.taken))
    with sqlite3.connect(old) as connection:
        assert connection.execute("select distinct status, count(*) from task").fetchall() == [("begun", ROWS)]
    assert len(taken) > 1
