"""What it costs when many hosts write their attempts at the same moment: with one writer, against each for itself.

python tests/benchmarks/attempts_at_once.py [HOSTS] [STEPS] [URL]     prints one JSON line

URL is a PostgreSQL database that may be written to; an SQLite file of its own if left out.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from migrator.journal.attempts import Attempts, Key
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.journal.writer import Writer
from migrator.model.outcome import Outcome
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction

HOSTS, STEPS = (int(word) for word in (*sys.argv[1:3], *("30", "10")[len(sys.argv[1:3]):]))
R = TypeVar("R")


class EachForItself(Writer):
    """Every write in a transaction of its own."""

    def write(self, act: Callable[[Connection], R]) -> R:
        with self._engine.begin() as connection:
            return act(connection)


def main() -> None:
    """Measure both and print the figures."""
    url = sys.argv[3] if len(sys.argv) > 3 else sqlite_url(Path(tempfile.mkdtemp(prefix="at-once-")) / "migrator.db")
    journal = Journal(url, lambda _executor: False)
    plan = Plan(product="bench", title="bench", playbook="bench", stage="bench", environment="bench", environments={},
                path=("1", "2"), steps=(), digest="0" * 64, bindings="0" * 64)
    taken = {}
    for name, writer in {"each_for_itself": EachForItself(journal.engine), "one_writer": journal.writer}.items():
        run = journal.runs.new(plan, started_by="bench", folder="bench")
        taken[name] = measure(Attempts(journal.engine, writer), run)
    assert journal.audit_trail().sound
    print(json.dumps({"hosts": HOSTS, "steps": STEPS, "database": journal.engine.dialect.name,
                      **{f"ms_per_attempt_{name}": round(seconds * 1000 / HOSTS / STEPS, 2)
                         for name, seconds in taken.items()},
                      "times_faster": round(taken["each_for_itself"] / taken["one_writer"], 1)}))


def measure(attempts: Attempts, run: str) -> float:
    """Seconds for all attempts, each begun and ended, the hosts at the same time."""
    steps = [PlannedStep(id=f"s{n}", kind="bench", args={}, targets=(), hop=None, timeout=None, retries=0,
                         way_back="none", skippable=False, point_of_no_return=False, digest=f"d{n}")
             for n in range(STEPS)]

    def host(number: int) -> None:
        for step in steps:
            key = Key(run, step.id, f"h{number}", Direction.FORWARD, 1)
            attempts.start(key, step, {}, [], executor="bench")
            attempts.end(key, AttemptState.OK, executor="bench", seconds=0, outcome=Outcome(changed=False))

    begun = time.monotonic()
    with ThreadPoolExecutor(HOSTS) as pool:
        list(pool.map(host, range(HOSTS)))
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
