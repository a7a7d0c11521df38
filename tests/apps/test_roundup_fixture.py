"""The old Roundup is a real one: it serves, lets people in by role, and upgrades with the vendor's own command."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fixtures import package_files
from fixtures.roundup import old_system, release, settings
from tests.apps.servers import free_port, running
from tests.exported import exported
from tests.mapped import compared

pytestmark = pytest.mark.network

ROWS = {
    "users": "SELECT id, _username, _realname, _address, _roles, __retired__ FROM _user ORDER BY id",
    "issues": "SELECT id, _title, _status, _priority, _site, _due, _planned_hours, __retired__ FROM _issue ORDER BY id",
    "attached": "SELECT nodeid, linkid FROM issue_files ORDER BY nodeid, linkid",
    "estimates": "SELECT id, _issue, _amount, _note FROM _estimate ORDER BY id",
    "history": "SELECT nodeid, date, tag, action, params FROM issue__journal ORDER BY nodeid, date, action, params",
}


@pytest.fixture(scope="module")
def packages() -> Path:
    return release.fetch(package_files.cache_folder())


@pytest.fixture
def system(packages: Path, tmp_path: Path) -> old_system.System:
    return old_system.build(tmp_path / "roundup", packages, port=free_port())


@contextmanager
def served(system: old_system.System, version: Path) -> Iterator[None]:
    command = release.serve_command(system.server, version, system.home, system.port)
    with running(system.background, system.home.parent / "server.pid", release.probe_url(system.port), command):
        yield


def answer(system: old_system.System, path: str, user: str, password: str | None = None) -> int:
    word = base64.b64encode(f"{user}:{password or 'demo-' + user}".encode()).decode()
    request = urllib.request.Request(system.url + path, headers={"Authorization": f"Basic {word}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def roles_hold(system: old_system.System) -> None:
    assert answer(system, "issue1", "user02") == 200
    assert answer(system, "rest/data/issue/1", "user02") == 200
    assert answer(system, "rest/data/estimate/1", "user02") == 403
    assert answer(system, "rest/data/estimate/1", "user01") == 200
    assert answer(system, "rest/data/user/4/roles", "user01") == 403
    assert answer(system, "rest/data/user/4/roles", "admin") == 200
    assert answer(system, "rest/data/issue/1", "user02", "wrong") == 401
    assert answer(system, "rest/data/issue/1", "user12") == 401, "user12 is retired"


def rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(f"file:{home}/db/db?mode=ro", uri=True)) as database:
        return {name: database.execute(query).fetchall() for name, query in ROWS.items()}


def schema_version(home: Path) -> int:
    with closing(sqlite3.connect(f"file:{home}/db/db?mode=ro", uri=True)) as database:
        (text,) = database.execute("SELECT schema FROM schema").fetchone()
    return int(text.removeprefix("{'version': ").partition(",")[0])


def contents(home: Path) -> dict[str, str]:
    files = home / "db" / "files"
    return {str(path.relative_to(files)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(files.rglob("*")) if path.is_file()}


def rights(version: Path, home: Path) -> list[str]:
    return sorted(subprocess.check_output(release.admin_command(version, home, "security"), text=True).splitlines())


def every_cell_arrived(before: Path, after: Path) -> None:
    report = compared(["roundup/mapping/2.1-2.6.yaml"], f"sqlite:///{before}", f"sqlite:///{after}")
    assert report.equal, report.differences
    assert report.rows > 1000


def test_the_vendors_upgrade_keeps_rows_files_and_rights(system: old_system.System, packages: Path) -> None:
    assert system.facts["issue"] == 60
    assert len(contents(system.home)) == system.facts["file"] + system.facts["msg"]
    on_paper = exported("roundup", f"sqlite:///{system.home}/db/db", system.home.parent / "records")
    assert (on_paper["issues"], on_paper["files"]) == (59, system.facts["file"]), "one issue is retired"
    assert min(on_paper.values()) > 0
    with served(system, system.release):
        roles_hold(system)
    before = rows(system.home), contents(system.home), rights(system.release, system.home)
    assert schema_version(system.home) == 6
    shutil.copy(system.home / "db/db", system.home.parent / "before.db")

    new = release.install(packages, system.home.parent / "releases" / release.NEW, release.NEW)
    upgraded = subprocess.check_output(release.admin_command(new, system.home, "migrate"), text=True)

    assert "Tracker updated to schema version 8." in upgraded
    assert schema_version(system.home) == 8
    assert (rows(system.home), contents(system.home), rights(new, system.home)) == before
    every_cell_arrived(system.home.parent / "before.db", system.home / "db/db")
    with served(system, new):
        roles_hold(system)
    refused = subprocess.run(release.admin_command(system.release, system.home, "list", "user"), capture_output=True)
    assert refused.returncode != 0, "the old program must not work on the new schema"


@pytest.mark.parametrize(("renew", "scheme"), [("yes", "{PBKDF2S5}"), ("no", "{PBKDF2}")])
def test_signing_in_on_the_new_version_renews_hashes_only_if_told(
        system: old_system.System, packages: Path, renew: str, scheme: str) -> None:
    """The old version cannot read a renewed hash, so until the way back is closed they must stay as they are."""
    settings.write(system.home / "config.ini", {("web", "migrate_passwords"): renew})
    new = release.install(packages, system.home.parent / "releases" / release.NEW, release.NEW)
    subprocess.run(release.admin_command(new, system.home, "migrate"), check=True)
    with served(system, new):
        assert answer(system, "rest/data/issue/1", "user01") == 200
    with closing(sqlite3.connect(f"file:{system.home}/db/db?mode=ro", uri=True)) as database:
        (kept,) = database.execute("SELECT _password FROM _user WHERE _username = 'user01'").fetchone()
    assert kept.startswith(scheme)


def test_one_seed_gives_one_system(packages: Path, tmp_path: Path) -> None:
    version = release.install(packages, tmp_path / release.OLD, release.OLD)
    for name in "first", "second":
        old_system.make(tmp_path / name, version, issues=10, files=20)
    assert rows(tmp_path / "first") == rows(tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_the_site_edited_a_page_and_the_schema(packages: Path, tmp_path: Path) -> None:
    version = release.install(packages, tmp_path / release.OLD, release.OLD)
    old_system.make(tmp_path / "home", version, issues=1, files=1)
    delivered = (version / "share/roundup/templates/classic/html/issue.item.html").read_text()
    edited = (tmp_path / "home/html/issue.item.html").read_text()
    assert "Building site" in edited
    assert "Building site" not in delivered
    assert 'name="Planner"' in (tmp_path / "home/schema.py").read_text()
