"""What a host is: asked by one script, told as plain values."""

from __future__ import annotations

from typing import Any

from migrator.commands.resource import packaged
from migrator.commands.shell import Command
from migrator.transport.base import Transport

_NUMBERS = {"cpus", "home_free"}


def question() -> Command:
    """The script that `gather` asks."""
    return packaged("host_facts")


def gather(host: Transport) -> dict[str, Any]:
    """Facts of the host by name: os, kernel, machine, hostname, cpus, memory (bytes), timezone, locale, user,
    home_free (bytes), clock_offset (whole seconds that it is ahead of us), tools (version by name).

    What cannot be known there is left out.
    """
    answer = host.read(question())
    said = dict(line.split("=", 1) for line in answer.text.splitlines() if "=" in line)
    facts: dict[str, Any] = {name: int(value) if name in _NUMBERS else value for name, value in said.items()
                             if not name.startswith("tool.") and name not in ("now", "memory_kib")}
    facts["tools"] = {name.removeprefix("tool."): value for name, value in said.items() if name.startswith("tool.")}
    facts["clock_offset"] = _offset(int(said["now"]), answer.at - answer.seconds, answer.at)
    if "memory_kib" in said:
        facts["memory"] = int(said["memory_kib"]) * 1024
    return facts


def _offset(there: int, before: float, after: float) -> int:
    """Seconds between its clock and ours beyond what whole seconds and the time of asking explain."""
    if there < int(before):
        return there - int(before)
    return max(0, there - int(after))
