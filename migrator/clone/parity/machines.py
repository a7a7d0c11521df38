"""Two machines compared: system, kernel, locale, time zone, versions of programs, packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.application.host_facts import gather
from migrator.clone.parity.score import Compared, compared
from migrator.commands import packages
from migrator.site import Site
from migrator.transport.base import Transport

_SORTS = {"kernel": "kernel", "machine": "kernel", "locale": "locale", "timezone": "time zone", "os": "version"}
"""Facts of a host that are compared, and the sort each belongs to."""


def machines(live: Site, copy: Site) -> Iterator[Compared]:
    """Hosts of the same name; a copy with one host only stands for all of the original's."""
    for name in live.environment.hosts:
        other = name if name in copy.environment.hosts else next(iter(copy.environment.hosts))
        yield from _host(name, live.host(name), copy.host(other))


def _host(name: str, original: Transport, copy: Transport) -> Iterator[Compared]:
    there, here = gather(original), gather(copy)
    for fact, sort in _SORTS.items():
        yield compared(sort, name, _only(there, fact), _only(here, fact))
    yield compared("version", name, there["tools"], here["tools"])
    yield compared("package", name, _packages(original), _packages(copy))


def _only(facts: Mapping[str, Any], fact: str) -> dict[str, str]:
    return {fact: str(facts[fact])} if fact in facts else {}


def _packages(host: Transport) -> dict[str, str]:
    """Version by package, as dpkg or rpm know them; none where there is neither."""
    said = host.read(packages.installed(), timeout=120, check=False).text
    return dict(line.split("\t", 1) for line in said.splitlines() if "\t" in line)
