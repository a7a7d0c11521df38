"""Roundup from 2.1.0 to 2.6.0 over SSH with the shipped playbook, on SQLite and on PostgreSQL; and all the way back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rig import HostFactory
from rig_apps import PACKAGES, OldSystem, old_roundup_on
from rig_databases import Database
from rig_host import TestHost
from ssh_places import entry

from fixtures import package_files
from fixtures.demo.typed import Keyboard
from fixtures.roundup import release

pytestmark = [pytest.mark.network, pytest.mark.long]

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "roundup"
PORTS = {"live": 8917, "trial": 8918}
PEOPLE = ("admin", "user01", "user02", "user12")
LIBRARIES = "/srv/libraries"
CONTENT = (
    "SELECT id, _username, _realname, _address, _roles, _password, __retired__ FROM _user ORDER BY id",
    "SELECT id, _title, _status, _priority, _assignedto, _site, _planned_hours, __retired__ FROM _issue ORDER BY id",
    "SELECT id, _author, _summary, _messageid, __retired__ FROM _msg ORDER BY id",
    "SELECT nodeid, linkid FROM issue_files ORDER BY nodeid, linkid",
    "SELECT id, _issue, _amount, _note FROM _estimate ORDER BY id",
)
ASK_SQLITE = """
import sqlite3, sys
for query in sys.argv[2:]:
    print(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute(query).fetchall())
"""
DUMP_SQLITE = """
import sqlite3, sys
print("\\n".join(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).iterdump()))
"""
SIGN_IN = """
import base64, sys, urllib.error, urllib.request
for user in sys.argv[2:]:
    word = base64.b64encode(f"{user}:demo-{user}".encode()).decode()
    request = urllib.request.Request(sys.argv[1] + "rest/data/issue/1", headers={"Authorization": "Basic " + word})
    try:
        print(user, urllib.request.urlopen(request, timeout=30).status)
    except urllib.error.HTTPError as refused:
        print(user, refused.code)
"""


@dataclass(frozen=True)
class Tracker:
    """An old Roundup on a machine, looked at past migrator."""

    old: OldSystem
    database: Database | None

    @property
    def home(self) -> str:
        return str(self.old.made["home"])

    def content(self) -> str:
        """What people put in, by rows."""
        if self.database:
            return "\n".join(self._psql("-c", query) for query in CONTENT)
        return self.old.must("python3", "-c", ASK_SQLITE, f"{self.home}/db/db", *CONTENT)

    def attachments(self) -> list[str]:
        return self._hashes(f"{self.home}/db/files")

    def rights(self) -> list[str]:
        """Every role with its permissions, as the program in use lists them."""
        command = ["env", f"PYTHONPATH={self.old.root}/releases/current:{LIBRARIES}", "python3", "-m",
                   "roundup.scripts.roundup_admin", "-i", self.home, "security"]
        return sorted(self.old.must(*command).splitlines())

    def logins(self) -> str:
        url = f"http://127.0.0.1:{PORTS['live']}/"
        return self.old.must("python3", "-c", SIGN_IN, url, "admin", "user01", "user02", "user05", "user12")

    def everything(self) -> tuple[str, list[str], str]:
        """All that an upgrade could have changed: the whole database, every file of the home, the program in use."""
        if self.database:
            dumped = self.old.host.must(["runuser", "-u", "postgres", "--", "pg_dump", "--inserts", self.database.name])
            dump = "\n".join(sorted(line for line in dumped.splitlines() if not _passing(line)))
        else:
            dump = self.old.must("python3", "-c", DUMP_SQLITE, f"{self.home}/db/db")
        kept = [line for line in self._hashes(self.home) if "/db/" not in line and not line.endswith(".log")]
        return dump, kept + self.attachments(), self.old.must("readlink", f"{self.old.root}/releases/current")

    def version(self) -> str:
        query = "SELECT substr(schema, 1, 13) FROM schema"
        if self.database:
            return self._psql("-c", query).strip()
        return self.old.must("python3", "-c", ASK_SQLITE, f"{self.home}/db/db", query)

    def _hashes(self, folder: str) -> list[str]:
        return sorted(self.old.must("find", folder, "-type", "f", "-exec", "sha256sum", "{}", "+").splitlines())

    def _psql(self, *words: str) -> str:
        assert self.database
        where = f"postgresql://{self.database.user}:{self.database.password}@127.0.0.1/{self.database.name}"
        return self.old.must("psql", "--no-psqlrc", "-At", where, *words)


def _passing(line: str) -> bool:
    """Sessions come and go; a dump names itself anew each time."""
    return line.startswith(("INSERT INTO public.sessions", "INSERT INTO public.otks", "\\restrict", "\\unrestrict"))


@pytest.fixture(params=["sqlite", "postgresql"])
def tracker(request: pytest.FixtureRequest, host_factory: HostFactory,
            postgres_database: Callable[[TestHost], Database]) -> Iterator[Tracker]:
    """Roundup 2.1.0 with data, running as its owner started it; beside it an empty place for its copy."""
    database = postgres_database(host_factory("postgres")) if request.param == "postgresql" else None
    old = old_roundup_on(database.host if database else host_factory("host"), database)
    for folder in LIBRARIES, "/srv/trial":
        old.host.must(["install", "-d", "-o", old.owner, "-g", old.owner, folder])
    old.must("ln", "-s", release.OLD, f"{old.root}/releases/current")
    if database:
        old.must("python3", "-m", "zipfile", "-e", f"{PACKAGES}/{release.POSTGRESQL_DRIVER}", LIBRARIES)
        old.host.must(["psql", "-qX", "-c", f"CREATE DATABASE {database.name}_trial OWNER {database.user}"],
                      user="postgres")
    old.must(*_service(old, "live", old.root)["start"])
    yield Tracker(old, database)
    if database:
        old.host.must(["psql", "-qX", "-c", f"DROP DATABASE {database.name}_trial WITH (FORCE)"], user="postgres")


def environments(tracker: Tracker, secrets: Path) -> dict[str, Any]:
    """The inventory of a company whose tracker and copy share a machine."""
    for name, value in {**{person: f"demo-{person}" for person in PEOPLE},
                        "database": tracker.database.password if tracker.database else "none"}.items():
        (secrets / name).touch(mode=0o600)
        (secrets / name).write_text(value)
    live = _environment(tracker, "live", tracker.old.root, secrets)
    trial = _environment(tracker, "trial", "/srv/trial", secrets) | {"disposable": True}
    trial["values"]["database-name"] = f"{tracker.database.name}_trial" if tracker.database else "roundup"
    return {"tracker": live, "tracker-trial": trial}


def _environment(tracker: Tracker, place: str, root: str, secrets: Path) -> dict[str, Any]:
    database = {"url": f"sqlite:///{root}/home/db/db", "at": "app1"}
    if made := tracker.database:
        name = made.name if place == "live" else f"{made.name}_trial"
        database = {"url": f"{made.driver}://{made.user}@127.0.0.1:{made.port}/{name}", "at": "app1",
                    "password": f"file:{secrets}/database", "admin_url": made.admin_url}
    return {
        "hosts": {"app1": entry(tracker.old.host).model_dump(exclude_defaults=True)},
        "roles": {"app": ["app1"]}, "databases": {"main": database},
        "trees": {"home": {"path": f"{root}/home", "at": "app1", "exclude": ["db", "mail.log", "roundup.log"]},
                  "files": {"path": f"{root}/home/db/files", "at": "app1"}},
        "services": {"web": {"at": "app1", **_service(tracker.old, place, root)}},
        "values": {"url": f"http://127.0.0.1:{PORTS[place]}/", "releases": f"{root}/releases", "python": "python3",
                   "libraries": LIBRARIES},
        "secrets": {person: f"file:{secrets}/{person}" for person in PEOPLE},
    }


def _service(old: OldSystem, place: str, root: str) -> dict[str, list[str]]:
    made, port = old.made, PORTS[place]
    control = ["env", f"PYTHONPATH={LIBRARIES}", "python3", made["background"]]
    serve = release.serve_command(Path(made["server"]), Path(root) / "releases/current", Path(root) / "home", port)
    pid = ["--pid-file", f"{root}/server.pid"]
    return {"start": [*control, "start", *pid, "--answers", release.probe_url(port), "--", *serve],
            "stop": [*control, "stop", *pid], "status": [*control, "status", *pid]}


def desk(tracker: Tracker, folder: Path) -> tuple[Keyboard, str]:
    """A keyboard with an inventory of this tracker, and a copy of the playbook that has its packages."""
    (folder / "secrets").mkdir()
    playbook = folder / "roundup"
    shutil.copytree(PLAYBOOK, playbook)
    for name in release.OLD, release.NEW:
        shutil.copy(package_files.cache_folder() / f"roundup-{name}.tar.gz", playbook / "packages")
    shutil.copy(package_files.cache_folder() / release.CGI, playbook / "packages")
    inventory = folder / "inventory.yaml"
    inventory.write_text(json.dumps({"format": 1, "environments": environments(tracker, folder / "secrets")}))
    return Keyboard({"MIGRATOR_INVENTORY": str(inventory), "MIGRATOR_HOME": str(folder / ".migrator"),
                     "MIGRATOR_USER": "li.wei", "MIGRATOR_LANG": "en"}), str(playbook)


def test_upgraded_over_ssh_and_brought_back_afterwards(tracker: Tracker, tmp_path: Path) -> None:
    keyboard, playbook = desk(tracker, tmp_path)
    before, rights, logins = tracker.content(), tracker.rights(), tracker.logins()
    files, everything = tracker.attachments(), tracker.everything()
    assert logins.split() == ["admin", "200", "user01", "200", "user02", "200", "user05", "200", "user12", "401"]
    assert len(files) == 120
    assert "6" in tracker.version()

    keyboard.type("assess", "--playbook", playbook)
    keyboard.type("rehearse", "--playbook", playbook, expect=24)
    keyboard.type("approve.sign", "--plan", keyboard.ask("status")["run"]["plan"], "--as", "business", "--who",
                  "wang.fang")
    keyboard.type("resume")
    assert tracker.everything() == everything, "the rehearsal has not touched the live system"
    plan = keyboard.ask("approve.request", "--playbook", playbook)["plan"]
    keyboard.type("approve.sign", "--plan", plan, "--as", "it", "--who", "zhao.min")
    keyboard.type("upgrade", "--playbook", playbook, "--yes")

    assert "8" in tracker.version()
    assert (tracker.content(), tracker.rights(), tracker.attachments()) == (before, rights, files)
    assert tracker.logins() == logins

    keyboard.type("rollback", "--yes")

    assert keyboard.ask("status")["run"]["state"] == "brought back"
    assert tracker.everything() == everything
    assert tracker.logins() == logins
