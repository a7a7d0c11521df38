"""Data that takes another shape, copied from one make of server to the other and compared there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig_databases import Database
from rig_host import TestHost

from migrator.lens.copy.copy import forward
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.verify.comparison import compare
from tests.shaping.world import ARRIVED, build, compiled, rows, run


@pytest.mark.parametrize("back", [False, True], ids=["postgresql-mariadb", "mariadb-postgresql"])
def test_every_shape_is_the_same_on_the_other_make(
        open_postgres_host: TestHost, open_mariadb_host: TestHost,
        postgres_database: Callable[[TestHost], Database], mariadb_database: Callable[[TestHost], Database],
        back: bool) -> None:
    databases = postgres_database(open_postgres_host), mariadb_database(open_mariadb_host)
    meeting = Meeting(*(open_endpoint(side, database.direct_url)
                        for side, database in zip(Side, reversed(databases) if back else databases, strict=True)))
    build(meeting)
    forward(compiled(meeting), meeting)
    assert {name: rows(meeting, Side.NEW, name) for name in ARRIVED} == ARRIVED
    assert not compare(compiled(meeting), meeting).differences
    run(meeting, Side.NEW, "delete from account_role where account_id = 1 and role_id = 2")
    found, = compare(compiled(meeting), meeting).differences
    assert (found.table, dict(found.key)) == ("app_user -> account", {"id": "1"})
