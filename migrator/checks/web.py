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
from migrator.errors import MigratorError, WrongUse
from migrator.playbook.nearest import unknown
from migrator.secret import Secret
from migrator.text import _
from migrator.transport.base import Transport

BY_NAME = "secret:"
SHOWN = 80
"""Characters of an unexpected answer that the sentence about it shows."""
_MISSING = object()
_PICKED = re.compile(r"\$\{pick\.([^}]*)\}")


def check_web(name: str, requests: Sequence[Request], host: Transport, secret: Callable[[str], Secret]) -> CheckResult:
    """Sends the requests in order from a host, stopping at the first whose answer is not the expected one."""
    picked: dict[str, str] = {}
    page = None
    with Dial(host) as dial:
        browser = Browser(dial)
        for number, request in enumerate(requests, 1):
            place = _("request {number} ").format(number=number) if len(requests) > 1 else ""
            try:
                sent = _sent(request, picked, secret)
                page = browser.open(sent, follow=request.follow, seconds=request.max_seconds)
            except (OSError, HTTPException, ValueError, MigratorError) as error:
                return CheckResult(name, f"{place}{request.url}: {error}")
            wrong = [*_wrong(page, request.expect), *_pick(page, request.pick, picked)]
            if wrong:
                if page.text:
                    wrong.append(_("it begins: {text}").format(text=" ".join(page.text[:SHOWN].split())))
                return CheckResult(name, f"{place}{request.url}: {'; '.join(wrong)}",
                                   {"status": page.status, "begins": page.text[:200]})
    assert page
    return CheckResult(name, evidence={"status": page.status, "seconds": round(page.seconds, 3),
                                       "requests": len(requests)})


def _sent(request: Request, picked: Mapping[str, str], secret: Callable[[str], Secret]) -> Sent:
    parts = request.model_dump(by_alias=True, include={"url", "form", "json_", "headers", "basic"})
    filled = _filled(parts, picked, secret)
    headers = {"User-Agent": "migrator", **filled["headers"]}
    data = None
    if filled["form"] is not None:
        data = urlencode(filled["form"]).encode()
    elif filled["json"] is not None:
        data = json.dumps(filled["json"]).encode()
        headers.setdefault("Content-Type", "application/json")
    if basic := filled["basic"]:
        pair = base64.b64encode(f"{basic['user']}:{basic['password']}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    return Sent(filled["url"], data, headers, method=request.method)  # noqa: S310 - the model allows http(s) only


def _filled(value: Any, picked: Mapping[str, str], secret: Callable[[str], Secret]) -> Any:
    """The value with named secrets and picked texts put in."""
    if isinstance(value, dict):
        return {key: _filled(item, picked, secret) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, picked, secret) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith(BY_NAME):
        return secret(value.removeprefix(BY_NAME)).reveal()
    return _PICKED.sub(lambda match: _known(match[1], picked), value)


def _known(name: str, picked: Mapping[str, str]) -> str:
    if name not in picked:
        raise WrongUse(unknown(_("pick"), name, picked))
    return picked[name]


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
            picked[name] = html.unescape(text) if page.html else text
