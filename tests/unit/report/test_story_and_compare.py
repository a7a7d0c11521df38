"""What a record tells of each step, and what differs between the first measure and the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.report.compare import compare
from migrator.report.story import tell
from migrator.report.timeline import LABELS, WIDTH, draw


def attempt(state: str, direction: str = "forward", target: str = "-", n: int = 1, started: str = "2026-01-01T00:00:00",
            **more: Any) -> dict[str, Any]:
    return {"step": "a", "target": target, "n": n, "direction": direction, "state": state, "started": started,
            "ended": None, "seconds": 1.0, "summary": "", "message": "", "findings": [], "changes": [], "facts": {},
            **more}


def state_of(*attempts: dict[str, Any]) -> str:
    step = {"id": "a", "kind": "k", "targets": ["-"], "hop": None, "estimate": None, "way_back": "undo"}
    return tell({"steps": [step], "attempts": list(attempts)})[0].state


def test_the_newest_attempt_of_each_target_counts_and_the_worst_target_decides() -> None:
    assert state_of() == "PENDING"
    assert state_of(attempt("FAILED"), attempt("OK", n=2, started="2026-01-01T00:01:00")) == "OK"
    assert state_of(attempt("OK", target="x"), attempt("FAILED", target="y")) == "FAILED"
    assert state_of(attempt("OK"), attempt("OK", "undo", started="2026-01-01T00:01:00")) == "UNDONE"
    assert state_of(attempt("OK"), attempt("FAILED", "undo", started="2026-01-01T00:01:00")) == "FAILED"


def test_a_step_that_a_drill_took_back_and_did_again_is_done() -> None:
    again = attempt("OK", n=2, started="2026-01-01T00:02:00")
    assert state_of(attempt("OK"), attempt("OK", "undo", started="2026-01-01T00:01:00"), again) == "OK"


def test_seconds_add_up_the_last_try_of_every_target(sample: Callable) -> None:
    upgrade = next(s for s in tell(sample("passed")) if s.id == "upgrade-7.0")
    assert (upgrade.tries, upgrade.seconds, upgrade.hop, upgrade.failed) == (2, 1302.0, "6.1 → 7.0", False)
    stop = next(s for s in tell(sample("passed")) if s.id == "stop")
    assert stop.seconds == 8.5


def test_compare_tells_same_changed_new_and_gone(sample: Callable) -> None:
    tables = compare(sample("passed"), "tables")
    assert tables is not None
    assert (tables.first, tables.last) == ("last-copy", "check-7.0")
    assert {item.name: item.verdict for item in tables.different} == {
        "approval_flow": "new", "approvals": "gone", "contract": "changed", "permissions": "new", "tasks": "changed"}
    assert len(tables.same) == 5
    back = compare(sample("brought_back"), "tables")
    assert back is not None
    assert not back.different


def test_measures_grouped_by_database_are_named_after_it() -> None:
    def facts(digest: str) -> dict[str, Any]:
        return {"tables": {"main": {"users": {"rows": 1, "digest": digest}}}, "trees": ["attachments"]}

    record = {"attempts": [{**attempt("OK"), "facts": facts("x")}, {**attempt("OK", n=2), "facts": facts("y")}]}
    tables = compare(record, "tables")
    assert tables is not None
    assert [(item.name, item.verdict) for item in tables.items] == [("main.users", "changed")]
    assert compare(record, "trees") is None, "names without digests are no measure"


def test_what_only_one_attempt_measured_is_not_compared() -> None:
    trees = {name: {"files": 1, "digest": name} for name in ("files", "program")}
    before, after = {"trees": trees}, {"trees": {"files": trees["files"]}}
    found = compare({"attempts": [attempt("OK", facts=before), attempt("OK", "undo", n=2, facts=after)]}, "trees")
    assert found is not None
    assert [(item.name, item.verdict) for item in found.items] == [("files", "same")]


def test_one_measure_is_no_comparison(sample: Callable) -> None:
    assert compare(sample("waiting"), "tables") is None


def test_the_timeline_keeps_every_bar_inside_and_in_its_row(sample: Callable) -> None:
    picture = draw(sample("brought_back"))
    assert picture is not None
    assert [name for name, _y in picture.rows] == [
        "notice", "stop", "last-copy", "proof", "install-6.1", "upgrade-6.1", "install-7.0", "upgrade-7.0"]
    assert all(bar.x >= LABELS and bar.x + bar.width <= WIDTH and bar.y < picture.height for bar in picture.bars)
    assert {bar.look for bar in picture.bars} == {"done", "failed", "undo"}
    assert 3 <= len(picture.ticks) <= 9


def test_nothing_begun_is_no_picture() -> None:
    assert draw({"steps": [], "attempts": []}) is None
