"""How long going back takes from any point of a plan, as the rehearsal has measured it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from migrator.model.plan import PlannedStep


def ways_back(steps: Sequence[PlannedStep]) -> list[float | None]:
    """Seconds that going back to the start takes after each step; None from the first one nobody measured.

    Of several steps that restore one set, the first that goes back does the work and the others find it done: so the
    longest of their times counts as soon as one of them has run.
    """
    own = [0.0 if step.way_back == "none" else step.way_back_estimate for step in steps]
    by_set: dict[str, list[int]] = {}
    for number, step in enumerate(steps):
        if step.way_back == "restore" and own[number] is not None:
            by_set.setdefault(str(step.args.get("restore")), []).append(number)
    for numbers in by_set.values():
        longest_first = sorted((own[number] or 0.0 for number in numbers), reverse=True)
        for number, longest in zip(numbers, longest_first, strict=True):
            own[number] = longest
    return list(accumulate(own, lambda sum_, one: None if sum_ is None or one is None else sum_ + one))


def longest_way_back(steps: Sequence[PlannedStep]) -> float | None:
    """Seconds of the longest way back on the way through these steps, None when one of them was never measured.

    Past a point of no return only what comes after it goes back.
    """
    longest: list[float | None] = [0.0]
    for part in _parts(steps):
        longest += ways_back(part)
    return None if None in longest else max(seconds for seconds in longest if seconds is not None)


def _parts(steps: Sequence[PlannedStep]) -> list[list[PlannedStep]]:
    """The steps between points of no return, which themselves have no way back."""
    parts: list[list[PlannedStep]] = [[]]
    for step in steps:
        if step.point_of_no_return:
            parts.append([])
        else:
            parts[-1].append(step)
    return parts
