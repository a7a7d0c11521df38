"""Drills: a system brought back for practice with a stopwatch, its heartbeat, and which drills are due."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator import clock, units
from migrator.errors import Exit, Locked, WrongUse
from migrator.here import from_here
from migrator.tasks.command import PLAYBOOK, Call, command, needed
from migrator.tasks.teller import teller
from migrator.text import _

if TYPE_CHECKING:
    from migrator.drill.kept_release import KeptRelease
    from migrator.drill.records import KnownDrill
    from migrator.model.finding import Finding
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
    call.show(show_drill(told(known), f"inv drill.report --env {live.name} --drill {record.id}"), _row(known))
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


@command(env="only drills of this environment", check="exit code 10 when a drill is overdue")
def list_(call: Call, env: str | None = None, check: bool = False) -> int | None:
    """List the drills, the newest first, and say for each live environment when the next one is due."""
    from migrator.drill.records import drills
    from migrator.screen.drills import show_drills

    app = call.app
    names = [env] if env else [name for name, entry in app.inventory.environments.items() if not entry.disposable]
    known = {name: drills(app.vault(app.site(name).name), name, app.signers()) for name in names}
    findings = [finding for name, found in known.items() for finding in (_due(call, name, found), *_left(call, name))]
    rows = [_row(one) for found in known.values() for one in found]
    following = f"inv drill.restore --env {names[0] if names else 'NAME'} --into SCRATCH --checks FILE"
    call.show(show_drills(rows, findings, following),
              {"event": "drills", "drills": rows, "findings": [finding.as_json() for finding in findings]})
    return Exit.FINDINGS_BLOCK if check and any(f.severity == "blocks" for f in findings) else None


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


@command(env=ENV, drill="the drill's id (default: the newest)", formats="html, md, with commas between",
         to="folder to write into (default: drills/ in the environment's vault)")
def report(call: Call, env: str | None = None, drill: str | None = None, formats: str = "html,md",
           to: str | None = None) -> int | None:
    """Write the one-page report of a drill, its signature verified."""
    from migrator.drill.records import find
    from migrator.drill.report import write

    needed({"env": env})
    app = call.app
    known = find(app.vault(app.site(str(env)).name), str(env), drill, app.signers())
    paths = write(known, Path(to) if to else known.path.parent, _words(formats))
    call.show("\n".join(from_here(path.absolute()) for path in paths),
              {"event": "report", "drill": known.record.id, "files": [str(path) for path in paths]})
    return None


def _due(call: Call, environment: str, known: list[KnownDrill]) -> Finding:
    from migrator.backup.catalog import sets
    from migrator.drill.due import due
    from migrator.engine.gate.timetable import calendar_of

    app = call.app
    taken = [clock.parse(kept.manifest.taken) for kept in sets(app.vault(environment), environment)]
    passed = [clock.parse(one.record.began) for one in known if one.counts]
    calendar = calendar_of(app.inventory.environments[environment])
    return due(passed, min(taken, default=None), calendar, clock.now()).finding(environment)


def _left(call: Call, environment: str) -> list[Finding]:
    from migrator.drill.scratch import left
    from migrator.model.finding import warns

    return [warns("drill.left", _("{env} is used by a drill now, or was left by one that was killed").format(env=name),
                  f"inv drill.give-back --env {environment} --into {name}")
            for name in left(call.app.vault(environment))]


def _row(known: KnownDrill) -> dict[str, Any]:
    from migrator.drill.words import signature

    record = known.record
    result = (_("passed") if record.met else _("passed, target missed")) if record.passed else _("failed")
    return {"event": "drill", "id": record.id, "environment": record.environment, "set": record.set,
            "began": record.began, "rto": record.rto.seconds if record.rto else None,
            "rpo": record.rpo.seconds if record.rpo else None, "phases": record.phases, "passed": record.passed,
            "met": record.met, "why": record.why, "result": result, "signature": signature(known),
            "file": str(known.path)}


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
