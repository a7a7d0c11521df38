"""What the playbook of Roundup says of the versions holds for freshly installed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures import package_files
from fixtures.roundup import release, settings
from fixtures.roundup.old_system import _run
from migrator.assess.fingerprint import judge
from migrator.assess.known import read_known
from migrator.assess.verdict import Kind
from migrator.database.open import open_database
from migrator.playbook.inventory import Database
from migrator.transport.local import LocalTransport

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "roundup"


@pytest.mark.network
@pytest.mark.parametrize("version", [release.OLD, release.NEW])
def test_a_fresh_tracker_is_proven_to_be_its_version(version: str, tmp_path: Path) -> None:
    program = release.install(release.fetch(package_files.cache_folder()), tmp_path / version, version)
    home = tmp_path / "home"
    _run(release.admin_command(program, home, "install", "classic", "sqlite"))
    settings.write(home / "config.ini", {**settings.site_keys(home, 8917), **settings.SQLITE.keys()})
    _run(release.admin_command(program, home, "initialise", "secret"))
    database = open_database("main", Database(url=f"sqlite:///{home}/db/db", at="here"), password=None, on_host=None,
                             reach=LocalTransport("here").tunnel)
    known = read_known((PLAYBOOK / "fingerprints.yaml").read_bytes(), "fingerprints.yaml")
    verdict = judge(known, database.make, database.schema(), None, {})
    assert (verdict.kind, verdict.version) == (Kind.PROVEN, version)


def test_the_checksums_are_those_that_were_pinned() -> None:
    shipped = package_files.read_checksums(PLAYBOOK / "packages" / "SHA256SUMS")
    pinned = package_files.read_checksums(release.CHECKSUMS)
    assert shipped == {name: pinned[name] for name in shipped}
    assert f"roundup-{release.NEW}.tar.gz" in shipped
