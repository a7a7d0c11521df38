"""How long going back takes from any point of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.model.plan import PlannedStep
from migrator.model.way_back import longest_way_back, ways_back


def step(name: str, back: float | None, way_back: str = "undo", **fields: Any) -> PlannedStep:
    return PlannedStep(id=name, kind="k", args=fields.pop("args", {}), targets=("-",), hop=None, timeout=None,
                       retries=0, way_back=way_back, skippable=False,
                       point_of_no_return=fields.pop("final", False), digest=name, estimate=1, way_back_estimate=back)


def test_the_way_back_adds_up_and_is_unknown_after_the_first_unmeasured_step() -> None:
    steps = [step("a", 5), step("b", None, "none"), step("c", 7), step("d", None), step("e", 1)]
    assert ways_back(steps) == [5, 5, 12, None, None]


def test_the_longest_restore_of_a_set_counts_as_soon_as_one_step_needs_it() -> None:
    steps = [step(name, back, "restore", args={"restore": of})
             for name, back, of in (("a", 1, "copy"), ("b", 2, "other"), ("c", 9, "copy"))]
    assert ways_back(steps) == [9, 11, 12]


@pytest.mark.parametrize(("steps", "longest"), [
    ([], 0),
    ([step("a", 5), step("b", 7)], 12),
    ([step("a", 5), step("b", None)], None),
    ([step("a", 5), step("final", None, final=True), step("b", 3)], 5),
    ([step("a", 1), step("final", None, final=True), step("b", 3)], 3),
])
def test_the_longest_way_back_does_not_reach_over_a_point_of_no_return(steps: list[PlannedStep],
                                                                       longest: float | None) -> None:
    assert longest_way_back(steps) == longest
