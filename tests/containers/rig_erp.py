"""A company's Tryton on a test machine: the live one, the place of its copy, and how its inventory describes both."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig_apps import OldSystem
from rig_databases import ADMIN_PASSWORD, Database
from ssh_places import entry

PEOPLE = {"admin": "admin", "employee": "user02", "leader": "user04", "personnel": "user01", "retired": "user09"}
RELEASES = "/srv/tryton/releases"
_TREES = "cd -- \"$1\" && find . -printf '%p %M %l\\n' | sort && find . -type f -exec sha256sum {} + | sort"
_DIGEST = "SELECT count(*), md5(string_agg(concat_ws('|', {columns}), ',' ORDER BY id)) FROM {table}"
_MISSED = {
    "res_user": "id, login, name, email, active, password_hash",
    "party_party": "id, code, name, active",
    "project_work": "id, name, type, parent, company, party, effort_duration, status, progress",
    "timesheet_line": "id, employee, work, date, duration, description",
    "ir_attachment": "id, name, type, resource, file_id",
}
_ROLES = """SELECT u.login, g.name FROM "res_user-res_group" m JOIN res_user u ON u.id = m."user"
            JOIN res_group g ON g.id = m."group" ORDER BY 1, 2"""
_BROKEN = """#!/bin/sh
psql -qX -v ON_ERROR_STOP=1 '{uri}' -c '{sql}'
echo 'lost contact with the server' >&2
exit 3
"""


@dataclass(frozen=True)
class Erp:
    """One environment: everything below `root`, and a database of its own."""

    old: OldSystem
    database: Database
    root: str
    port: int
    secrets: Path
    """Folder of this machine with one file for each password."""

    def environment(self, *, disposable: bool = False) -> dict[str, Any]:
        """The inventory's entry."""
        kept = f"{self.root}/files/{self.database.name}"
        service = {act: self.service(act) for act in ("start", "stop", "status")}
        return {
            "disposable": disposable,
            "hosts": {"app": entry(self.old.host).model_dump(exclude_none=True)},
            "roles": {"app": ["app"]},
            "databases": {"main": {
                "at": "app", "url": self._without_password(self.database.url),
                "password": self.secret("database", self.database.password),
                "admin_url": self._without_password(self.database.admin_url),
                "admin_password": self.secret("database-admin", ADMIN_PASSWORD)}},
            "trees": {"config": {"at": "app", "path": f"{self.root}/etc"}, "files": {"at": "app", "path": kept}},
            "services": {"web": {"at": "app"} | service},
            "values": {"url": f"http://127.0.0.1:{self.port}", "listen": f"127.0.0.1:{self.port}",
                       "home": self.root, "store": f"{self.root}/files", "current": f"{self.root}/current",
                       "releases": RELEASES, "pgoptions": "-c enable_nestloop=off -c jit=off", **PEOPLE},
            "secrets": {"uri": self.secret("uri", self.uri),
                        **{role: self.secret(role, f"demo-{login}") for role, login in PEOPLE.items()}},
        }

    @property
    def uri(self) -> str:
        """What Tryton's own configuration calls the server."""
        return f"postgresql://{self.database.user}:{self.database.password}@127.0.0.1:{self.database.port}/"

    def service(self, act: str) -> list[str]:
        """The words that start, stop or ask the server of the release that `current` leads to."""
        words = ["python3", self.old.made["background"], act, "--pid-file", f"{self.root}/server.pid"]
        serve = [f"{self.root}/current/bin/trytond", "-c", f"{self.root}/etc/trytond.conf", "-d", self.database.name]
        return [*words, "--answers", f"http://127.0.0.1:{self.port}/", "--", *serve] if act == "start" else words

    def secret(self, name: str, value: str) -> str:
        """A password in a file of this machine, by name."""
        path = self.secrets / f"{self.database.name}.{name}"
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")
        return f"file:{path}"

    def ask(self, sql: str) -> str:
        """What the database answers, past the product."""
        return self.old.must("psql", "-qAtX", f"{self.uri}{self.database.name}", "-c", sql).strip()

    def call(self, login: str, method: str, *params: object) -> dict[str, Any]:
        """What the server answers somebody who calls it by JSON-RPC, with `result` or `error` in it."""
        return call(self.old, f"http://127.0.0.1:{self.port}/{self.database.name}/", login, method, *params)

    def series(self) -> str:
        """The series of the release that `current` leads to."""
        return self.old.must("readlink", f"{self.root}/current").strip().rpartition("/")[2]

    def state(self) -> str:
        """One digest of configuration, attachments (names, modes, links, contents), link and the whole database."""
        trees = self.old.must("sh", "-c", _TREES, "sh", f"{self.root}/etc")
        trees += self.old.must("sh", "-c", _TREES, "sh", f"{self.root}/files")
        dump = self.old.must("pg_dump", "--inserts", "--exclude-table=ir_session", f"{self.uri}{self.database.name}")
        lines = sorted(line for line in dump.splitlines() if not line.startswith(("--", "\\")))
        return hashlib.sha256("\n".join([trees, self.series(), *lines]).encode()).hexdigest()

    def content(self) -> list[str]:
        """What people would miss, by count and digest: users, roles, parties, projects, attachments and their files."""
        files = self.old.must("sh", "-c", _TREES, "sh", f"{self.root}/files/{self.database.name}")
        return [*(self.ask(_DIGEST.format(table=table, columns=columns)) for table, columns in _MISSED.items()),
                self.ask(_ROLES), hashlib.sha256(files.encode()).hexdigest()]

    def plant(self, sql: str, series: str) -> None:
        """Let the vendor's upgrader of a series do this to the database and then fail, until `unplant`."""
        admin = f"{RELEASES}/{series}/bin/trytond-admin"
        self.old.must("sh", "-c", 'mv -- "$1" "$1.kept" && printf "%s" "$2" > "$1" && chmod 755 "$1"', "sh", admin,
                      _BROKEN.format(uri=f"{self.uri}{self.database.name}", sql=sql))

    def unplant(self, series: str) -> None:
        """The upgrader is the vendor's again."""
        admin = f"{RELEASES}/{series}/bin/trytond-admin"
        self.old.must("mv", "-f", f"{admin}.kept", admin)

    def _without_password(self, url: str) -> str:
        scheme, rest = url.split("://")
        user, address = rest.split("@")
        return f"{scheme}://{user.partition(':')[0]}@{address}"


def call(old: OldSystem, url: str, login: str, method: str, *params: object) -> dict[str, Any]:
    """A call by JSON-RPC, on the machine itself, as somebody whose password is demo-LOGIN."""
    answer: dict[str, Any] = json.loads(old.must(
        "curl", "--silent", "--user", f"{login}:demo-{login}", "--header", "Content-Type: application/json",
        "--data", json.dumps({"id": 1, "method": method, "params": [*params, {}]}), url))
    return answer
