"""The sample product on PostgreSQL, killed at a known second and brought back, over ssh, from kept parts alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rig_databases import Database
from rig_host import TestHost
from ssh_places import entry

from fixtures.buildtrack.pack import pack
from migrator import clock
from migrator.backup.client import client_of
from migrator.backup.sets.proof import NONE
from migrator.backup.taking.take import take_set
from migrator.doors import InventoryDoors
from migrator.drill.asked import Drill
from migrator.drill.drill import run_drill
from migrator.drill.heartbeat import beat
from migrator.drill.kept_release import KeptRelease
from migrator.drill.suites import suites_for
from migrator.playbook.inventory import Inventory
from tests.buildtrack.machine import Container
from tests.buildtrack.site import PASSWORD, Site

TOP = Path(__file__).resolve().parents[2]
PRODUCT = TOP / "playbooks/buildtrack"
PORTS = {"live": 8061, "scratch": 8062}


@pytest.fixture
def systems(postgres_host: TestHost, postgres_database: Callable[[TestHost], Database], tmp_path: Path,
            monkeypatch: pytest.MonkeyPatch) -> dict[str, Site]:
    """A live system that serves, and a place where nothing but an interpreter is."""
    machine = Container(postgres_host)
    machine.bring_sources(TOP / "fixtures", [f"/srv/{name}" for name in PORTS])
    postgres_host.copy_in(pack("5.1", tmp_path / "packages"), "/opt/buildtrack-5.1.tar.gz")
    monkeypatch.setenv("BUILDTRACK_LOGIN", PASSWORD)
    found = {name: _site(name, machine, postgres_database(postgres_host), monkeypatch) for name in PORTS}
    found["live"].build(Path("/opt/buildtrack-5.1.tar.gz"), 300)
    found["scratch"].prepare()
    return found


def test_killed_at_a_known_second_and_brought_back_from_kept_parts(systems: dict[str, Site], tmp_path: Path) -> None:
    described: dict[str, Any] = {
        name: {**site.environment(disposable=name == "scratch"), "product": str(tmp_path / "product"),
               "vault": str(tmp_path / "vault")}
        for name, site in systems.items()}
    doors = InventoryDoors(Inventory.model_validate({"format": 1, "environments": described}))
    live, scratch = doors.site("live"), doors.site("scratch")
    machine = systems["live"].machine
    beaten = beat(live, ["main"])
    kept = take_set(live, tmp_path / "vault", "live.1")
    before = live.database().tables()
    empty = machine.must("ls", "-A", systems["scratch"].root)

    machine.must("sh", "-c", f"kill -9 $(head -n1 {systems['live'].root}/run/web.pid)")
    failed = clock.now()
    record = run_drill(Drill(
        live, scratch, suites_for(scratch, [PRODUCT / "checks/works-5.1.yaml"]), "li.wei",
        set=kept.id, failed=failed, release=KeptRelease.of(_product(tmp_path), "5.1", scratch)))

    assert record.passed, f"{record.broken}: {record.why}"
    assert record.rto and record.rto.met and record.rpo and (record.rpo.since, record.rpo.at) == ("heartbeat", beaten)
    assert list(record.phases) == ["decide", "provision", "database", "files", "start", "verify"]
    assert [part["name"] for part in record.parts] == ["buildtrack-5.1.tar.gz", "config/buildtrack.conf", "live.1"]
    assert len(record.checks) == 5 and kept.proof == NONE, "a kept release proves nothing of the set's own program"
    assert "mail was made harmless" in record.notes
    assert machine.must("ls", "-A", systems["scratch"].root) == empty
    assert client_of(scratch, "main").exists() and not scratch.database().tables()
    assert live.database().tables() == before


def _product(folder: Path) -> Path:
    """The shipped product's files, with the vendor's package that was kept."""
    pack("5.1", folder / "product/packages")
    for name in ("kept.yaml", "neutralise.yaml"):
        shutil.copy(PRODUCT / name, folder / "product")
    return folder / "product"


def _site(name: str, machine: Container, database: Database, monkeypatch: pytest.MonkeyPatch) -> Site:
    host = machine.host
    monkeypatch.setenv(f"{name.upper()}_PASSWORD", database.password)
    monkeypatch.setenv("ADMIN_PASSWORD", "admin-password")
    address = f"127.0.0.1:{database.port}"
    return Site(
        root=f"/srv/{name}", port=PORTS[name], machine=machine,
        database={"engine": "postgresql", "name": database.name, "host": "127.0.0.1", "port": str(database.port),
                  "user": database.user, "password": database.password},
        database_entry={"url": f"{database.driver}://{database.user}@{address}/{database.name}", "at": "app",
                        "password": f"env:{name.upper()}_PASSWORD",
                        "admin_url": f"{database.driver}://admin@{address}/{database.maintenance}",
                        "admin_password": "env:ADMIN_PASSWORD"},
        hosts={"app": entry(host).model_dump(exclude_defaults=True)}, values={"database": database.name},
        password=f"env:{name.upper()}_PASSWORD")
