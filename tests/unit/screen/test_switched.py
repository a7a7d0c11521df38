"""What people read when the truth has moved, and of rows that both sides have changed."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.screen.conflicting import show_again, show_decided, show_waiting
from migrator.screen.switched import show_finished, show_switched
from migrator.screen.touched import show_touched

WAYS = {"back": "inv sync.back", "forward": "inv sync.forward", "on": "inv sync.finish", "start": "inv sync.start"}
MOVED = {"truth": "new", "already": False, "refused": 1.25, "carried": 1_200, "compared": 52_000, "seconds": 9.0}


def conflict(**other: Any) -> dict[str, Any]:
    return {"number": "new-7", "tables": "task -> item", "kind": "both-changed", "policy": "ask", "state": "open",
            "winner": None, "keys": {"old": {"id": "7"}, "new": {"id": "7"}}, "groups": ["title <-> subject"],
            "rows": {"old": {"id": "7", "title": "说"}, "new": {"id": "7", "subject": "said"}},
            "at": "2026-03-14T12:00:00+00:00", "settled_at": None, "settled_by": None, **other}


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.screen.conflicting.clock.local", lambda text: text[:16].replace("T", " "))


def test_over_to_the_new_side_shows_the_way_back() -> None:
    assert show_switched(MOVED, WAYS, alive=True).splitlines() == [
        "✓ the new side is the truth; the old one refuses writes and is kept in step",
        "  writes were refused for 1.2s; 1,200 keys carried, 52,000 rows compared",
        "way back, with everything that is written from now on: inv sync.back",
        "next: inv sync.finish"]


def test_home_again_with_nobody_who_carries() -> None:
    assert show_switched({**MOVED, "truth": "old"}, WAYS, alive=False).splitlines()[2:] == [
        "! no process of this machine carries changes over: inv sync.start", "next: inv sync.forward"]


def test_the_end_says_what_is_kept_and_where() -> None:
    done = {"truth": "new", "already": False, "refused": 0.8, "compared": 52_000,
            "kept": [{"side": "old", "table": "a", "rows": 1_000}, {"side": "new", "table": "b", "rows": 2}]}
    assert show_finished(done, ".migrator/sync/1/kept", "inv map.verify").splitlines() == [
        "✓ the new side goes on alone; the way back is closed",
        "  52,000 rows were compared and are the same; writes were refused for 0.8s",
        "  kept on both sides: what they agreed on, memories, conflicts (2 tables, 1,002 rows); copies in "
        ".migrator/sync/1/kept",
        "next: inv map.verify"]


def test_a_conflict_that_waits_shows_what_either_side_says() -> None:
    assert show_waiting({"conflicts": [conflict()], "quarantine": []}, "inv sync.conflicts").splitlines() == [
        "? new-7  task -> item, id 7: both sides have changed it; it waits for a decision  2026-03-14 12:00",
        '    old: title "说"',
        '    new: subject "said"',
        "? 1 conflicts wait for a decision",
        "next: inv sync.conflicts --decide NUMBER --take new"]


def test_a_decided_conflict_shows_the_whole_row_that_lost() -> None:
    lost = conflict(state="settled", winner="new", rows={"old": {"id": "7", "title": None}})
    assert show_waiting({"conflicts": [lost], "quarantine": []}, "inv").splitlines()[:2] == [
        "· new-7  task -> item, id 7: both sides have changed it; the new side was right  2026-03-14 12:00",
        '    old: id "7", title null']
    kept = conflict(state="settled", winner="old", kind="deleted-and-changed", rows={})
    assert "one side has deleted it, the other changed; the change is kept" in show_waiting(
        {"conflicts": [kept], "quarantine": []}, "inv")


def test_a_row_in_quarantine_shows_why() -> None:
    row = {"number": "old-3", "tables": "task -> item", "key": {"id": "9"}, "said": "the new side refuses it",
           "again": True, "last": "2026-03-14T12:00:00+00:00"}
    assert show_waiting({"conflicts": [], "quarantine": [row]}, "inv sync.conflicts").splitlines() == [
        "✗ old-3  task -> item, id 9: the new side refuses it; it is tried again  2026-03-14 12:00",
        "✗ 1 rows are in quarantine",
        "next: mend what the server says, then inv sync.conflicts --again all"]
    assert show_again(["old-3"], "inv").splitlines()[0] == "✓ tried again with the next batch: old-3"
    assert show_again([], "inv").splitlines()[0] == "✓ nothing is in quarantine"


def test_a_decision_is_told() -> None:
    said = {"take": "old", "conflicts": ["new-7", "new-9"]}
    assert show_decided(said, "inv").splitlines()[0] == "✓ the old side is right about new-7, new-9"
    assert show_decided({**said, "conflicts": []}, "inv").splitlines()[0] == "✓ no conflict waited"


def test_a_touch_that_changed_something_names_it() -> None:
    proof = {"marked": {"old": 1_054, "new": 1_149}, "changes": 7, "seconds": 6.1, "changed": [
        {"side": "new", "pair": "task -> work_item", "rows": 7, "keys": ["12", "13"]}]}
    assert show_touched(proof, "inv sync.touch").splitlines() == [
        "1,054 rows of the old side and 1,149 of the new side were marked as written, and carried",
        "✗ task -> work_item: 7 rows of the new side were changed, keys: 12; 13; …",
        "✗ 7 rows changed although nobody had changed them: the mapping does not give the same for the same",
        "next: inv sync.touch"]


def test_home_again_with_both_sides_open() -> None:
    said = show_switched({**MOVED, "truth": "old"}, WAYS, alive=True, open_left=True)
    assert said.startswith("✓ the old side is the truth again; the new one can be written too\n")
