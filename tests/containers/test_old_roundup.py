"""The old Roundup stands on a machine with nothing but Debian's Python, and upgrades there on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rig import HostFactory
from rig_apps import PACKAGES, OldSystem, old_roundup_on
from rig_databases import Database
from rig_host import TestHost

from fixtures.roundup import release

pytestmark = pytest.mark.network


def rows(database: Database, query: str) -> str:
    return database.host.must(["psql", "--no-psqlrc", "-At", "-c", query,
                               f"postgresql://{database.user}:{database.password}@127.0.0.1/{database.name}"])


def migrate(old: OldSystem, *, postgresql: bool) -> str:
    place = Path(old.root) / "releases" / release.NEW
    for command in release.install_commands(Path(PACKAGES), place, release.NEW, postgresql=postgresql):
        old.must(*command)
    return old.must(*release.admin_command(place, Path(old.made["home"]), "migrate"))


def test_on_postgresql(host_factory: HostFactory, postgres_database: Callable[[TestHost], Database]) -> None:
    database = postgres_database(host_factory("postgres"))
    old = old_roundup_on(database.host, database)
    issues = "SELECT id, _title, _site, _due, _planned_hours, __retired__ FROM _issue ORDER BY id"
    before = rows(database, issues)
    assert before.count("\n") == old.made["facts"]["issue"] == 60
    assert rows(database, "SELECT schema FROM schema").startswith("{'version': 6,")

    assert "schema version 8" in migrate(old, postgresql=True)

    assert rows(database, issues) == before
    assert rows(database, "SELECT schema FROM schema").startswith("{'version': 8,")


def test_on_sqlite(host_factory: HostFactory) -> None:
    old = old_roundup_on(host_factory("host"))
    files = ["find", f"{old.made['home']}/db/files", "-type", "f", "-exec", "sha256sum", "{}", "+"]
    before = sorted(old.must(*files).splitlines())
    assert len(before) == old.made["facts"]["file"] + old.made["facts"]["msg"]

    assert "schema version 8" in migrate(old, postgresql=False)

    assert sorted(old.must(*files).splitlines()) == before
