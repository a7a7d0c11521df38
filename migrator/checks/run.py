"""Runs a suite: every check on every host it names, again until its time is over where it may need time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from migrator import units
from migrator.checks.model import Check, Suite
from migrator.checks.on_host import check_command, check_file
from migrator.checks.result import CheckResult
from migrator.checks.rows import check_rows
from migrator.checks.web import BY_NAME, check_web
from migrator.site import Site

Saved = Callable[[str, str], Mapping[str, Any] | None]
"""What the suite of a step has saved under a check's name."""

PAUSE = 0.5


def run_suite(suite: Suite, site: Site, saved: Saved) -> Iterator[CheckResult]:
    """The result of each check, in order."""
    for check in suite.checks:
        hosts = _hosts(check, suite, site)
        for host in hosts:
            result = _patiently(check, partial(_once, check, host, site, saved))
            name = f"{check.name} ({host})" if len(hosts) > 1 else check.name
            yield replace(result, name=name, advice=check.advice)


def what_is_saved(suite: Suite, site: Site) -> dict[str, Any]:
    """The rows and lines of the checks that save theirs, by name; those of the first host where there are several."""
    results = (_once(check, _hosts(check, suite, site)[0], site, lambda _step, _name: None)
               for check in suite.checks if (part := check.sql or check.command) is not None and part.save)
    return {result.name: result.saved for result in results}


def names_known(suite: Suite, site: Site) -> None:
    """Raises WrongUse for a host, database or secret that the environment does not know."""
    for check in suite.checks:
        _hosts(check, suite, site)
        if check.sql:
            site.database_name(check.sql.database)
        for name in _secrets(check.model_dump()):
            site.secret(name)


def _hosts(check: Check, suite: Suite, site: Site) -> list[str]:
    at = check.at or suite.at
    return site.hosts(at) if at and check.sql is None else list(site.environment.hosts)[:1]


def _patiently(check: Check, once: Callable[[], CheckResult]) -> CheckResult:
    deadline = time.monotonic() + (units.seconds(check.within) if check.within else 0)
    while not (result := once()).passed and time.monotonic() + PAUSE < deadline:
        time.sleep(PAUSE)
    return result


def _once(check: Check, host: str, site: Site, saved: Saved) -> CheckResult:
    asks = check.sql or check.command
    before = saved(asks.equals_saved, check.name) if asks and asks.equals_saved else None
    if check.sql:
        return check_rows(check.name, check.sql, site.database(check.sql.database), before)
    if check.command:
        return check_command(check.name, check.command, site.host(host), before)
    if check.file:
        return check_file(check.name, check.file, site.host(host))
    requests = check.http if isinstance(check.http, list) else [check.http] if check.http else []
    return check_web(check.name, requests, site.host(host), site.secret)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(BY_NAME):
        yield value.removeprefix(BY_NAME)
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _secrets(item)
