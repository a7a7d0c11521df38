"""One BuildTrack on this machine: its configuration, its commands as child processes, and a look into its data."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from tests.buildtrack.client import Client

PRODUCT = Path(__file__).resolve().parents[2] / "fixtures" / "buildtrack"
PASSWORD = "build-track"
Running = subprocess.Popen[str]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Installation:
    """A folder with configuration and data. Without `database` it is a SQLite file in the folder.

    `environment` is what its programs find there besides ours.
    """

    folder: Path
    database: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, url: str) -> Installation:
        """With its database at a server, or in the schema of PostgreSQL, that a SQLAlchemy URL names."""
        options = make_url(url).query.get("options")
        return cls(folder, database_section(url), {"PGOPTIONS": str(options)} if options else {})

    def __post_init__(self) -> None:
        self.write_config()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def write_config(self, **more: Mapping[str, str]) -> None:
        """Write the ini file, with more sections, and by the product's own command the YAML file of 7.0."""
        database = self.database or {"engine": "sqlite", "name": str(self.data / "buildtrack.db")}
        sections: dict[str, Mapping[str, str]] = {
            "server": {"port": "0", "base_url": "http://buildtrack.example"},
            "database": database,
            "storage": {"root": str(self.data)},
            "site": {"title": "临江建设", "folder": str(self.data / "site")},
            **more,
        }
        text = "".join(f"[{s}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) for s, keys in sections.items())
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "buildtrack.ini").write_text(text, encoding="utf-8")
        self._python("7.0", "convert-config", "--config", self.config("5.1"), "--output", self.config("7.0"))

    def config(self, version: str) -> str:
        return str(self.folder / ("buildtrack.yaml" if version == "7.0" else "buildtrack.ini"))

    def run(self, version: str, *words: str, fault: str = "", timeout: float = 60) -> Ran:
        """Run one command of a release on this installation."""
        return self._python(
            version, words[0], "--config", self.config(version), *words[1:], fault=fault, timeout=timeout
        )

    def seed(self, rows: int, *words: str, seed: int = 1) -> Ran:
        command = [sys.executable, str(PRODUCT / "seed.py"), "--config", self.config("5.1"), "--rows", str(rows)]
        return _finished([*command, "--seed", str(seed), *words], {**os.environ, **self.environment}, 60)

    def copy(self, folder: Path) -> Installation:
        """A copy of configuration and data; only for SQLite."""
        shutil.copytree(self.folder, folder)
        return Installation(folder)

    def rows(self, sql: str) -> list[Any]:
        """Ask the SQLite file."""
        with closing(sqlite3.connect(self.data / "buildtrack.db")) as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def started(self, version: str, command: str, *, fault: str = "", program: Path | None = None) -> Iterator[Running]:
        """A command that runs while the test looks on; its errors go to <command>.log in the folder."""
        words = [*_program(version, program), command, "--config", self.config(version)]
        environment = {**os.environ, **self.environment, "BUILDTRACK_FAULT": fault}
        with (
            (self.folder / f"{command}.log").open("a") as errors,
            subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment) as process,
        ):
            try:
                yield process
            finally:
                process.terminate()

    @contextmanager
    def served(self, version: str, program: Path | None = None) -> Iterator[Client]:
        """A running server of this release; it must end cleanly."""
        with self.started(version, "serve", program=program) as server:
            assert server.stdout is not None
            first_line = server.stdout.readline()
            assert "listening on" in first_line, (self.folder / "serve.log").read_text()
            yield Client(first_line.split()[-1])
        assert server.returncode == 0, (self.folder / "serve.log").read_text()

    def _python(self, version: str, *words: str, fault: str = "", timeout: float = 60) -> Ran:
        environment = {**os.environ, **self.environment, "BUILDTRACK_ADMIN_PASSWORD": PASSWORD,
                       "BUILDTRACK_FAULT": fault}
        return _finished([*_program(version, None), *words], environment, timeout)


def database_section(url: str) -> dict[str, str]:
    """The section [database] of the configuration for a server's SQLAlchemy URL."""
    parts = make_url(url)
    engine = "postgresql" if parts.drivername.startswith("postgresql") else "mariadb"
    known = {"name": parts.database, "host": parts.host, "port": parts.port, "user": parts.username}
    return {"engine": engine, **{key: str(value) for key, value in known.items()}, "password": str(parts.password)}


def _program(version: str, program: Path | None) -> list[str]:
    return [sys.executable, str((program or PRODUCT / "releases" / version) / "buildtrack.py")]


def _finished(command: list[str], environment: dict[str, str], timeout: float) -> Ran:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=timeout)
    return Ran(done.returncode, done.stdout, done.stderr)
