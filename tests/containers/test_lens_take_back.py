"""A copy between real servers that was cut off is taken back: no row, no index missing, nothing of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import inspect

from migrator.database.base import OURS
from migrator.lens.copy.copy import forward
from migrator.lens.copy.take_back import Footprint, take_back
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema

TASK = ("create table task (id int primary key, status varchar(9), parent int, "
        "foreign key (parent) references task (id))")
OLD = (TASK, "insert into task values (1, 'a', null)", "insert into task values (2, 'B', 1), (3, 'b', 2)")
NEW = (TASK, "create index by_status on task (status)", "create unique index by_both on task (status, id)")
SAID = (b'from: "1"\nto: "2"\n'
        b"tables: [{old: task, new: task, columns: [values: {old: status, new: status, map: {a: X, b: Y, B: Y}}]}]\n")


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("make", ["postgresql", "mariadb"])
def test_a_copy_that_was_cut_off_leaves_nothing(
        make: str, open_postgres_host: TestHost, open_mariadb_host: TestHost,
        postgres_database: Callable[[TestHost], Database], mariadb_database: Callable[[TestHost], Database]) -> None:
    maker, host = {"postgresql": (postgres_database, open_postgres_host),
                   "mariadb": (mariadb_database, open_mariadb_host)}[make]
    meeting = Meeting(*(open_endpoint(name, maker(host).direct_url) for name in ("old", "new")))
    run(meeting.old, *OLD)
    run(meeting.new, *NEW)
    before = structure(meeting.new)
    lens = compile_lens(Mapping.parse(SAID, "m.yaml"), read_schema(meeting.old), read_schema(meeting.new))
    footprint = Footprint.of(lens, meeting)
    told = iter(range(1))

    def until(*_told: object) -> None:
        if next(told, None) is None:
            raise Killed

    with pytest.raises(Killed):
        forward(lens, meeting, progress=until)
    assert any(name.startswith(OURS) for name in structure(meeting.new))
    assert rows(meeting.new) == 3
    assert take_back(meeting.new, footprint) == 3
    assert (structure(meeting.new), rows(meeting.new)) == (before, 0)

    forward(lens, meeting)
    run(meeting.new, *footprint.statements)
    assert rows(meeting.new) == 0, "people empty it by the statements that were written down"


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            for part in statement.split(";"):
                connection.exec_driver_sql(part)


def rows(end: Endpoint) -> int:
    with end.connect() as connection:
        return int(connection.exec_driver_sql("select count(*) from task").scalar_one())


def structure(end: Endpoint) -> dict[str, object]:
    """Every table with its indexes and foreign keys."""
    with end.connect() as connection:
        seen = inspect(connection)
        return {name: (sorted(index["name"] or "" for index in seen.get_indexes(name)),
                       sorted(key["name"] or "" for key in seen.get_foreign_keys(name)))
                for name in seen.get_table_names()}
