"""What step kinds of the sync have in common: the applier of both databases, and how users go from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import Field

from migrator import hands
from migrator.commands.by_hand import typed
from migrator.errors import MigratorError
from migrator.mapped import FILES, MappedArgs, endpoint, met, met_or_why
from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.playbook.moments import Duration
from migrator.step import Step, StepContext
from migrator.text import _
from migrator.units import seconds

if TYPE_CHECKING:
    from migrator.lens.places.meeting import Meeting
    from migrator.site import Site
    from migrator.sync.service.errand import Errand
    from migrator.sync.service.station import Station

A = TypeVar("A", bound=MappedArgs)


def station(ctx: StepContext[A], meeting: Meeting) -> Station:
    """Where the applier of both databases is found on this machine: the same place in which `inv sync.status` looks."""
    from migrator.sync.service.station import Station

    return Station.of(_home(ctx), meeting)


def errand(ctx: StepContext[A]) -> Errand:
    """What an applier is told that runs on when the run has ended: the run's own copy of the mapping."""
    from migrator.sync.service.errand import Errand

    old, new = (_place(site, ctx.args.database) for site in (ctx.elsewhere(ctx.args.from_), ctx.site))
    return Errand([str(ctx.folder / name) for name in ctx.args.mappings], old, new, _home(ctx),
                  [str(ctx.folder / name) for name in ctx.args.between], ctx.args.database, ctx.site.inventory)


def ready(ctx: StepContext[A]) -> list[Finding]:
    """Why the two are not kept in step by this mapping; ahead of other steps that is theirs to bring about."""
    from migrator.sync.starting.begun import in_step

    found = met_or_why(ctx)
    if isinstance(found, Finding):
        return [found]
    try:
        in_step(*found)
    except MigratorError as error:
        return [later("sync.later", error.message) if ctx.ahead
                else blocks("sync.not-in-step", error.message, error.hint or "")]
    return []


class MoveArgs(MappedArgs):
    wait: Duration = Field("3s", description="how long one attempt to refuse writes may keep writers waiting")


class Move(Step[MoveArgs]):
    """Makes a side the truth, with everything that was written on the other; the way back brings it home."""

    Args = MoveArgs
    touches = Touches.CHANGES
    files = FILES
    to: ClassVar[str]
    """The side: `old` or `new`."""

    def check(self, ctx: StepContext[MoveArgs]) -> list[Finding]:
        return ready(ctx)

    def plan(self, ctx: StepContext[MoveArgs]) -> list[Change]:
        old, new = ctx.args.from_, ctx.site.name
        to, left = (new, old) if self.to == "new" else (old, new)
        return [Change(_("refuses writes, and is kept in step"), where=left), Change(_("is the truth"), where=to)]

    def before(self, ctx: StepContext[MoveArgs]) -> dict[str, Any]:
        from migrator.lens.side import Side
        from migrator.sync.freeze import is_frozen
        from migrator.sync.starting.begun import begun

        lens, meeting = met(ctx)
        return {"truth": begun(meeting).truth.value,
                "frozen": [side.value for side in Side if is_frozen(meeting.end(side), lens, side)]}

    def apply(self, ctx: StepContext[MoveArgs]) -> Outcome:
        return _moved(ctx, self.to)

    def verify(self, ctx: StepContext[MoveArgs]) -> list[Finding]:
        from migrator.lens.side import Side
        from migrator.sync.freeze import is_frozen
        from migrator.sync.starting.begun import begun

        lens, meeting = met(ctx)
        to = Side(self.to)
        if begun(meeting).truth is not to or is_frozen(meeting.end(to), lens, to):
            return [blocks("sync.not-moved", _("users cannot work on the {side} side yet").format(side=to.value))]
        if not is_frozen(meeting.end(to.other), lens, to.other):
            return [blocks("sync.open", _("the {side} side, which was left, can still be written").format(
                side=to.other.value), _("resume the run"))]
        return [informs("sync.moved", _("the {side} side is the truth, and the other refuses writes").format(
            side=to.value))]

    def undo(self, ctx: StepContext[MoveArgs], record: Mapping[str, Any]) -> Outcome:
        if not record:  # it never began
            return Outcome(changed=False)
        return _moved(ctx, record["truth"], open_left=_was_open(record))

    def by_hand(self, ctx: StepContext[MoveArgs], record: Mapping[str, Any]) -> list[str]:
        if not record:
            return []
        return [typed_here(ctx, "sync.forward" if record["truth"] == "new" else "sync.back",
                           *(["--open-left"] if _was_open(record) else []))]


def typed_here(ctx: StepContext[A], task: str, *flags: str) -> str:
    """The line for the list for hands that has a command about both databases typed on this machine."""
    between = [",".join(str(ctx.folder / name) for name in ctx.args.between)] if ctx.args.between else []
    inventory = [str(ctx.site.inventory)] if ctx.site.inventory else []
    return hands.here(typed(
        "inv", task, "--mapping", ",".join(str(ctx.folder / name) for name in ctx.args.mappings),
        *(word for each in between for word in ("--between", each)),
        "--old", _shown(ctx.elsewhere(ctx.args.from_), ctx.args.database), "--new", _shown(ctx.site, ctx.args.database),
        "--database", ctx.args.database, "--home", str(_home(ctx)),
        *(word for each in inventory for word in ("--inventory", each)), *flags))


def _was_open(record: Mapping[str, Any]) -> bool:
    """Whether the side that was not the truth could be written."""
    return bool({"old", "new"} - {record["truth"], *record["frozen"]})


def _moved(ctx: StepContext[MoveArgs], to: str, *, open_left: bool = False) -> Outcome:
    from migrator.sync.moves import switch as moves

    move = moves.switch if to == "new" else moves.back
    moved = move(*met(ctx), wait=seconds(ctx.args.wait), open_left=open_left,
                 progress=lambda done, total, unit, _step: ctx.progress(done, total, unit)).as_json()
    summary = _("writes were refused for {refused}s; {carried} keys carried, {compared} rows compared")
    return Outcome(not moved["already"], summary.format(**moved), moved)


def _shown(site: Site, database: str) -> str:
    """What a person types for a place: the environment's name, or its database's URL without a password."""
    return site.name if site.inventory else str(site.database_entry(database).url)


def _place(site: Site, database: str) -> str:
    """The environment's name; its database's URL where no inventory file would be found by that name."""
    return site.name if site.inventory else endpoint(site, database).url.render_as_string(hide_password=False)


def _home(ctx: StepContext[A]) -> Path:
    """The project's home, in which the run's folder is `runs/ID`."""
    return ctx.work.parents[1]
