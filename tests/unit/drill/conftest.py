"""A live system and a disposable one on this machine: SQLite, a tree, and a small web application as their service."""

from __future__ import annotations

import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.taking.take import take_set
from migrator.checks.suite_file import SuiteFile
from migrator.drill.application import Application
from migrator.drill.asked import Drill
from migrator.playbook.inventory import Environment, Tree
from migrator.playbook.lookups import scope
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors

SERVE = """
import configparser, http.server, os, sqlite3, sys
here = os.getcwd() if os.path.exists("app.ini") else os.path.dirname(os.path.abspath(__file__))
config = configparser.ConfigParser()
config.read(os.path.join(here, "app.ini"))
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        titles = sqlite3.connect(config["app"]["database"]).execute("select title from issue order by id").fetchall()
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\\n".join(t for t, in titles).encode())
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(config["app"]["port"])), Page).serve_forever()
"""
WORKS = """
checks:
  - {name: the list of issues, within: 10s, http: {url: "${env.values.url}/", expect: {contains: "first 问题"}}}
  - {name: all are there, sql: {query: "select count(*) from issue", equals: 2}}
"""


@dataclass(frozen=True)
class World:
    """Both systems, the vault, and one proven set of the live one, which runs."""

    live: Site
    scratch: Site
    vault: Path
    kept: BackupSet
    folder: Path

    def suite(self, text: str = WORKS, name: str = "checks/works.yaml") -> SuiteFile:
        return SuiteFile(text.encode(), name, scope(name=self.scratch.name, environment=self.scratch.environment))

    def drill(self, **more: Any) -> Drill:
        return Drill(**{"live": self.live, "scratch": self.scratch, "suites": [self.suite()], "by": "zhao.min",
                        "adapt": ["app/app.ini"], **more})

    def state(self) -> dict[str, bytes]:
        """Every file of both systems."""
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for name in ("live", "scratch", "live-program", "scratch-program")
                for path in sorted((self.folder / name).rglob("*")) if path.is_file()}

    def with_scratch(self, **more: Any) -> World:
        """The same with something else in the inventory about the scratch."""
        described = self.scratch.environment.model_copy(update=more)
        site = Site("scratch", described, LocalDoors({"scratch": described}))
        return World(self.live, site, self.vault, self.kept, self.folder)

    def with_program(self) -> World:
        """The same with the program in a tree of its own, `live-program` and `scratch-program`, started from there."""
        sites = {}
        for site in (self.live, self.scratch):
            root = self.folder / f"{site.name}-program"
            trees = {**site.environment.trees, "program": Tree(path=str(root), at="here")}
            web = site.environment.services["web"]
            start = [f"cd {self.folder / site.name} && " + word.replace(
                f"{self.folder / site.name}/serve.py", f"{root}/current/serve.py") if " " in word else word
                for word in web.start or []]
            services = {"web": web.model_copy(update={"start": start})}
            sites[site.name] = site.environment.model_copy(update={"trees": trees, "services": services})
        live, scratch = (Site(name, sites[name], LocalDoors(sites)) for name in sites)
        return World(live, scratch, self.vault, self.kept, self.folder)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("migrator.checks.run.PAUSE", 0.02)
    environments = {name: _environment(tmp_path, name, disposable=name == "scratch") for name in ("live", "scratch")}
    doors = LocalDoors(environments)
    live, scratch = (Site(name, environments[name], doors) for name in environments)
    _install(tmp_path / "live", live.environment.values["port"])
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch/before.txt").write_text("what the scratch held before")
    kept = take_set(live, tmp_path / "vault", "live.1")
    kept.proof.after(3, 1.0).save(kept.folder / PROOF)
    yield World(live, scratch, tmp_path / "vault", kept, tmp_path)
    for site in (live, scratch):
        Application(site).stop()


@pytest.fixture
def failing(world: World) -> Callable[[], SuiteFile]:
    """Checks that never pass."""
    return lambda: world.suite('checks: [{name: three issues, sql: {query: "select count(*) from issue", equals: 3}}]')


def change(world: World, statement: str) -> None:
    with closing(sqlite3.connect(world.folder / "live/main.sqlite")) as database, database:
        database.execute(statement)


def _environment(folder: Path, name: str, *, disposable: bool) -> Environment:
    root, port = folder / name, str(_free_port())
    pid = folder / f"{name}.pid"
    return Environment.model_validate({
        "hosts": {"here": {"connect": "local", "work": str(folder / f"{name}-work")}}, "disposable": disposable,
        "vault": str(folder / "vault"),
        "databases": {"main": {"url": f"sqlite:///{root}/main.sqlite", "at": "here"}},
        "trees": {"app": {"path": str(root), "at": "here"}},
        "values": {"url": f"http://127.0.0.1:{port}", "port": port},
        "services": {"web": {
            "at": "here", "start": ["sh", "-c", f"{sys.executable} {root}/serve.py & echo $! > {pid}"],
            "stop": ["sh", "-c", f"kill $(cat {pid}); rm {pid}"], "status": ["test", "-f", str(pid)]}}})


def _install(root: Path, port: str) -> None:
    root.mkdir()
    (root / "serve.py").write_text(SERVE)
    (root / "app.ini").write_text(f"[app]\ndatabase = {root}/main.sqlite\nport = {port}\n")
    with closing(sqlite3.connect(root / "main.sqlite")) as database, database:
        database.execute("create table issue (id integer primary key, title text)")
        database.execute("insert into issue (title) values ('first 问题'), ('second')")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
