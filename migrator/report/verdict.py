"""The run in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrator.report.compare import Comparison
from migrator.report.story import StepStory
from migrator.text import _
from migrator.units import show_seconds

MOODS = {"passed": "good", "brought back": "back", "hands needed": "bad", "stopped": "bad", "failed": "bad"}


def verdict(record: Mapping[str, Any], stories: Sequence[StepStory], comparisons: Sequence[Comparison],
            seconds: float | None) -> str:
    """What became of the run, what it proved and what it did not."""
    run = record["run"]
    broken = next((s.id for s in stories if s.failed), "-")
    done = sum(s.state == "OK" for s in stories)
    sentence = {
        "passed": _("{title}: the stage {stage} passed on {environment}, {done} of {count} steps in {time}."),
        "brought back": _("{title}: the stage {stage} failed at {broken} on {environment} and was brought back."),
        "hands needed": _("{title}: the stage {stage} failed at {broken} on {environment}; the way back needs hands."),
        "stopped": _("{title}: the stage {stage} stopped at {broken} on {environment}; resume or go back."),
        "failed": _("{title}: the stage {stage} ended on {environment} before anything was changed."),
        "waiting": _("{title}: the stage {stage} waits for people on {environment}, {done} of {count} steps are done."),
    }.get(run["state"], _("{title}: the stage {stage} is running on {environment}, {done} of {count} steps are done."))
    said = sentence.format(title=run["title"], stage=run["stage"], environment=run["environment"], done=done,
                           count=len(stories), broken=broken, time=show_seconds(seconds) if seconds else "-")
    return " ".join([said, *_proof(run["state"], comparisons)])


def _proof(state: str, comparisons: Sequence[Comparison]) -> list[str]:
    if state != "brought back":
        return []
    if not comparisons:
        return [_("No digests were taken, so it is not proven that everything is as before.")]
    measured = sum(len(c.items) for c in comparisons)
    different = sum(len(c.different) for c in comparisons)
    if different:
        return [_("{different} of {count} tables and file trees differ from before.").format(
            different=different, count=measured)]
    return [_("All {count} tables and file trees are the same as before, digest by digest.").format(count=measured)]
