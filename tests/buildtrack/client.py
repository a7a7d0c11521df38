"""A user's or program's way into a running BuildTrack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Any

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    address: str
    token: str = ""
    cookie: str = ""

    def ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json") -> Answer:
        """Send a request; redirects and errors are answers too."""
        headers = {"Content-Type": content_type}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            headers["Cookie"] = self.cookie
        try:
            with build_opener(NoRedirect).open(
                Request(self.address + path, body, headers, method=method), timeout=20
            ) as got:
                return Answer(got.status, got.read(), got.headers)
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.headers)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def send(self, method: str, path: str, content: Any) -> Answer:
        return self.ask(method, path, json.dumps(content).encode())

    def post_form(self, path: str, **values: str) -> Answer:
        return self.ask("POST", path, urlencode(values).encode(), "application/x-www-form-urlencoded")

    def signed_in(self, login: str = "admin", password: str = "build-track") -> Client:
        """Sign in through the REST interface of versions 5 and 6."""
        return Client(
            self.address, self.send("POST", "/api/login", {"login": login, "password": password}).json["token"]
        )

    def signed_in_v2(self, login: str = "admin", password: str = "build-track") -> Client:
        """Sign in through the REST interface of 7.0."""
        wish = {"data": {"attributes": {"login": login, "password": password}}}
        answer = self.send("POST", "/api/v2/sessions", wish).json
        return Client(self.address, answer["data"]["attributes"]["token"])

    def signed_in_by_page(self, login: str = "admin", password: str = "build-track") -> Client:
        """Sign in as a browser does."""
        answer = self.post_form("/login", login=login, password=password)
        return Client(self.address, cookie=answer.headers["Set-Cookie"].split(";")[0])
