"""Any history of both versions on real servers: inside one, between two of a make, and between makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from rig_databases import Database
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from migrator.lens.side import Side
from tests.syncing.machine import TwoVersions
from tests.syncing.place import Place

HISTORIES = settings(max_examples=2, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
TOPOLOGIES = {"postgresql": False, "mariadb": False, "postgresql > postgresql": True, "mariadb > postgresql": True,
              "postgresql > mariadb": True, "sqlite > mariadb": True}
"""Makes of the old and the new side, and whether they are two servers."""


@pytest.mark.parametrize("said", TOPOLOGIES)
def test_both_versions_say_what_people_did(said: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    old, _, new = said.partition(" > ")
    urls = {Side.OLD: _url(request, tmp_path, old, Side.OLD), Side.NEW: _url(request, tmp_path, new or old, Side.NEW)}

    class OnServers(TwoVersions):
        place = Place(urls, TOPOLOGIES[said], lambda: [_empty(url) for url in urls.values()] and None)
        patient = "sqlite" not in said

    run_state_machine_as_test(OnServers, settings=HISTORIES)


def _url(request: pytest.FixtureRequest, folder: Path, make: str, side: Side) -> str:
    if make == "sqlite":
        return f"sqlite:///{folder}/{side}.db"
    if make == "mariadb":
        url = make_url(_database(request, "mariadb").direct_admin_url).set(database=f"machine_{side}")
        return url.render_as_string(hide_password=False)
    return f"{_postgres(request).direct_url}?options=-csearch_path%3Dmachine_{side}"


def _postgres(request: pytest.FixtureRequest) -> Database:
    """One database for a test: whether its two schemas are one server is for the test to say."""
    if not hasattr(request.node, "postgres"):
        request.node.postgres = _database(request, "postgres")
    found: Database = request.node.postgres
    return found


def _database(request: pytest.FixtureRequest, make: str) -> Database:
    made: Callable[..., Database] = request.getfixturevalue(f"{make}_database")
    return made(request.getfixturevalue(f"open_{make}_host"))


def _empty(url: str) -> None:
    """Have nothing at all where a version lives."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        for file in Path(str(where.database)).parent.iterdir():
            file.unlink()
        return
    name = str(where.query["options"]).rpartition("=")[2] if where.query else str(where.database)
    what = "SCHEMA" if where.query else "DATABASE"
    engine = create_engine(where.set(database=where.database if where.query else "mysql"), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP {what} IF EXISTS {name}" + (" CASCADE" if where.query else ""))
        connection.exec_driver_sql(f"CREATE {what} {name}" + ("" if where.query else " CHARACTER SET utf8mb4"))
