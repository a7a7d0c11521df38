"""What people read of two sides that are kept in step: what waits, who applies, and what is theirs to do."""

from __future__ import annotations

import io
import json
from typing import Any

from migrator.screen.again import Again
from migrator.screen.synced import show_sync, summed_up

IDLE = {"phase": "none", "pid": None, "host": "", "why": "", "hint": "", "keys_per_second": None, "batch_p50": None,
        "batch_p95": None, "lag_p50": None, "lag_p95": None}


def said(**other: Any) -> dict[str, Any]:
    sides = [{"side": "old", "where": "live/pm", "truth": True, "frozen": False, "waiting": 0, "more": False,
              "oldest": None, "numbers": 0.995},
             {"side": "new", "where": "试点/pm", "truth": False, "frozen": False, "waiting": 0, "more": False,
              "oldest": None, "numbers": None}]
    return {"truth": "old", "phase": "live", "sides": sides, "applier": IDLE, "tables": [], "pairs": [], "waiting": 0,
            "more": False, "seconds_left": None, **other}


def table(**other: Any) -> dict[str, Any]:
    return {"side": "old", "table": "task", "count": 0, "more": False, "p50": None, "p95": None, "oldest": None,
            **other}


BUSY = said(
    applier={**IDLE, "phase": "works", "pid": 712, "keys_per_second": 12_345.6, "batch_p50": 0.08, "batch_p95": 0.21,
             "lag_p50": 0.31, "lag_p95": 0.74},
    tables=[table(), table(table="任务", count=100_000, more=True, p50=61.0, p95=118.0, oldest=125.0),
            table(side="new", table="work_item", count=12, p50=0.2, p95=0.5, oldest=0.6)],
    pairs=[{"pair": "task -> work_item", "quarantined": 2, "asked": 1, "decided": 3},
           {"pair": "note", "quarantined": 0, "asked": 0, "decided": 0}],
    waiting=100_012, more=True)


def test_nothing_waits_and_nobody_applies() -> None:
    assert show_sync(said(), "inv sync.start", room=100).splitlines() == [
        "side  database  is         dirty keys  oldest  numbers left",
        "old   live/pm   the truth           0       -          100%",
        "new   试点/pm   follows             0       -             -",
        "! applier: none is alive, so nothing is carried over",
        "✓ drained: nothing waits on either side",
        "next: inv sync.start",
    ]


def test_a_queue_with_all_that_keeps_it_up() -> None:
    assert show_sync(BUSY, "inv sync.conflicts", room=100).splitlines()[3:] == [
        "▸ applier: process 712 works",
        "  12,346 keys/s; a batch takes 0.1s, 95% of them at most 0.2s",
        "  a change arrives after 0.3s, 95% of them after at most 0.7s",
        "side  table      dirty keys  half wait  95% wait  oldest",
        "old   任务         100,000+      1m01s     1m58s   2m05s",
        "new   work_item          12       0.2s      0.5s    0.6s",
        "✗ task -> work_item: 2 rows are in quarantine",
        "? task -> work_item: 1 conflicts wait for a decision",
        "· task -> work_item: 3 conflicts were decided by policy",
        "100,012+ dirty keys wait",
        "next: inv sync.conflicts",
    ]


def test_after_a_switch_the_old_side_refuses_writes() -> None:
    status = said(truth="new", waiting=500, seconds_left=3.2)
    for one, truth in zip(status["sides"], (False, True), strict=True):
        one.update(truth=truth, frozen=not truth)
    lines = show_sync(status, "inv sync.finish", room=100).splitlines()
    assert lines[1].split() == ["old", "live/pm", "follows,", "refuses", "writes", "0", "-", "100%"]
    assert lines[-2] == "500 dirty keys wait; drained in about 3.2s"


def test_an_applier_that_is_not_at_work_says_why() -> None:
    def line(**other: Any) -> str:
        return show_sync(said(applier={**IDLE, "pid": 7, **other}), "", room=100).splitlines()[3]

    assert line(phase="fell") == "✗ applier: process 7 is gone without a word; it was killed, or its machine was"
    assert line(phase="waits", why="db: away") == "! applier: process 7 waits and tries again: db: away"
    assert line(phase="blocked", why="a trigger is missing") == "✗ applier: it has given up: a trigger is missing"
    assert line(phase="elsewhere", host="ops2", why="switch") == "▸ switch: process 7 on ops2 has it in hand"


def test_a_sync_that_is_not_under_way_says_how_far_it_is() -> None:
    def verdict(phase: str) -> str:
        return show_sync(said(phase=phase), "", room=100).splitlines()[-2]

    assert verdict("baseline") == "! the start has not ended, so not every row has been looked at"
    assert verdict("switching") == "▸ users are on their way to the other side, or a switch was cut off"
    assert verdict("finished") == "✓ finished: each side is on its own"
    assert len(show_sync(said(phase="finished"), "", room=100).splitlines()) == 5, "nobody has to apply any more"


def test_watched_without_a_terminal_only_news_are_lines() -> None:
    out = io.StringIO()
    with Again(as_json=False, out=out) as again:
        for status in (said(), said(), BUSY):
            again("whole", summed_up(status), status)
    assert [line.partition(" ")[2] for line in out.getvalue().splitlines()] == [
        "the old side is the truth; drained: nothing waits on either side",
        "the old side is the truth; 100,012+ dirty keys wait"]


def test_watched_by_a_program_every_look_is_a_line() -> None:
    out = io.StringIO()
    with Again(as_json=True, out=out) as again:
        again("whole", "line", BUSY)
        again("whole", "line", BUSY)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [BUSY, BUSY]
