"""A company with one small system on this machine: what is typed there, what is told, and what its data are then."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.processes import told

PROGRAM = (sys.executable, "-m", "migrator")
LONG = 120.0
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Ended:
    """How a command line ended; `peak` is the most memory that its process held, in bytes."""

    code: int
    out: str
    err: str
    peak: int = 0

    def refused(self, code: int, *says: str) -> None:
        """Assert one clear error: this exit code, each of these patterns somewhere in it, no trace of the program."""
        told = self.out + self.err
        assert self.code == code, f"exit code {self.code} instead of {code}:\n{told}"
        assert "Traceback" not in told and "unexpected" not in told, told
        assert len(re.findall(r"^✗", self.err, re.MULTILINE)) == 1, f"not one error, but:\n{told}"
        for pattern in says:
            assert re.search(pattern, self.err, re.DOTALL), f"{pattern!r} is not in:\n{self.err}"


@dataclass(frozen=True)
class Company:
    """A folder with inventory, playbooks, and the live system: a database, and a file tree with a vendor's program."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, **hosts: Mapping[str, Any]) -> Company:
        """The system with its data, and its inventory; `hosts` are entered beside the host `here`."""
        company = cls(folder)
        (folder / "app").mkdir(parents=True)
        (folder / "app" / "version").write_text("1\n")
        with closing(sqlite3.connect(folder / "main.db")) as database, database:
            database.execute("create table project (id integer primary key, title text)")
            database.executemany("insert into project (title) values (?)", [(f"Bridge {n}",) for n in range(50)])
        company.inventory(live={**company.system(), "hosts": {**company.system()["hosts"], **hosts}})
        return company

    def system(self, folder: str = "") -> dict[str, Any]:
        """The inventory's entry of a system in this subfolder."""
        root = self.folder / folder
        return {"hosts": {"here": {"connect": "local", "work": str(self.folder / "work")}},
                "databases": {"main": {"url": f"sqlite:///{root}/main.db", "at": "here"}},
                "values": {"folder": str(self.folder)},
                "trees": {"app": {"path": f"{root}/app", "at": "here"}}}

    def inventory(self, **environments: Mapping[str, Any]) -> None:
        """Write the inventory of these environments."""
        self.write("inventory.yaml", {"format": 1, "environments": environments})

    def playbook(self, *steps: Mapping[str, Any], name: str = "playbook", **keys: Any) -> None:
        """Write a playbook whose stage go-live has these steps; `keys` replace, or are added to, its own."""
        self.write(f"{name}/playbook.yaml", {
            "format": 1, "product": "toy", "title": "Toy", "path": {"from": "1", "to": "2"},
            "environments": {"live": "live"}, "stages": {"go-live": {"environment": "live", "steps": list(steps)}},
            **keys})

    def write(self, name: str, content: Any) -> Path:
        """Write a file: text as it is, anything else as YAML."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    def data(self) -> dict[str, str]:
        """The live data: a digest of every file of the tree, and of the database's content."""
        found = {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
                 for path in sorted((self.folder / "app").rglob("*")) if path.is_file()}
        with closing(sqlite3.connect(f"file:{self.folder}/main.db?mode=ro", uri=True)) as database:
            return found | {"main": hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()}

    def types(self, *words: str, before: Sequence[str] = (), stdin: Any = subprocess.DEVNULL,
              **variables: str) -> Ended:
        """Type a command, and see it end; `before` are words that start the program in another way."""
        with self.starts(*words, before=before, stdin=stdin, **variables) as process:
            return ended(process)

    def starts(self, *words: str, before: Sequence[str] = (), stdin: Any = subprocess.DEVNULL,
               **variables: str) -> subprocess.Popen[str]:
        """Type a command, and leave it alone; an empty variable is none."""
        known = {**os.environ, "MIGRATOR_LANG": "en", "COLUMNS": "160", "PYTHONPATH": str(Path(__file__).parents[2]),
                 **variables}
        return subprocess.Popen([*before, *PROGRAM, *words], cwd=self.folder, stdin=stdin, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env={k: v for k, v in known.items() if v})

    def upgrade(self, *words: str, **variables: str) -> Ended:
        """Run the stage go-live of the playbook."""
        return self.types("upgrade", "--playbook", "playbook", "--yes", *words, **variables)


def ended(process: subprocess.Popen[str]) -> Ended:
    """The end of a process, with the most memory that it held on the way."""
    out, err, peak = told(process)
    return Ended(process.returncode, out, err, peak)


WAITS = "while [ ! -e ${env.values.folder}/go ]; do sleep 0.05; done"
"""A script for `command` that ends when the company's folder has a file `go`."""


def command(name: str, script: str, **keys: Any) -> dict[str, Any]:
    """A step that runs a shell command and then leaves the file `work/NAME`, which shows its effect."""
    done = "${env.values.folder}/work/" + name
    return {"id": name, "command": {"run": ["sh", "-c", f"{script} && : > {done}"], "verify": {"file": done},
                                    "undo": ["rm", "-f", done]}, **keys}
