"""The playbook of the sample product knows how each version's database looks, new and upgraded, on every make."""

from __future__ import annotations

from pathlib import Path

import pytest
from rig_databases import Database

from migrator.assess.known import read_known
from migrator.database.open import open_database
from migrator.playbook.inventory import Database as Entry
from migrator.transport.local import LocalTransport
from tests.buildtrack.installation import Installation
from tests.buildtrack.operator import PLAYBOOK

KNOWN = read_known((PLAYBOOK / "fingerprints.yaml").read_bytes(), "fingerprints.yaml")


def installation(folder: Path, database: Database | None) -> tuple[Installation, str]:
    """An empty place for BuildTrack and the URL of its database; without one it is an SQLite file."""
    (folder / "data").mkdir(parents=True)
    if database is None:
        return Installation(folder), f"sqlite:///{folder}/data/buildtrack.db"
    return Installation.at(folder, database.direct_url), database.direct_url


def proven(url: str, version: str) -> bool:
    """Whether the structure is one that the playbook knows as this version."""
    database = open_database("main", Entry(url=url, at="here"), reach=LocalTransport("here").tunnel)
    try:
        return database.schema().fingerprint in KNOWN.versions[version].of(database.make)
    finally:
        database.close()


@pytest.mark.parametrize("make", ["sqlite", "postgres", "mariadb"])
def test_every_version_is_proven_new_and_upgraded(make: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    def new() -> Database | None:
        if make == "sqlite":
            return None
        made: Database = request.getfixturevalue(f"{make}_database")(request.getfixturevalue(f"open_{make}_host"))
        return made

    for version in ("6.1", "7.0"):
        system, url = installation(tmp_path / f"new-{version}", new())
        assert system.run(version, "init").code == 0
        assert proven(url, version)
    system, url = installation(tmp_path / "upgraded", new())
    for version, words in ("5.1", ["init"]), ("6.1", ["upgrade"]), ("6.1", ["jobs", "--wait"]), ("7.0", ["upgrade"]):
        assert system.run(version, *words).code == 0
        assert proven(url, version)
