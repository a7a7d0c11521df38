"""How long looking takes when the journal is full: thousands of runs, each with thirty events of its own.

python tests/benchmarks/full_journal.py [RUNS] [TIMES]     prints one JSON line, median milliseconds
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from migrator import clock
from migrator.journal import tables
from migrator.journal.audit import HOUSE, first, hash_of
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.model.plan import Plan, PlannedStep

LOOKS = (["status"], ["status", "--run", "0101-00000"], ["run.list"])
RUNS, TIMES = (int(word) for word in (*sys.argv[1:3], *("10000", "7")[len(sys.argv[1:3]):]))
STEPS, SAME = 14, 2000
"""Steps of a run, two events each; and how many runs share one playbook, as those of a fleet do."""
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
DONE = {"changed": True, "summary": "done as planned", "facts": {"rows": 120000, "digest": "f" * 64}, "by_hand": []}

Row = dict[str, Any]


def main() -> None:
    """Fill a journal, look at it, and print how long that took, beside the same in a journal of one run."""
    full, small = (Path(tempfile.mkdtemp(prefix="full-journal-")) for _home in range(2))
    fill(opened(small), 1)
    journal = opened(full)
    fill(journal, RUNS)
    print(json.dumps({"runs": RUNS, "events": journal.audit_trail().count, **commands(full, small), **asked(journal)}))


def opened(home: Path) -> Journal:
    return Journal(sqlite_url(home / "migrator.db"), lambda _executor: False)


def commands(full: Path, small: Path) -> dict[str, float]:
    """Looking by command line; the two journals in turn, so that a busy moment hits both alike."""
    taken: dict[str, list[float]] = {}
    for _round in range(TIMES):
        for words in LOOKS:
            for home, name in ((small, "one run: inv "), (full, "inv ")):
                taken.setdefault(name + " ".join(words), []).append(milliseconds(lambda: typed(home, *words)))
    return {name: round(statistics.median(each), 1) for name, each in taken.items()}


def asked(journal: Journal) -> dict[str, float]:
    """What other commands ask of the journal on their way."""
    newest = journal.runs.newest()
    assert newest is not None and journal.audit_trail().sound
    run, plan = newest["id"], journal.runs.plan_of(newest["id"])
    digests = [step.digest for step in plan.steps]
    return {name: round(statistics.median(milliseconds(act) for _round in range(TIMES)), 1) for name, act in {
        "one run's record": lambda: journal.record(run),
        "estimates for a plan": lambda: journal.measures.times(digests),
        "facts of another stage": lambda: journal.attempts.newest(
            plan.digest, plan.stage, plan.steps[0].id, on=[plan.environment]),
        "a step's newest proof": lambda: journal.proofs.step(plan.digest, plan.stage, plan.steps[0].id),
        "which steps were rehearsed": lambda: journal.proofs.rehearsed(digests),
        "a site's newest backups": lambda: journal.proofs.backups("site-7", ["backup.take"]),
        "audit.verify": lambda: journal.audit_trail(),
    }.items()}


def milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def typed(home: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "migrator", *words, "--home", str(home)], capture_output=True, check=True)


def fill(journal: Journal, runs: int) -> None:
    """Enter runs that passed, in bulk, with the trail that they would have left one by one."""
    for start in range(0, runs, SAME):
        journal.runs.keep_plan(plan(start // SAME))
    lines, house = rows(runs), House()
    while some := list(islice(lines, 500)):
        journal.writer.write(lambda connection: [  # type: ignore[misc]
            connection.execute(insert(table), [row for line in some for row in line[table.name]])
            for table in (tables.run, tables.attempt, tables.before)])
        trail = [event for line in some for event in (*line["audit"], *house.anchors(line["audit"]))]
        journal.writer.write(lambda connection: connection.execute(insert(tables.audit), trail))  # type: ignore[misc]


def rows(runs: int) -> Iterator[dict[str, list[Row]]]:
    """All that one run after the other leaves, by table."""
    for n in range(runs):
        of, at = plan(n // SAME), clock.stamp(BEGUN + timedelta(seconds=n * 60))
        run = number(n)
        yield {
            "run": [{"id": run, "plan": of.id, "digest": of.digest, "environment": f"site-{n % SAME}",
                     "stage": of.stage, "product": of.product, "title": of.title, "folder": f"/runs/{run}",
                     "state": "passed", "exit_code": 0, "started_by": "li", "tool_version": "0", "created": at,
                     "started": at, "ended": at}],
            "attempt": [{"run": run, "step": step.id, "target": "-", "direction": "forward", "n": 1, "kind": step.kind,
                         "digest": step.digest, "state": "OK", "executor": "station:1:ab", "started": at, "ended": at,
                         "seconds": 4.0, "changes": [], "outcome": DONE, "findings": [], "message": "",
                         "undone": False} for step in of.steps],
            "before": [{"run": run, "step": step.id, "target": "-", "record": {"was": "1"}, "at": at}
                       for step in of.steps],
            "audit": trail(run, at, of),
        }


def trail(run: str, at: str, of: Plan) -> list[Row]:
    """The thirty events of a run, chained."""
    said: list[tuple[str, Row]] = [("run.created", {"plan": of.id})]
    for step in of.steps:
        said += [("attempt.started", {"step": step.id, "n": 1}), ("attempt.ended", {"step": step.id, "state": "OK"})]
    events: list[Row] = []
    for event, payload in [*said, ("run.passed", {"exit_code": 0})]:
        events.append(chained(run, run, len(events), events[-1]["hash"] if events else first(run), event, payload, at))
    return events


class House:
    """The chain of the house, as long as it was made so far."""

    def __init__(self) -> None:
        self._length, self._head = 0, first(HOUSE)

    def anchors(self, chain: list[Row]) -> Iterator[Row]:
        """What the house says of a run's chain: that it began, and how it ended."""
        for event, row, length in (("run.created", chain[0], 1), ("run.ended", chain[-1], len(chain))):
            anchored = chained(HOUSE, row["run"], self._length, self._head, event,
                               {"length": length, "head": row["hash"]}, row["at"])
            self._length, self._head = anchored["seq"], anchored["hash"]
            yield anchored


def chained(chain: str, run: str, length: int, head: str, event: str, payload: Row, at: str) -> Row:
    row = {"seq": length + 1, "at": at, "actor": "li", "run": run, "event": event,
           "payload": json.dumps(payload, sort_keys=True), "previous": head}
    return {**row, "chain": chain, "hash": hash_of(row)}


def number(n: int) -> str:
    return f"0101-{n:05x}"


def plan(n: int) -> Plan:
    """One of the playbooks that were run."""
    steps = tuple(PlannedStep(id=f"s{place}", kind="command", args={"run": ["true"]}, targets=("-",), hop=None,
                              timeout=None, retries=0, way_back="undo", skippable=False, point_of_no_return=False,
                              digest=f"{n}-{place}") for place in range(STEPS))
    return Plan(product="toy", title="Toy", playbook="toy", stage="go-live", environment="live", environments={},
                path=("1", "2"), steps=steps, digest=f"{n:064x}", bindings="b" * 64)


if __name__ == "__main__":
    main()
