"""What a report shows, made from the journal's record: the templates only lay it out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from migrator import clock
from migrator.model.finding import Finding, Severity
from migrator.model.states import RunState
from migrator.report.compare import compare
from migrator.report.story import StepStory, tell
from migrator.report.timeline import draw
from migrator.report.verdict import MOODS, verdict
from migrator.text import shorten

EVIDENCE_SHOWN = 80
PREFLIGHT = "preflight"
"""Name of the evidence that holds what the checks before the first step found."""


def view(record: Mapping[str, Any]) -> dict[str, Any]:
    """Names for the templates, in the language in force."""
    run = {"message": None, "tool_version": None, "started_by": None, **record["run"]}
    stories = tell(record)
    comparisons = {what: found for what in ("tables", "trees") if (found := compare(record, what))}
    seconds = _length(run)
    findings = _findings(record, stories)
    evidence = [row for row in record["evidence"] if row["name"] != PREFLIGHT]
    return {
        "run": run, "record": record, "next": _next(record), "seconds": seconds,
        "stories": stories, "comparisons": comparisons,
        "mood": MOODS.get(run["state"], "open"),
        "verdict": verdict(record, stories, list(comparisons.values()), seconds),
        "picture": draw(record),
        "findings": findings,
        "severities": {str(s): sum(f.severity is s for _step, f in findings) for s in Severity},
        "longest": max([1.0, *(max(s.seconds or 0, s.estimate or 0) for s in stories)]),
        "way_back": _way_back(stories),
        "waived": record.get("gate", {}).get("waive", {}),
        "evidence": [{**row, "value": _short(row["value"])} for row in evidence[:EVIDENCE_SHOWN]],
        "evidence_left": max(0, len(evidence) - EVIDENCE_SHOWN),
    }


def _next(record: Mapping[str, Any]) -> str:
    """What to type next; a report does not send its reader to itself, but to the way back or to the log."""
    run = record["run"]
    if not record["next"].startswith("inv report "):
        return str(record["next"])
    command = "rollback" if run["state"] == RunState.PASSED else "run.log"
    return f"inv {command} --run {run['id']}"


def _length(run: Mapping[str, Any]) -> float | None:
    if not run.get("started") or not run.get("ended"):
        return None
    length = (clock.parse(run["ended"]) - clock.parse(run["started"])).total_seconds()
    return max(0.0, length)  # the clock may have been set back meanwhile


def _findings(record: Mapping[str, Any], stories: Sequence[StepStory]) -> list[tuple[str, Finding]]:
    order = list(Severity)
    before = [(row["step"], Finding.from_json(f)) for row in record["evidence"] if row["name"] == PREFLIGHT
              for f in row["value"]]
    after = [(story.id, finding) for story in stories for finding in story.findings]
    known = [(step, f) for step, f in [*before, *after] if not f.later]
    return sorted(known, key=lambda pair: order.index(pair[1].severity))


def _way_back(stories: Sequence[StepStory]) -> dict[str, Any]:
    undone = [s for s in stories if s.undone]
    return {"steps": undone, "seconds": sum(s.undo_seconds or 0 for s in undone)}


def _short(value: Any) -> str:
    return shorten(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 90)
