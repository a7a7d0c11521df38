"""Fleets: one stage of a playbook on many sites, batch by batch, driven by workers."""

from __future__ import annotations

from typing import Any

from migrator.engine.fleet.batches import USUAL
from migrator.errors import WrongUse
from migrator.tasks.command import PLAYBOOK, Call, command, needed
from migrator.text import _

FLEET = "the fleet's id; the newest fleet if left out"


@command(playbook=PLAYBOOK, stage="stage to run on every site", environments="names of sites: 'shop-*', or several "
         "with commas", group="only sites of this group of the inventory",
         batches="how far each batch reaches, in sites or percent of all; the first is the canary",
         stop_after="begin no site any more when so many have failed", dry_run="only show the batches",
         yes="do not ask before live environments are changed")
def start(call: Call, playbook: str | None = None, stage: str = "go-live", environments: str | None = None,
          group: str | None = None, batches: str = USUAL, stop_after: str = "1", dry_run: bool = False,
          yes: bool = False) -> int | None:
    """Have the workers run a stage on many sites, the next batch when the one before is through."""
    from migrator.playbook.sites import chosen
    from migrator.screen.fleet import following
    from migrator.tasks.watch import confirm

    needed({"environments": environments or group})
    patterns = (environments or "*").split(",")
    app, beginning = call.app, call.app.fleet_start
    draft = beginning.draft(app.playbook(playbook), stage, chosen(app.inventory, patterns, group),
                            chosen_by=environments or str(group), batches=batches, stop_limit=_number(stop_after))
    lines = [_("plan {plan}: {title}, stage {stage} on {env}").format(
        plan=draft.plan.id, title=draft.plan.title, stage=stage, env=draft.plan.environment),
        _("batches: {sizes}").format(sizes=", ".join(map(str, draft.sizes)))]
    told = {"plan": draft.plan.id, "sites": len(draft.sites), "batches": list(draft.sizes)}
    if dry_run or call.dry:
        call.show("\n".join(lines), told)
        return None
    beginning.require_open(draft, operator=app.user)
    if not yes:
        confirm(call, draft.plan.environment)
    fleet = beginning.start(draft, operator=app.user)
    call.show("\n".join([*lines, _("fleet {fleet} has begun; workers take it from here").format(fleet=fleet),
                         *following(_record(call, fleet))]), {"fleet": fleet, **told})
    return None


@command(fleet=FLEET)
def status(call: Call, fleet: str | None = None) -> int | None:
    """Show how far a fleet is, batch by batch, and what failed or waits with the command for it."""
    from migrator.screen.fleet import show_fleet

    record = _record(call, _named(call, fleet))
    call.show(show_fleet(record), record)
    return None


@command(fleet=FLEET, reason="why")
def stop(call: Call, fleet: str | None = None, reason: str | None = None) -> int | None:
    """Let a fleet begin no site any more; sites that are under way go on to their end."""
    needed({"reason": reason})
    name = _named(call, fleet)
    stopped = call.app.journal.fleets.stop(name, actor=call.app.user, reason=str(reason))
    call.show(_("fleet {fleet} begins no site any more").format(fleet=name) if stopped
              else _("fleet {fleet} was not running").format(fleet=name), {"fleet": name, "stopped": stopped})
    return None


@command(fleet=FLEET, reason="why it is safe", again="try the failed sites again, instead of going on without them")
def go_on(call: Call, fleet: str | None = None, reason: str | None = None, again: bool = False) -> int | None:
    """Go on with a stopped fleet: its failed sites are left out, or tried again."""
    from migrator.screen.fleet import following

    needed({"reason": reason})
    name = _named(call, fleet)
    failed = call.app.journal.fleets.go_on(name, actor=call.app.user, reason=str(reason), again=again)
    if failed is None:
        raise WrongUse(_("fleet {fleet} is not stopped").format(fleet=name), hint=f"inv fleet.status --fleet {name}")
    what = _("tried again: {count}") if again else _("left out: {count}")
    call.show("\n".join([_("fleet {fleet} goes on").format(fleet=name) + _("; ") + what.format(count=failed),
                         *following(_record(call, name))]), {"fleet": name, "failed": failed, "again": again})
    return None


def _record(call: Call, name: str) -> dict[str, Any]:
    from migrator.engine.fleet.record import fleet_record
    from migrator.engine.processes.alive import WORKER

    return fleet_record(call.app.journal, name, worker_lives=call.app.liveness.served(WORKER))


def _named(call: Call, fleet: str | None) -> str:
    """The fleet that was named, else the newest; raises WrongUse when there is none."""
    name = fleet or call.app.journal.fleets.newest()
    if name is None:
        raise WrongUse(_("no fleet was started yet"), hint="inv fleet.start --playbook NAME --environments 'shop-*'")
    return str(call.app.journal.fleets.get(name)["id"])


def _number(text: str) -> int:
    if not text.isdecimal():
        raise WrongUse(_('--stop-after is a number, not "{text}"').format(text=text), hint="--stop-after 1")
    return int(text)
