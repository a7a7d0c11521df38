"""One BuildTrack of a company as its inventory describes it, and how it is built there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.buildtrack.machine import Machine

PASSWORD = "build-track"
# A site's own interpreter. A file fault-RELEASE beside it makes the upgrader of that release misbehave.
PYTHON = """#!/bin/sh
release=${{1%/*}}
fault=${{0%/*}}/fault-${{release##*/}}
if [ -f "$fault" ]; then BUILDTRACK_FAULT=$(cat "$fault"); export BUILDTRACK_FAULT; fi
exec {python} "$@"
"""
TREES = ("program", "config", "files")


@dataclass(frozen=True)
class Site:
    """Where one BuildTrack stands: program, configuration and files below `root` of one machine."""

    root: str
    port: int
    machine: Machine
    database: Mapping[str, str]
    """Section [database] of the configuration."""
    database_entry: Mapping[str, Any]
    hosts: Mapping[str, Mapping[str, Any]]
    values: Mapping[str, str] = field(default_factory=dict)
    password: str = "env:BUILDTRACK_LOGIN"
    """The database's password by name; SQLite has none and ignores it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> str:
        return f"{self.root}/config/buildtrack.conf"

    def environment(self, *, disposable: bool = False) -> dict[str, Any]:
        """The inventory's entry."""
        return {
            "disposable": disposable,
            "hosts": dict(self.hosts),
            "roles": {"app": ["app"]},
            "databases": {"main": dict(self.database_entry)},
            "trees": {name: {"at": "app", "path": f"{self.root}/{name}", "exclude": ["__pycache__"]} for name in TREES},
            "services": {"web": {"at": "app"} | {act: self.service(act) for act in ("start", "stop", "status")}},
            "values": {"url": self.url, "port": str(self.port), "python": f"{self.root}/bin/python", "login": "admin",
                       **self.values},
            "secrets": {"login": "env:BUILDTRACK_LOGIN", "database": self.password},
        }

    def service(self, act: str) -> list[str]:
        """The words that start, stop or ask the server."""
        words = [self.machine.python, f"{self.machine.sources}/background.py", act, "--pid-file",
                 f"{self.root}/run/web.pid"]
        serve = [f"{self.root}/bin/python", f"{self.root}/program/current/buildtrack.py", "serve", "--config",
                 self.config]
        return [*words, "--answers", f"{self.url}/health", "--", *serve] if act == "start" else words

    def prepare(self) -> None:
        """What a machine has before BuildTrack is there: an interpreter, and a folder for process numbers."""
        self.machine.put(f"{self.root}/bin/python", PYTHON.format(python=self.machine.python), 0o755)
        self.machine.put(f"{self.root}/run/README", "process numbers and logs\n")

    def build(self, package: Path, rows: int) -> None:
        """BuildTrack 5.1 with sample data and customizations, served."""
        machine, release = self.machine, f"{self.root}/program/5.1"
        self.prepare()
        machine.put(self.config, self._ini(), 0o600)
        machine.must("mkdir", "-p", release, f"{self.root}/files", f"{self.root}/db")
        machine.must("tar", "-xzf", str(package), "--strip-components=1", "-C", release)
        machine.must("ln", "-s", "5.1", f"{self.root}/program/current")
        machine.must("env", f"BUILDTRACK_ADMIN_PASSWORD={PASSWORD}", f"{self.root}/bin/python",
                     f"{release}/buildtrack.py", "init", "--config", self.config)
        machine.must(machine.python, f"{machine.sources}/buildtrack/seed.py", "--config", self.config,
                     "--rows", str(rows), "--customize", "--program", release)
        machine.must(*self.service("start"))

    def fault(self, release: str, kind: str) -> None:
        """Let the next upgrade to a release misbehave; nothing for "" any more."""
        if kind:
            self.machine.put(f"{self.root}/bin/fault-{release}", kind)
        else:
            self.machine.must("rm", "-f", f"{self.root}/bin/fault-{release}")

    def label(self) -> str:
        """What the running server says of its version."""
        return self.machine.must(self.machine.python, "-c", _ASK, self.url).strip()

    def state(self, database_dump: str) -> str:
        """One digest of configuration, program, attachments (names, modes, links, contents) and database."""
        trees = self.machine.must("sh", "-c", _TREES, "sh", self.root)
        lines = sorted(line for line in database_dump.splitlines() if not line.startswith(("--", "\\")))
        return hashlib.sha256((trees + "\n".join(lines)).encode()).hexdigest()

    def _ini(self) -> str:
        sections: dict[str, Mapping[str, str]] = {
            "server": {"host": "127.0.0.1", "port": str(self.port)},
            "database": self.database,
            "storage": {"root": f"{self.root}/files"},
            "site": {"title": "临江建设", "folder": f"{self.root}/files/site"},
            "notices": {"mail_to": "it@linjiang.example", "smtp": "mail.linjiang.example:25", "webhook": ""},
        }
        return "".join(f"[{s}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items()) for s, keys in sections.items())


_ASK = "import json, sys, urllib.request as r; print(json.load(r.urlopen(sys.argv[1] + '/health'))['version'])"
_TREES = """
cd "$1" && for tree in program config files; do
    find $tree -name __pycache__ -prune -o -printf '%p %M %l\\n' | LC_ALL=C sort
    find $tree -name __pycache__ -prune -o -type f -exec sha256sum {} + | LC_ALL=C sort
done
"""
