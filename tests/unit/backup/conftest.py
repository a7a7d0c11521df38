"""A small site on this machine: one SQLite database inside its tree, and files with every kind of difficult name."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from migrator.database.base import Database
from migrator.database.open import open_database
from migrator.playbook.inventory import Environment
from migrator.site import Site
from migrator.transport.base import Transport
from migrator.transport.local import LocalTransport

NASTY = b"sp ace/new\nline-\xff\xfe.txt"


class LocalDoors:
    """Opens everything on this machine."""

    inventory: Path | None = None

    def __init__(self, environments: dict[str, Environment]) -> None:
        self._environments = environments

    def host(self, environment: str, name: str) -> Transport:
        return LocalTransport(name)

    def database(self, environment: str, name: str) -> Database:
        return open_database(name, self._environments[environment].databases[name])


def environment(root: Path, work: Path, **more: object) -> Environment:
    """An environment whose one tree is `root`, with the database `db/main.sqlite` in it."""
    return Environment.model_validate({
        "hosts": {"here": {"connect": "local", "work": str(work)}},
        "databases": {"main": {"url": f"sqlite:///{root}/db/main.sqlite", "at": "here"}},
        "trees": {"app": {"path": str(root), "at": "here", "exclude": ["*.pid", "cache/"]}}, **more})


def fill(root: Path) -> None:
    """Content of a tree and of the database in it."""
    (root / "db").mkdir(parents=True)
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database, database:
        database.execute("create table issue (id integer primary key, title text, body blob)")
        database.executemany("insert into issue values (?, ?, ?)",
                             [(n, f"issue {n} 问题", bytes([n % 256]) * n) for n in range(1, 500)])
    (root / "files").mkdir()
    (root / "files/one.txt").write_text("one")
    (root / "files/two.txt").write_text("two")
    os.chmod(root / "files/two.txt", 0o640)
    os.link(root / "files/one.txt", root / "files/again.txt")
    (root / "files/to-one").symlink_to("one.txt")
    (root / "empty").mkdir(mode=0o750)
    path = os.fsencode(root) + b"/" + NASTY
    os.mkdir(os.path.dirname(path))
    with open(path, "wb") as file:
        file.write(b"nasty")
    (root / "app.pid").write_text("1")
    (root / "cache").mkdir()
    (root / "cache/x").write_text("x")


def rows(root: Path, sql: str = "select * from issue order by id") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database:
        return database.execute(sql).fetchall()


def change(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database, database:
        for statement in statements:
            database.execute(statement)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    fill(tmp_path / "srv")
    return tmp_path / "srv"


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[..., Site]:
    """Opens environments given by name; returns the first."""

    def make(**environments: Environment) -> Site:
        doors = LocalDoors(environments)
        name, first = next(iter(environments.items()))
        return Site(name, first, doors)

    return make


@pytest.fixture
def site(root: Path, tmp_path: Path, make_site: Callable[..., Site]) -> Site:
    return make_site(live=environment(root, tmp_path / "work"))


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB of its own."""
    yield from _disk(tmp_path / "small", "size=2m")


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that takes no writes."""
    yield from _disk(tmp_path / "fixed", "ro")


def _disk(path: Path, options: str) -> Iterator[Path]:
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True).returncode:
        pytest.skip("mounting needs root")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)
