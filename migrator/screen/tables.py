"""Tables of runs, steps and step kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from migrator import clock
from migrator.model import labels
from migrator.report.story import StepStory, tell
from migrator.screen.grid import Column, grid
from migrator.screen.words import numbered
from migrator.text import _
from migrator.units import show_difference, show_seconds

if TYPE_CHECKING:
    from migrator.journal.retention import OldRun


def show_runs(runs: Sequence[Mapping[str, Any]], *, room: int | None = None) -> str:
    """All runs, one a line; each needs id, title, stage, environment, state, created and exit_code."""
    if not runs:
        return _("no run yet")
    columns = [Column(_("run")), Column(_("what"), give=True), Column(_("stage")), Column(_("environment")),
               Column(_("state")), Column(_("begun")), Column(_("exit"), right=True)]
    rows = [[str(run["id"]), run["title"], run["stage"], run["environment"], labels.run_state(run["state"]),
             clock.local(run.get("started") or run["created"]),
             "-" if run.get("exit_code") is None else str(run["exit_code"])] for run in runs]
    return "\n".join(grid(columns, rows, room=room))


def show_status(record: Mapping[str, Any], *, room: int | None = None) -> str:
    """One run with all its steps, ending with the command to type next; `record` is the journal's."""
    run = record["run"]
    head = _("run {id}  {title}  stage {stage} on {environment}  plan {plan}: {state}").format(
        id=run["id"], title=run["title"], stage=run["stage"], environment=run["environment"], plan=run["plan"],
        state=labels.run_state(run["state"]))
    columns = [Column("#", right=True), Column(_("step")), Column(_("at"), give=True), Column(_("state")),
               Column(_("time"), right=True), Column(_("estimate"), right=True), Column(_("difference"), right=True),
               Column(_("result"), give=True)]
    rows = [_step_row(number, story) for number, story in enumerate(tell(record), 1)]
    by_hand = [_("by hand, in this order:"), *(f"  {line}" for line in numbered(run["by_hand"]))] \
        if run.get("by_hand") else []
    ending = [run["message"]] if run.get("message") else []
    late = [_turn_back(record["turn_back"])] if record.get("turn_back") else []
    edited = [show_edited(run["id"], record["edited"])] if record.get("edited") else []
    return "\n".join([head, *grid(columns, rows, room=room), *ending, *late, *by_hand, *edited,
                      _("next: {command}").format(command=record["next"])])


def _turn_back(line: Mapping[str, Any]) -> str:
    left = (clock.parse(line["moment"]) - clock.now()).total_seconds()
    words = {"step": line["step"], "moment": clock.local(line["moment"]), "end": clock.local(line["end"])}
    if left < 0:
        return _("turn-back line: {step} had to begin by {moment} to be able to go back until {end}").format(**words)
    return _("turn-back line: {step} must begin by {moment} (in {left}) to be able to go back until {end}").format(
        left=show_seconds(left), **words)


def show_edited(run: str, names: Sequence[str]) -> str:
    """That files of a run's playbook were edited while it is on the way, and how it takes them over."""
    return _("the playbook was edited since: {names}; the run keeps its own copy (inv resume --run {run} "
             "--accept-changes takes over what has not begun)").format(names=", ".join(names), run=run)


def show_old_runs(runs: Sequence[OldRun], *, dry: bool, room: int | None = None) -> str:
    """Old runs whose details stay, each with the reason, and how many have lost theirs."""
    columns = [Column(_("run")), Column(_("state")), Column(_("ended")), Column(_("its details stay"), give=True)]
    rows = [[run.id, labels.run_state(run.state), clock.local(run.ended or ""), run.kept] for run in runs if run.kept]
    gone = sum(not run.kept for run in runs)
    sentence = _("{count} old runs would lose their details") if dry else _("{count} old runs have lost their details")
    return "\n".join([*(grid(columns, rows, room=room) if rows else []), sentence.format(count=gone)])


def show_kinds(kinds: Sequence[tuple[str, str, str, str]], *, room: int | None = None) -> str:
    """Step kinds: each name, what it touches, its way back, and its promise."""
    columns = [Column(_("kind")), Column(_("touches")), Column(_("way back")), Column(_("what it does"), give=True)]
    rows = [[name, labels.touches(touches), labels.way_back(back), promise] for name, touches, back, promise in kinds]
    return "\n".join(grid(columns, rows, room=room))


def _step_row(number: int, story: StepStory) -> list[str]:
    return [str(number), story.id, ", ".join(t for t in story.targets if t != "-") or "-",
            f"{labels.sign(story.state)} {labels.state(story.state)}",
            "-" if story.seconds is None else show_seconds(story.seconds),
            "-" if story.estimate is None else show_seconds(story.estimate),
            "-" if story.difference is None else show_difference(story.difference), story.message or story.summary]
