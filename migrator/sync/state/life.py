"""Whether a process of this machine still lives, so that nobody waits for the heartbeat of one that was killed."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def life(pid: int | None = None) -> str:
    """What tells a process (this one by default) from every other that ever had its number.

    Empty where the system does not tell, and for a process that has ended.
    """
    try:
        *_name, said = (_PROC / str(pid or os.getpid()) / "stat").read_text().rpartition(")")
    except OSError:
        return ""
    state, *_between, start = said.split()[:20]
    return "" if state in "ZX" else f"{_machine()} {start}"


def surely_dead(pid: int, lived: str) -> bool:
    """Whether the process that was told apart by `lived` has ended; False when it ran elsewhere or nobody knows."""
    return bool(lived) and lived.rpartition(" ")[0] == _machine() and life(pid) != lived


def surely_at_work(pid: int, lived: str) -> bool:
    """Whether the process that was told apart by `lived` runs on this machine, and nobody has stopped it."""
    if not lived or life(pid) != lived:
        return False
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "Tt"


@cache
def _machine() -> str:
    """This boot of this machine, and its space of process numbers: a container has its own."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return ""
