"""A small web application with a login, roles and a token in its form; and a site around it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from migrator.database.base import Database
from migrator.database.open import open_database
from migrator.playbook.inventory import Environment
from migrator.site import Site
from migrator.transport.base import Transport
from migrator.transport.local import LocalTransport

USERS = {"wang": ("planner", "Bau&Plan-77"), "li": ("reader", "lesen-1234")}


class Application(BaseHTTPRequestHandler):
    """`/login` wants the token of its own form, `/issues` a user, posting to it a planner."""

    def do_GET(self) -> None:
        match self.path:
            case "/":
                self._answer(200, "<h1>Projects 工程</h1>", {"Content-Type": "text/html; charset=utf-8"})
            case "/gbk":
                self._answer(200, "工程".encode("gbk"), {"Content-Type": "text/plain; charset=gbk"})
            case "/login":
                self._answer(200, '<input name="token" value="t&amp;1">', {"Content-Type": "text/html"})
            case "/old":
                self._answer(302, "", {"Location": "/"})
            case "/round":
                self._answer(302, "", {"Location": "/round"})
            case "/etc":
                self._answer(302, "", {"Location": "file:///etc/passwd"})
            case "/api":
                self._answer(200, json.dumps({"items": [{"name": "a", "n": 1, "done": True}]}), {})
            case "/basic":
                known = self.headers.get("Authorization") == "Basic d2FuZzpCYXUmUGxhbi03Nw=="
                self._answer(200 if known else 401, "", {})
            case "/issues":
                self._answer(200 if self._role() else 403, f"hello {self._role()}", {})
            case "/hangs":
                self._answer(200, "", {"Content-Length": "10"})
                threading.Event().wait(self.server.patience)  # type: ignore[attr-defined]
            case _:
                self._answer(404, "nothing here", {})

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/login":
            user = form["user"][0]
            right = form["token"] == ["t&1"] and USERS.get(user, ("", ""))[1] == form["password"][0]
            headers = {"Location": "/issues", "Set-Cookie": f"user={user}"} if right else {}
            self._answer(303 if right else 403, "", headers)
        else:
            self._answer(201 if self._role() == "planner" else 403, "", {})

    def _role(self) -> str:
        cookie = self.headers.get("Cookie", "")
        return USERS.get(cookie.removeprefix("user="), ("", ""))[0]

    def _answer(self, status: int, body: str | bytes, headers: dict[str, str]) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.patience = 3.0  # type: ignore[attr-defined]
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Doors:
    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def host(self, _environment: str, name: str) -> Transport:
        return LocalTransport(name)

    def database(self, _environment: str, name: str) -> Database:
        return open_database(name, self.environment.databases[name], reach=LocalTransport("here").tunnel, on_host=None,
                             password=None)


@pytest.fixture
def site(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("WANG", USERS["wang"][1])
    monkeypatch.setenv("LI", USERS["li"][1])
    with sqlite3.connect(tmp_path / "main.db") as database:
        database.execute("create table issue (id integer primary key, title text)")
        database.executemany("insert into issue (title) values (?)", [("crane",), ("工地",), (None,)])
    database.close()
    environment = Environment.model_validate({
        "hosts": {"here": {"connect": "local"}, "there": {"connect": "local"}}, "roles": {"web": ["here", "there"]},
        "databases": {"main": {"url": f"sqlite:///{tmp_path}/main.db", "at": "here"}},
        "values": {"url": url}, "secrets": {"wang": "env:WANG", "li": "env:LI"}})
    return Site("bench", environment, Doors(environment)).reading()
