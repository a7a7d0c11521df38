"""A live Roundup in use with personal values in it, and an environment of the same inventory to become its copy."""

from __future__ import annotations

import hashlib
import http.cookiejar
import re
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from fixtures.roundup import old_system, release
from migrator.app import App

PRODUCT = Path(__file__).parents[2] / "playbooks" / "roundup"
PHONE, FORMER, HOME_ADDRESS = "13912345678", "Carlos Díaz", "anna.berg@home.example"
USED = (["set", "user3", f"phone={PHONE}", "organisation=北京宏达建筑有限公司", f"alternate_addresses={HOME_ADDRESS}"],
        ["set", "user5", "realname=Carlos Ibáñez"], ["set", "issue1", f"title=王伟 ({PHONE}) asks user02@example.com"])
"""What people did with it since it was filled: the history holds what a name was before, the index words of a title."""
_PERSONAL = "SELECT _realname, _address, _alternate_addresses, _phone, _organisation FROM _user"


@dataclass(frozen=True)
class Pair:
    """Both systems and migrator's own folder, below one root."""

    root: Path
    system: old_system.System
    copy_port: int

    @classmethod
    def made(cls, root: Path, packages: Path, ports: tuple[int, int]) -> Pair:
        """Build the live one, work with it, and describe both."""
        system = old_system.build(root / "live", packages, port=ports[0], issues=12, files=12)
        for words in USED:
            subprocess.run(release.admin_command(system.release, system.home, *words), check=True, capture_output=True)
        pair = cls(root, system, ports[1])
        known = {"live": pair._environment(system.home, ports[0], secrets={"masking": "env:ROUNDUP_MASKING"}),
                 "copy": pair._environment(pair.copy, ports[1], disposable=True)}
        text = yaml.safe_dump({"format": 1, "environments": known}, allow_unicode=True)
        (root / "inventory.yaml").write_text(text, encoding="utf-8")
        return pair

    @property
    def copy(self) -> Path:
        """Roundup's own folder of the copy."""
        return self.root / "copy" / "home"

    @cached_property
    def live(self) -> Visitor:
        """Somebody who works with the live system."""
        return Visitor(self.system.port)

    def app(self) -> App:
        return App(str(self.root / ".migrator"), str(self.root / "inventory.yaml"))

    def personal(self) -> set[str]:
        """Every name, address, phone and company of the live system, the former ones too."""
        cells = {cell for row in self.asked(self.system.home, _PERSONAL) for cell in row if cell}
        return {*cells, FORMER}

    @staticmethod
    def asked(home: Path, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{home}/db/db?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def digests(self) -> dict[str, str]:
        """Every file of the live system, database and logs included, by its content."""
        home = self.system.home
        return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(home.rglob("*")) if path.is_file()}

    def _environment(self, home: Path, port: int, secrets: dict[str, str] | None = None,
                     disposable: bool = False) -> dict[str, Any]:
        people = {name: f"env:ROUNDUP_{name.upper()}" for name in ("admin", "user01", "user02", "user12")}
        control = [sys.executable, str(self.system.background)]
        pid = ["--pid-file", str(self.root / f"{port}.pid")]
        serve = [sys.executable, *release.serve_command(self.system.server, self.system.release, home, port)[1:]]
        start = [*control, "start", *pid, "--answers", release.probe_url(port), "--", *serve]
        return {
            "disposable": disposable, "product": str(PRODUCT), "vault": str(self.root / "vault"),
            "hosts": {"here": {"connect": "local", "work": str(self.root / "work")}}, "roles": {"app": ["here"]},
            "databases": {"main": {"url": f"sqlite:///{home}/db/db", "at": "here"}},
            "trees": {"home": {"path": str(home), "at": "here", "exclude": ["db", "mail.log", "roundup.log"]},
                      "files": {"path": f"{home}/db/files", "at": "here"}},
            "services": {"web": {"at": "here", "start": start, "stop": [*control, "stop", *pid],
                                 "status": [*control, "status", *pid]}},
            "values": {"url": f"http://127.0.0.1:{port}/", "database-name": f"roundup_{port}"},
            "secrets": {**people, **(secrets or {})}}


class Visitor:
    """Somebody with a browser, which may hold cookies of another place on this machine."""

    def __init__(self, port: int, cookies: http.cookiejar.CookieJar | None = None) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.cookies = http.cookiejar.CookieJar()
        for cookie in cookies or ():
            self.cookies.set_cookie(cookie)
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def page(self, path: str, **form: str) -> str:
        """What a page shows, whatever its status; with a form it is sent to it."""
        data = urllib.parse.urlencode(form).encode() if form else None
        url = self.url + urllib.parse.quote(path, safe="/?@=&")
        try:
            with self._opener.open(urllib.request.Request(url, data, {"Referer": self.url}), timeout=30) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.read().decode("utf-8", "replace")

    def send(self, path: str, **form: str) -> str:
        """Fill the form of a page and send it: the page after that."""
        nonce = re.search(r'name="@csrf"[^>]*value="([^"]+)"', self.page(path))
        return self.page(path, **form, **{"@csrf": nonce[1]} if nonce else {})

    def sign_in(self, name: str) -> str:
        """The page after it; passwords are those that the system was filled with."""
        return self.send("", **{"@action": "login", "__login_name": name, "__login_password": f"demo-{name}",
                                "__came_from": self.url})
