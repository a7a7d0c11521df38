"""The story of a run, step by step, told from the journal's record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrator.model.finding import Finding
from migrator.model.states import AttemptState, Direction

_UNDONE = "UNDONE"
_WORST_FIRST = ("FAILED", "UNKNOWN", "STARTED", _UNDONE, "SKIPPED", "OK")


@dataclass(frozen=True)
class StepStory:
    """What became of one step on all its targets.

    `state` is that of the worst target by its newest attempt: an AttemptState, PENDING before its turn, UNDONE when
    taken back and not done again since.
    `seconds` adds up the last try on each target; `tries` counts all of them.
    """

    id: str
    kind: str
    hop: str
    targets: tuple[str, ...]
    state: str
    failed: bool
    """Whether the last try forward failed, whatever was done about it afterwards."""
    tries: int
    seconds: float | None
    undone: bool
    """Whether the last undo succeeded on every target that it was tried on, even if the step was done again since."""
    undo_seconds: float | None
    estimate: float | None
    way_back: str
    summary: str
    message: str
    findings: tuple[Finding, ...]
    changes: tuple[Mapping[str, Any], ...]

    @property
    def difference(self) -> float | None:
        """Seconds that it took longer than was estimated, negative when it was quicker; None where one is unknown."""
        return None if self.seconds is None or self.estimate is None else self.seconds - self.estimate


def tell(record: Mapping[str, Any]) -> list[StepStory]:
    """One story per planned step, in the order of the plan."""
    return [_story(step, [a for a in record["attempts"] if a["step"] == step["id"]]) for step in record["steps"]]


def _story(step: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> StepStory:
    forward = _last_tries(attempts, Direction.FORWARD)
    undo = _last_tries(attempts, Direction.UNDO)
    hop = step.get("hop")
    return StepStory(
        id=step["id"], kind=step["kind"], hop=f"{hop['from']} → {hop['to']}" if hop else "",
        targets=tuple(step.get("targets") or ("-",)), state=_state(attempts),
        failed=any(a["state"] in (AttemptState.FAILED, AttemptState.UNKNOWN) for a in forward),
        tries=sum(a["direction"] == Direction.FORWARD for a in attempts),
        seconds=_sum(forward), undone=bool(undo) and all(a["state"] == AttemptState.OK for a in undo),
        undo_seconds=_sum(undo), estimate=step.get("estimate"), way_back=step["way_back"],
        summary="; ".join(_distinct(a.get("summary") for a in forward)),
        message="; ".join(_distinct(a.get("message") for a in [*forward, *undo])),
        findings=tuple(Finding.from_json(f) for a in forward for f in a.get("findings") or ()),
        changes=tuple(c for a in forward for c in a.get("changes") or ()))


def _last_tries(attempts: Sequence[Mapping[str, Any]], direction: str) -> list[Mapping[str, Any]]:
    return _newest([a for a in attempts if a["direction"] == direction])


def _newest(attempts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The last attempt on each target; the record has them in the order of their beginning, whatever clocks said."""
    return list({a["target"]: a for a in attempts}.values())


def _state(attempts: Sequence[Mapping[str, Any]]) -> str:
    states = [_UNDONE if a["direction"] == Direction.UNDO and a["state"] == AttemptState.OK else str(a["state"])
              for a in _newest(attempts)]
    return min(states, key=_WORST_FIRST.index, default="PENDING")


def _sum(attempts: Sequence[Mapping[str, Any]]) -> float | None:
    known = [a["seconds"] for a in attempts if a.get("seconds") is not None]
    return sum(known) if known else None


def _distinct(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))
