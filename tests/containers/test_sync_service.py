"""An applier by itself on real servers: whoever cuts its connections finds it at work again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rig_databases import Database
from rig_host import TestHost

from migrator.lens.places.endpoint import open_endpoint
from migrator.sync.service import process
from migrator.sync.service.errand import Errand
from migrator.sync.service.restraint import at_work
from migrator.sync.service.station import Station
from migrator.sync.starting.start import start
from tests.copying.world import SAID, World

CUT = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'migrator' and " \
      "datname = current_database() and pid <> pg_backend_pid()"


@pytest.fixture
def running(open_postgres_host: TestHost, postgres_database: Callable[[TestHost], Database], tmp_path: Path
            ) -> Iterator[tuple[World, Station]]:
    """A sync of two schemas of a database, and its applier."""
    url = postgres_database(open_postgres_host).direct_url
    with open_endpoint("both", url).connect() as connection, connection.begin():
        for name in ("old", "new"):
            connection.exec_driver_sql(f"create schema {name}_side")
    urls = {name: f"{url}?options=-csearch_path%3D{name}_side" for name in ("old", "new")}
    world = World(*(open_endpoint(name, urls[name]) for name in ("old", "new")))
    world.build()
    start(world.lens(), world.meeting)
    (tmp_path / "map.yaml").write_text(SAID)
    station = Station.of(tmp_path / "home", world.meeting)
    process.start(station, Errand([str(tmp_path / "map.yaml")], urls["old"], urls["new"], tmp_path / "home"))
    yield world, station
    process.stop(station)


def test_cut_connections_are_made_anew(running: tuple[World, Station]) -> None:
    world, station = running
    pid = station.pid
    assert pid is not None
    words = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"://" not in words
    assert os.stat(f"/proc/{pid}/environ").st_mode & 0o077 == 0
    for number in range(2):
        with world.old.connect() as connection, connection.begin():
            assert connection.exec_driver_sql(CUT).scalar_one() > 0
        with world.old.connect() as connection, connection.begin():
            connection.exec_driver_sql(f"update task set title = 'after cut {number}' where id = 1")
        _wait_for(world, f"after cut {number}")
    assert station.pid == pid, "it is the same process"
    assert "waits and tries again" in station.log.read_text()
    assert at_work(world.old) == 0


def _wait_for(world: World, subject: str) -> None:
    deadline = time.monotonic() + 60
    while world.there("select subject from item where id = 1") != [(subject,)]:
        assert time.monotonic() < deadline, "the applier has not come back"
        time.sleep(0.1)
