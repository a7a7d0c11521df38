"""Backup sets: taken, listed, proven, thinned out."""

from __future__ import annotations

import shlex
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator import clock
from migrator.errors import Exit, FindingsBlock, WrongUse
from migrator.tasks.command import Call, command, needed
from migrator.tasks.sets import SET, home_of, named, newest, vault_of
from migrator.tasks.teller import teller
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.sets.set import BackupSet

PROVABLE = "1 files re-read, 2 decoded to the end, 3 restored and compared"
LEVELS = PROVABLE + ", 4 the application started on it"


@command(env="the environment", what="databases, trees, or their names, with commas between; everything if left out",
         whole="a whole set, also on a day for changes only",
         prove="prove it at once up to this level: " + PROVABLE)
def take(call: Call, env: str | None = None, what: str | None = None, whole: bool = False,
         prove: str | None = None) -> int | None:
    """Take a backup set into the vault, whole or what has changed as the week has it, and copy it to other places."""
    from migrator.backup.keeping.copies import copy_set
    from migrator.backup.keeping.schedule import due
    from migrator.backup.restoring.choice import chosen_of
    from migrator.backup.sets.summary import summary
    from migrator.backup.taking.take import absent, take_set
    from migrator.backup.verify import verify_set
    from migrator.screen.backups import show_taken
    from migrator.screen.meter import Meter

    needed({"env": env})
    level = _level(prove, 3, "prove") if prove else 0
    site, vault, now = call.app.site(str(env)), call.app.vault(str(env)), clock.now()
    databases, trees = chosen_of(site, [name.strip() for name in what.split(",")] if what else [])
    for place in absent(site, databases, trees):
        raise FindingsBlock(_("{place} is not there, so it cannot be backed up").format(place=place), where=site.name,
                            hint=_("correct it in the inventory, or name what to back up with --what"))
    plan = due(vault, site.name, site.environment.backups, now.astimezone(), trees=trees)
    tell, meter, since = teller(call), Meter(as_json=call.json), time.monotonic()
    tell(_("whole set: {why}").format(why=_("asked for")) if whole
         else (_("whole set: {why}") if plan.whole else _("increment: {why}")).format(why=plan.why))
    kept = take_set(site, vault, f"{site.name}.{now:%Y%m%d-%H%M%S}", databases=databases, trees=trees,
                    base=None if whole else plan.base, logs=True, say=tell, progress=meter)
    if level:
        verify_set(site, kept.folder, level=level, say=tell, progress=meter)
    copied = copy_set(site, kept, tell, meter)
    row = {**summary(kept), "copies": [asdict(one) for one in copied], "why": plan.why,
           "seconds": round(time.monotonic() - since, 3)}
    following = f"inv backup.list --env {env}" if row["proven"] else f"inv backup.verify --set {kept.id}"
    call.show(show_taken(row, following), {"event": "taken", **row})
    return Exit.FINDINGS_BLOCK if any(one.state != "whole" for one in copied) else None


@command(env="only sets of this environment", check="exit code 10 when a backup is missing, lost or not proven")
def list_(call: Call, env: str | None = None, check: bool = False) -> int | None:
    """List backup sets, the newest first, with what was proven of each, and tell what is wrong with them."""
    from migrator.screen.backups import show_sets
    from migrator.tasks.sets import looked_at

    names = [env] if env else list(call.app.inventory.environments)
    looked = [looked_at(call, name, wanted=bool(env)) for name in names]
    rows = sorted((row for each, _found in looked for row in each), key=lambda row: str(row["taken"]), reverse=True)
    findings = [finding for _rows, found in looked for finding in found]
    call.show(show_sets(rows, findings, _following(rows, env or names[0])),
              {"event": "sets", "sets": rows, "findings": [finding.as_json() for finding in findings]})
    return Exit.FINDINGS_BLOCK if check and any(f.severity == "blocks" for f in findings) else None


@command(set=SET, env="its newest set, if none is named", level=LEVELS,
         on="level 4: the disposable environment that it is started in",
         checks="level 4: files of checks that must pass there, with commas between",
         adapt="level 4: files, as TREE/PATH, in which what is the original's becomes the scratch's own")
def verify(call: Call, set: str | None = None, env: str | None = None, level: str = "3", on: str | None = None,
           checks: str | None = None, adapt: str | None = None) -> int | None:
    """Prove a backup set: read it again, decode it, restore and compare it, start the application on it."""
    from migrator.backup.sets.proof import RESTORED, STARTED
    from migrator.backup.verify import verify_set
    from migrator.screen.backups import show_proven
    from migrator.screen.meter import Meter

    wanted = _level(level, STARTED, "level")
    if not set:
        needed({"env": env})
    kept = named(call, set) if set else newest(call, str(env))
    if wanted == STARTED:
        needed({"on": on, "checks": checks})
    tell, meter = teller(call), Meter(as_json=call.json)
    facts = verify_set(home_of(call, kept), kept.folder, level=min(wanted, RESTORED), say=tell, progress=meter)
    if wanted == STARTED:
        facts = _started(call, kept, str(on), str(checks), adapt)
    following = f"inv backup.list --env {kept.manifest.environment}" if facts["proven"] \
        else f"inv backup.verify --set {kept.id}"
    call.show(show_proven(facts, following), {"event": "proven", **facts})
    return None


def _started(call: Call, kept: BackupSet, scratch: str, checks: str, adapt: str | None) -> dict[str, Any]:
    """The application started on the set in a scratch environment, and its checks passed."""
    from migrator.drill.started import prove_started
    from migrator.drill.suites import suites_for
    from migrator.screen.meter import Meter

    site = call.app.site(scratch)
    suites = suites_for(site, [Path(file.strip()) for file in checks.split(",")])
    return prove_started(site, home_of(call, kept), kept, suites,
                         adapt=[file.strip() for file in adapt.split(",")] if adapt else [],
                         say=teller(call), progress=Meter(as_json=call.json))


@command(set=SET, to="a folder that is not there yet", archives="trees as tar archives, which keep owners")
def export(call: Call, set: str | None = None, to: str | None = None, archives: bool = False) -> int | None:
    """Write a backup set out as plain files that need no program of ours: dumps, folders, and their SHA-256."""
    from migrator.backup.keeping.export import export_set
    from migrator.screen.backups import show_exported
    from migrator.screen.meter import Meter

    needed({"set": set, "to": to})
    kept = named(call, str(set))
    facts = export_set(home_of(call, kept), kept, Path(str(to)).absolute(), archives=archives, say=teller(call),
                       progress=Meter(as_json=call.json))
    call.show(show_exported(facts, f"cd {shlex.quote(str(to))} && sha256sum --check --quiet SHA256SUMS"),
              {"event": "exported", **facts})
    return None


@command(env="the environment", yes="remove what is shown; without it nothing is")
def prune(call: Call, env: str | None = None, yes: bool = False) -> int | None:
    """Show which sets the inventory's rules keep and why, and which would go; remove these with --yes."""
    from migrator.backup.keeping.copies import remove_copies
    from migrator.backup.keeping.needed import needed_by_runs
    from migrator.backup.keeping.retention import plan
    from migrator.backup.keeping.retention import prune as remove
    from migrator.backup.restoring.restoration import relied_on
    from migrator.backup.sets.catalog import sets
    from migrator.screen.backups import show_pruning

    needed({"env": env})
    vault, keeping = vault_of(call, str(env)), call.app.inventory.environments[str(env)].backups
    found = sets(vault, env)
    relied = needed_by_runs(call.app.journal, found) | relied_on(vault)
    pruning = plan(found, keeping, clock.now().astimezone(), relied)
    gone = yes and not call.dry and bool(pruning.removed)
    failed = []
    if gone:
        remove(vault, pruning, teller(call))
        failed = [asdict(one) for one in remove_copies(call.app.site(str(env)), list(pruning.removed), teller(call))]
    told = {"event": "pruned", "env": env, "kept": {name: list(why) for name, why in pruning.kept.items()},
            "removed": dict(pruning.removed), "bytes": pruning.bytes, "done": gone, "copies": failed}
    following = f"inv backup.list --env {env}" if gone or not pruning.removed else f"inv backup.prune --env {env} --yes"
    call.show(show_pruning(told, following), told)
    return Exit.FINDINGS_BLOCK if failed else None


def _level(text: str, highest: int, flag: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= highest:
        raise WrongUse(_('--{flag} is a number from 1 to {highest}, not "{text}"').format(
            flag=flag, highest=highest, text=text), hint=f"--{flag} 3")
    return int(text)


def _following(rows: list[dict[str, Any]], environment: str) -> str:
    """What to type next: first take, then prove, then it can be restored."""
    newest = next((row for row in rows if not row["former"]), None)
    if newest is None:
        return f"inv backup.take --env {environment}"
    if not newest["proven"]:
        return f"inv backup.verify --set {newest['id']}"
    return f"inv backup.restore --env {newest['environment']}"
