"""Drills: a system brought back for practice, with a stopwatch, and its heartbeat."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from migrator import units
from migrator.errors import Exit, Locked, WrongUse
from migrator.tasks.command import PLAYBOOK, Call, command, needed
from migrator.tasks.drills_held import row_of
from migrator.tasks.teller import teller
from migrator.text import _

if TYPE_CHECKING:
    from migrator.drill.kept_release import KeptRelease
    from migrator.site import Site

ENV = "the live environment"


@command(env=ENV, into="the disposable environment that it is brought back in", checks="files of business checks, with "
         "commas between", set="the set's id, or how it begins (default: the newest that is proven)",
         failed_at="when the first probe failed, as 2026-05-04T10:30+08:00; else the drill's begin counts",
         rto="how long the recovery may take (default: the playbook's downtime, else 1h)",
         rpo="how much may be lost, as 15m", playbook=PLAYBOOK + ", for its budget",
         adapt="files, as TREE/PATH, in which the live system's places become the scratch's, with commas between",
         switch="services of the scratch that let users in, with commas between; they start last",
         release="an old version, rebuilt from what the product's kept.yaml names", sign="sign the record, with your "
         "usual key", key="sign the record, with this key file")
def restore(call: Call, env: str | None = None, into: str | None = None, checks: str | None = None,
            set: str | None = None, failed_at: str | None = None, rto: str | None = None, rpo: str | None = None,
            playbook: str | None = None, adapt: str | None = None, switch: str | None = None,
            release: str | None = None, sign: bool = False, key: str | None = None) -> int | None:
    """Bring a system back from its backup in a scratch environment, with a stopwatch, and give the scratch back."""
    from migrator.drill import records
    from migrator.drill.asked import Drill
    from migrator.drill.drill import run_drill
    from migrator.drill.suites import suites_for
    from migrator.drill.told import told
    from migrator.screen.drills import show_drill
    from migrator.screen.meter import Meter

    needed({"env": env, "into": into, "checks": checks})
    app, live, scratch = call.app, call.app.site(str(env)), call.app.site(str(into))
    _require_free(call, scratch.name)
    asked = Drill(live, scratch, suites_for(scratch, map(Path, _words(checks))), app.user, set,
                  _moment(failed_at), _rto(call, rto, playbook), units.seconds(rpo) if rpo else None, _words(adapt),
                  _words(switch), _release(call, live, scratch, release))
    record = run_drill(asked, say=teller(call), progress=Meter(as_json=call.json))
    if sign or key:
        records.sign(records.path_of(asked.vault, record), app.signers(), Path(key) if key else None)
    known = records.find(asked.vault, live.name, record.id, app.signers())
    call.show(show_drill(told(known), f"inv drill.report --env {live.name} --drill {record.id}"), row_of(known))
    return None if record.met else Exit.FINDINGS_BLOCK


@command(env=ENV, database="only this database; all if left out", stop="remove the heartbeat instead")
def beat(call: Call, env: str | None = None, database: str | None = None, stop: bool = False) -> int | None:
    """Write the present moment into the databases, so that a restored copy tells what was lost; run it each minute."""
    from migrator.drill import heartbeat

    needed({"env": env})
    site = call.app.site(str(env))
    names = [site.database_name(database)] if database else list(site.environment.databases)
    if stop:
        stopped = heartbeat.stop(site, names)
        call.show(_("no heartbeat is left in {names}").format(names=", ".join(names)),
                  {"event": "stopped", "databases": stopped})
        return None
    at = heartbeat.beat(site, names)
    call.show(_("heartbeat {at} in {names}").format(at=at, names=", ".join(names)),
              {"event": "beat", "at": at, "databases": names})
    return None


@command(env=ENV, into="the environment that a drill has left")
def give_back(call: Call, env: str | None = None, into: str | None = None) -> int | None:
    """Give a scratch environment back that a drill which was killed has left; the next drill would do so too."""
    from migrator.drill.scratch import given_back
    from migrator.screen.meter import Meter

    needed({"env": env, "into": into})
    vault, scratch = call.app.vault(call.app.site(str(env)).name), call.app.site(str(into))
    done = given_back(scratch, vault, progress=Meter(as_json=call.json))
    call.show("✓ " + _("{copy} is what it was before").format(copy=into) if done
              else _("no drill has left anything in {env}").format(env=into), {"event": "given back", "done": done})
    return None


def _require_free(call: Call, environment: str) -> None:
    if held := call.app.journal.locks.holder(environment):
        raise Locked(_("{environment} is held by run {run}").format(environment=environment, run=held["run"]),
                     hint=f"inv status --run {held['run']}")


def _rto(call: Call, text: str | None, playbook: str | None) -> float:
    """Seconds that the recovery may take: as typed, else the playbook's downtime, else an hour."""
    from migrator.drill.objectives import HOUR

    budget = call.app.playbook(playbook).playbook.budget.downtime if playbook and not text else None
    return units.seconds(text or budget or HOUR)


def _release(call: Call, live: Site, scratch: Site, version: str | None) -> KeptRelease | None:
    from migrator.drill.kept_release import KEPT, KeptRelease

    if version is None:
        return None
    return KeptRelease.of(call.app.product_file(live.name, KEPT).parent, version, scratch)


def _moment(text: str | None) -> datetime | None:
    """A moment as typed; without a zone it is meant in that of this machine."""
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise WrongUse(_('"{text}" is no moment').format(text=text),
                       hint="--failed-at 2026-05-04T10:30+08:00") from None


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()] if text else []
