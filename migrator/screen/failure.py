"""When it went wrong: what happened, where we are, what runs now, what to do, where the proof is; in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrator import clock
from migrator.errors import CommandFailed, MigratorError
from migrator.model.finding import Severity
from migrator.report.story import StepStory, tell
from migrator.report.view import PREFLIGHT
from migrator.screen.words import numbered
from migrator.secret import scrub
from migrator.text import _, pad, width
from migrator.units import show_seconds


@dataclass(frozen=True)
class Failure:
    """The answers, each a list of lines; an empty one is left out."""

    headline: str
    happened: Sequence[str]
    where: Sequence[str] = ()
    running: Sequence[str] = ()
    by_hand: Sequence[str] = ()
    do_next: Sequence[str] = ()
    proof: Sequence[str] = ()
    exit_code: int | None = None


def show_failure(failure: Failure) -> str:
    """The failure as text, secrets scrubbed."""
    answers = [(_("what happened"), failure.happened), (_("where we are"), failure.where),
               (_("what runs now"), failure.running), (_("by hand"), numbered(failure.by_hand)),
               (_("do next"), numbered(failure.do_next) if len(failure.do_next) > 1 else failure.do_next),
               (_("proof"), failure.proof)]
    column = max(width(label) for label, _lines in answers)
    lines = [f"✗ {failure.headline}"]
    for label, told in answers:
        lines += [f"  {pad(label if n == 0 else '', column)}  {line}" for n, line in enumerate(told)]
    if failure.exit_code is not None:
        lines.append("  " + _("exit {code}").format(code=failure.exit_code))
    return scrub("\n".join(lines))


def of_error(error: MigratorError) -> Failure:
    """What an error tells before or outside a run."""
    output = error.output.splitlines()[-10:] if isinstance(error, CommandFailed) else []
    return Failure(headline=error.message, happened=output,
                   where=[str(error.where)] if error.where else [],
                   do_next=[error.hint] if error.hint else [], exit_code=int(error.code))


def of_run(record: Mapping[str, Any]) -> Failure:
    """What the journal's record tells of a run that did not pass."""
    run, stories = record["run"], tell(record)
    broken = next((s for s in stories if s.failed), None)
    at = clock.local(run.get("ended") or run.get("started") or "")
    log = f"inv run.log --run {run['id']}"
    return Failure(
        headline=_("{stage} stopped at {step}, {at}").format(stage=run["stage"], step=broken.id, at=at) if broken
        else _("{stage} stopped, {at}").format(stage=run["stage"], at=at),
        happened=_happened(run, stories, broken),
        where=[_where(run, stories)],
        by_hand=run.get("by_hand") or [],
        do_next=[*_advice(record), *_advised(broken), *_repaired(run), record["next"]],
        proof=[f"inv report --run {run['id']}", f"{log} --step {broken.id}" if broken else log],
        exit_code=run.get("exit_code"))


def _happened(run: Mapping[str, Any], stories: Sequence[StepStory], broken: StepStory | None) -> list[str]:
    """Why it failed, why it went back, and why what is left for hands could not be undone; each once."""
    stuck = [s.message for s in stories if s.state == "FAILED" and s is not broken] if run.get("by_hand") else []
    told = [broken.message if broken else "", run.get("message") or "", *reversed(stuck)]
    return [line for line in dict.fromkeys(told) if line]


def _advice(record: Mapping[str, Any]) -> list[str]:
    """What those findings advise that forbade to begin."""
    found = (f for row in record["evidence"] if row["name"] == PREFLIGHT for f in row["value"])
    blocking = (f["advice"] for f in found if f["severity"] == Severity.BLOCKS and f["advice"])
    return list(dict.fromkeys(blocking)) if record["run"]["state"] == "failed" else []


def _advised(broken: StepStory | None) -> list[str]:
    """What the findings advise at which a step failed."""
    found = broken.findings if broken else ()
    return list(dict.fromkeys(f.advice for f in found if f.severity is Severity.BLOCKS and f.advice))


def _repaired(run: Mapping[str, Any]) -> list[str]:
    """What comes first where people have to finish the way back."""
    return [_("bring the host back, or type what stands under “by hand”, in this order")] if run.get("by_hand") else []


def _where(run: Mapping[str, Any], stories: Sequence[StepStory]) -> str:
    counted = {state: sum(s.state == state for s in stories) for state in ("OK", "UNDONE", "FAILED", "UNKNOWN")}
    back = sum(s.undo_seconds or 0 for s in stories)
    states = {
        "brought back": _("brought back: {undone} steps taken back in {time}"),
        "hands needed": _("{undone} steps taken back, the rest needs hands"),
        "stopped": _("{done} steps done; safe to resume, safe to go back"),
        "going back": _("going back: {undone} steps taken back so far, {done} to go"),
        "failed": _("nothing was changed"),
        "running": _("{done} steps done"),
    }
    sentence = states.get(run["state"], _("{done} steps done, {undone} taken back"))
    return sentence.format(done=counted["OK"], undone=counted["UNDONE"], time=show_seconds(back))
