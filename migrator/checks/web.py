"""Web checks: one request, or several as one user in a row."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request as Sent

from migrator.checks.browser import Browser, Page
from migrator.checks.dial import Dial
from migrator.checks.model import Answer, Request
from migrator.checks.result import CheckResult, plain, wrong_text
from migrator.errors import MigratorError
from migrator.playbook.lookups import resolve
from migrator.secret import Secret
from migrator.text import _
from migrator.transport.base import Transport

BY_NAME = "secret:"
_MISSING = object()


def check_web(name: str, requests: Sequence[Request], host: Transport, secret: Callable[[str], Secret]) -> CheckResult:
    """Sends the requests in order from a host, stopping at the first whose answer is not the expected one."""
    picked: dict[str, str] = {}
    page = None
    with Dial(host) as dial:
        browser = Browser(dial)
        for number, request in enumerate(requests, 1):
            place = _("request {number} ").format(number=number) if len(requests) > 1 else ""
            try:
                sent = _sent(resolve(request.model_dump(by_alias=True), picked), secret)
                page = browser.open(sent, follow=request.follow, seconds=request.max_seconds)
            except (OSError, HTTPException, ValueError, MigratorError) as error:
                return CheckResult(name, f"{place}{request.url}: {error}")
            wrong = [*_wrong(page, request.expect), *_pick(page, request.pick, picked)]
            if wrong:
                return CheckResult(name, f"{place}{request.url}: {'; '.join(wrong)}",
                                   {"status": page.status, "begins": page.text[:200]})
    assert page
    return CheckResult(name, evidence={"status": page.status, "seconds": round(page.seconds, 3),
                                       "requests": len(requests)})


def _sent(request: Mapping[str, Any], secret: Callable[[str], Secret]) -> Sent:
    request = _revealed(request, secret)
    headers = {"User-Agent": "migrator", **request["headers"]}
    data = None
    if request["form"] is not None:
        data = urlencode(request["form"]).encode()
    elif request["json"] is not None:
        data = json.dumps(request["json"]).encode()
        headers.setdefault("Content-Type", "application/json")
    if basic := request["basic"]:
        pair = base64.b64encode(f"{basic['user']}:{basic['password']}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    return Sent(request["url"], data, headers, method=request["method"])  # noqa: S310 - the model allows http(s) only


def _revealed(value: Any, secret: Callable[[str], Secret]) -> Any:
    if isinstance(value, str) and value.startswith(BY_NAME):
        return secret(value.removeprefix(BY_NAME)).reveal()
    if isinstance(value, dict):
        return {key: _revealed(item, secret) for key, item in value.items()}
    return [_revealed(item, secret) for item in value] if isinstance(value, list) else value


def _wrong(page: Page, expect: Answer) -> Iterator[str]:
    allowed = [expect.status] if isinstance(expect.status, int) else expect.status
    if page.status not in allowed:
        yield _("the status is {status}, expected was {expected}").format(
            status=page.status, expected=" or ".join(map(str, allowed)))
    yield from wrong_text(page.text, expect.contains, expect.not_contains)
    if expect.json_:
        yield from _wrong_json(page.text, expect.json_)


def _wrong_json(text: str, wanted: Mapping[str, Any]) -> Iterator[str]:
    try:
        data = json.loads(text)
    except ValueError:
        yield _("the answer is not JSON")
        return
    for path, value in wanted.items():
        found = _at(data, path)
        if found is _MISSING:
            yield _("{path} is not there").format(path=path)
        elif plain(found) != plain(value):
            yield _("{path} is {found}, expected was {expected}").format(path=path, found=plain(found),
                                                                        expected=plain(value))


def _at(data: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict) and part in data:
            data = data[part]
        else:
            return _MISSING
    return data


def _pick(page: Page, patterns: Mapping[str, str], picked: dict[str, str]) -> Iterator[str]:
    for name, pattern in patterns.items():
        match = re.search(pattern, page.text, re.DOTALL)
        if match is None:
            yield _("nothing in it matches the pattern of {name}").format(name=name)
        else:
            text = match[match.re.groups and 1]
            picked[f"pick.{name}"] = html.unescape(text) if page.html else text
