"""The drills that were held: listed with what is due, and reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator import clock
from migrator.errors import Exit
from migrator.here import from_here
from migrator.tasks.command import Call, command, needed
from migrator.text import _

if TYPE_CHECKING:
    from migrator.drill.records import KnownDrill
    from migrator.model.finding import Finding


@command(env="only drills of this environment", check="exit code 10 when a drill is overdue")
def list_(call: Call, env: str | None = None, check: bool = False) -> int | None:
    """List the drills, the newest first, and say for each live environment when the next one is due."""
    from migrator.drill.records import drills
    from migrator.screen.drills import show_drills

    app = call.app
    names = [env] if env else [name for name, entry in app.inventory.environments.items() if not entry.disposable]
    known = {name: drills(app.vault(app.site(name).name), name, app.signers()) for name in names}
    findings = [finding for name, found in known.items() for finding in (_due(call, name, found), *_left(call, name))]
    rows = [row_of(one) for found in known.values() for one in found]
    following = f"inv drill.restore --env {names[0] if names else 'NAME'} --into SCRATCH --checks FILE"
    call.show(show_drills(rows, findings, following),
              {"event": "drills", "drills": rows, "findings": [finding.as_json() for finding in findings]})
    return Exit.FINDINGS_BLOCK if check and any(f.severity == "blocks" for f in findings) else None


@command(env="the live environment", drill="the drill's id (default: the newest)",
         formats="html, md, with commas between",
         to="folder to write into (default: drills/ in the environment's vault)")
def report(call: Call, env: str | None = None, drill: str | None = None, formats: str = "html,md",
           to: str | None = None) -> int | None:
    """Write the one-page report of a drill, its signature verified."""
    from migrator.drill.records import find
    from migrator.drill.report import write

    needed({"env": env})
    app = call.app
    known = find(app.vault(app.site(str(env)).name), str(env), drill, app.signers())
    paths = write(known, Path(to) if to else known.path.parent, formats.split(","))
    call.show("\n".join(from_here(path.absolute()) for path in paths),
              {"event": "report", "drill": known.record.id, "files": [str(path) for path in paths]})
    return None


def row_of(known: KnownDrill) -> dict[str, Any]:
    """A drill for machines, and for the list."""
    from migrator.drill.words import signature

    record = known.record
    result = (_("passed") if record.met else _("passed, target missed")) if record.passed else _("failed")
    return {"event": "drill", "id": record.id, "environment": record.environment, "set": record.set,
            "began": record.began, "rto": record.rto.seconds if record.rto else None,
            "rpo": record.rpo.seconds if record.rpo else None, "phases": record.phases, "passed": record.passed,
            "met": record.met, "why": record.why, "result": result, "signature": signature(known),
            "file": str(known.path)}


def _due(call: Call, environment: str, known: list[KnownDrill]) -> Finding:
    from migrator.backup.sets.catalog import sets
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
