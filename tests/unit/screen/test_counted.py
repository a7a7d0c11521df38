"""What people read of a census: counts that line up, the worst first, and what to type next."""

from __future__ import annotations

from migrator.lens.census.census import Census, Tally
from migrator.lens.census.finding import Finding, Verdict
from migrator.screen.counted import show_counted

SOUND = Census((Tally("任务", 12_000, 11_000, 1_000, 0), Tally("task -> item", 5, 5, 0, 0)), (
    Finding("lost", Verdict.NEEDS_MEMORY, "任务", "does not come back", "memory keeps it", "种类", 1_000,
            (("1", "a"), ("2", "b"))),))
REFUSED = Census(SOUND.tallies, (*SOUND.findings, Finding("null", Verdict.REFUSED, "task -> item", "empty", "fill it",
                                                          rows=1, keys=(("7",),))))


def test_a_sound_census() -> None:
    assert show_counted(SOUND.as_json(), "inv map.apply", room=100).splitlines() == [
        "pair            rows  survive  need memory  refused",
        "任务          12,000   11,000        1,000        0",
        "task -> item       5        5            0        0",
        "• needs memory: 任务, 种类: does not come back (lost), rows: 1,000, keys: 1/a; 2/b; …",
        "  memory keeps it",
        "✓ 12,005 rows can go over and come back, 1,000 of them with pair memory",
        "next: inv map.apply",
    ]


def test_what_is_refused_comes_first_and_closes_the_way() -> None:
    lines = show_counted(REFUSED.as_json(), "mend it", room=100).splitlines()
    assert lines[3:5] == ["✗ refused: task -> item: empty (null), rows: 1, keys: 7", "  fill it"]
    assert lines[-2:] == ["✗ 1 findings forbid to copy; nothing was written", "next: mend it"]
