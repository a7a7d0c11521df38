"""A very small browser: requests in a row, cookies kept, redirects followed, nothing raised for 404 or 403."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http.client import HTTPResponse
from typing import Any
from urllib.request import (
    AbstractHTTPHandler,
    BaseHandler,
    HTTPCookieProcessor,
    HTTPErrorProcessor,
    HTTPRedirectHandler,
    OpenerDirector,
)
from urllib.request import Request as Sent

from migrator.checks.dial import Dial, DialledHttp, DialledHttps
from migrator.errors import TimedOut
from migrator.text import _

MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Page:
    """An answer: at most the first 4 MiB of its body, as text."""

    status: int
    text: str
    html: bool
    seconds: float


class Browser:
    """One session of one user."""

    def __init__(self, dial: Dial) -> None:
        self._cookies = HTTPCookieProcessor()
        self._dial = dial

    def open(self, request: Sent, *, follow: bool, seconds: float) -> Page:
        """The answer; raises OSError, HTTPException or TimedOut when there is none within so many seconds."""
        begun = time.monotonic()
        opener = OpenerDirector()
        handlers: list[BaseHandler] = [_Web(self._dial), self._cookies, HTTPErrorProcessor(), _TakeAsItIs()]
        for handler in [*handlers, HTTPRedirectHandler()] if follow else handlers:
            opener.add_handler(handler)
        with opener.open(request, timeout=seconds) as answer:
            body = _body(answer, begun + seconds)
            kind = answer.headers.get_content_type()
            charset = answer.headers.get_content_charset("utf-8")
            return Page(answer.status, _decoded(body, charset), "html" in kind, time.monotonic() - begun)


class _Web(AbstractHTTPHandler):
    """Opens http and https through the dial."""

    def __init__(self, dial: Dial) -> None:
        super().__init__()
        self._dial = dial

    def http_open(self, request: Sent) -> HTTPResponse:
        return self.do_open(partial(DialledHttp, dial=self._dial), request)

    def https_open(self, request: Sent) -> HTTPResponse:
        return self.do_open(partial(DialledHttps, dial=self._dial), request)

    http_request = https_request = AbstractHTTPHandler.do_request_


class _TakeAsItIs(BaseHandler):
    """Gives answers such as 404 back instead of raising them."""

    def http_error_default(self, request: Sent, answer: Any, code: int, message: str, headers: Message) -> Any:
        return answer

    def unknown_open(self, request: Sent) -> None:
        raise OSError(_("{url} is neither http nor https").format(url=request.full_url))


def _body(answer: Any, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < MOST_BYTES and (part := answer.read1(65536)):
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise TimedOut(_("the answer did not end in time"))
    return b"".join(parts)


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
