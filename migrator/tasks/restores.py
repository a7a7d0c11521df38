"""Bringing an environment, or a part of it, back to what a backup set holds."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import TYPE_CHECKING

from migrator import clock
from migrator.errors import FindingsBlock, Locked, WrongUse
from migrator.tasks.command import Call, command, needed
from migrator.tasks.sets import SET, home_of, named, vault_of
from migrator.tasks.teller import teller
from migrator.tasks.watch import confirm
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.restoring.restoration import Restoration
    from migrator.backup.sets.set import BackupSet
    from migrator.site import Site

OF = "the environment whose newest proven set comes back, if none is named; the same one if left out"
TIME = "a moment that the databases' logs cover, such as '2026-01-31 14:05'; trees are as of the set"


@command(env="the environment that gets it", set=SET, of=OF, database="only these databases, with commas between",
         tree="only these trees, with commas between", table="only the rows of these tables: main/issue,main/note",
         file="only this file or folder of a tree: app/files/one.txt", until=TIME,
         resume="go on with the restore that was cut off", back="take the restore back that was cut off",
         forget="do not keep what is there now, where it cannot be read any more: there is no way back then",
         dry_run="only show what would be done", yes="do not ask before a live environment is changed")
def restore(call: Call, env: str | None = None, set: str | None = None, of: str | None = None,
            database: str | None = None, tree: str | None = None, table: str | None = None, file: str | None = None,
            until: str | None = None, resume: bool = False, back: bool = False, forget: bool = False,
            dry_run: bool = False, yes: bool = False) -> int | None:
    """Bring an environment back to a set, whole or in part; what is there now is kept first, as a set of its own."""
    from migrator.backup.restoring.choice import Choice
    from migrator.backup.restoring.restoration import Restoration

    needed({"env": env})
    site, vault = call.app.site(str(env)), vault_of(call, str(env))
    begun = Restoration.under_way(vault, site.name)
    if resume or back:
        if begun is None:
            raise WrongUse(_("no restore into {environment} is under way").format(environment=site.name),
                           hint=f"inv backup.list --env {env}")
        kept = _opened(call, begun)
    else:
        moment = _moment(until)
        kept = _chosen(call, set, of or str(env), moment, database or table, dry=dry_run or call.dry)
        choice, until = Choice.of(database, tree, table, file), clock.stamp(moment) if moment else None
        if begun:
            begun.require_same(kept, choice, until)
        if begun is None or not begun.former:
            begun = Restoration.planned(site, kept, choice, until=until, keeping=not forget)
    if dry_run or call.dry:
        _planned(call, begun, kept)
        return None
    _require_quiet(call, site)
    if not yes and not site.environment.disposable:
        confirm(call, site.name)
    (_taken_back if back else _carried_out)(call, site, begun, kept)
    return None


def _planned(call: Call, begun: Restoration, kept: BackupSet) -> None:
    from migrator.screen.restored import show_planned

    told = {"event": "planned", **begun.as_json(), "level": kept.proof.level, "taken": kept.manifest.taken}
    call.show(show_planned(told, _again(begun)), told)


def _carried_out(call: Call, site: Site, begun: Restoration, kept: BackupSet) -> None:
    from migrator.screen.meter import Meter
    from migrator.screen.restored import show_restored

    facts = begun.carry_out(site, call.app.vault(site.name), kept, say=teller(call), progress=Meter(as_json=call.json))
    way_back = f"inv backup.restore --env {site.name} --set {begun.former}" if begun.former else None
    call.show(show_restored(facts, way_back, f"inv backup.list --env {site.name}"),
              {"event": "restored", **facts, "way_back": way_back})


def _taken_back(call: Call, site: Site, begun: Restoration, kept: BackupSet) -> None:
    from migrator.screen.meter import Meter

    begun.take_back(site, call.app.vault(site.name), kept, say=teller(call), progress=Meter(as_json=call.json))
    call.show("\n".join(["✓ " + _("{copy} is what it was before").format(copy=site.name),
                         _("next: {command}").format(command=f"inv backup.list --env {site.name}")]),
              {"event": "taken back", "environment": site.name})


def _chosen(call: Call, name: str | None, of: str, moment: datetime | None, databases: str | None, *,
            dry: bool) -> BackupSet:
    """The named set, or of an environment the newest that is proven and unharmed; for a moment, the first whose log
    covers it. A `dry` run does not read the files again.
    """
    from migrator.backup.logs.covering import covering
    from migrator.backup.sets.catalog import newest_proven, newest_unharmed

    if name:
        return _unlocked(call, named(call, name))
    vault = vault_of(call, of)
    if moment is None:
        kept, harmed = (newest_proven(vault, of), []) if dry else newest_unharmed(vault, of)
        for finding in harmed:
            teller(call)(f"{finding.message}; {finding.advice}")
        return _unlocked(call, kept)
    names = [word.strip().partition("/")[0] for word in databases.split(",")] if databases else None
    return _unlocked(call, covering(vault, of, moment, names))


def _opened(call: Call, begun: Restoration) -> BackupSet:
    from pathlib import Path

    from migrator.backup.sets.set import BackupSet

    return _unlocked(call, BackupSet.open(Path(begun.set)))


def _unlocked(call: Call, kept: BackupSet) -> BackupSet:
    """With the key that the inventory names where the set was taken."""
    from migrator.backup.parts.unlock import unlocked

    home = kept.manifest.environment
    return unlocked(home_of(call, kept), kept) if home in call.app.inventory.environments else kept


def _require_quiet(call: Call, site: Site) -> None:
    """Raises Locked while a run holds the environment, FindingsBlock while one of its services runs."""
    from migrator.application.service import ServiceOnHost

    if holder := call.app.journal.locks.holder(site.name):
        raise Locked(_("{environment} is held by run {run}").format(environment=site.name, run=holder["run"]),
                     hint=f"inv status --run {holder['run']}")
    running = [name for name in site.environment.services if ServiceOnHost(site, name).runs()]
    if running:
        raise FindingsBlock(_("these services of {environment} still run: {names}").format(
            environment=site.name, names=", ".join(running)), where=site.name,
            hint=_("stop the application, so that nothing writes while it is replaced"))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(_('--until is a moment, not "{text}"').format(text=text),
                       hint="--until '2026-01-31 14:05', --until 2026-01-31T14:05:00+08:00") from None
    return moment.astimezone()


def _again(begun: Restoration) -> str:
    """The command that does what was only shown."""
    choice = begun.choice
    flags = {"set": begun.set.rpartition("/")[2], "database": choice.databases, "tree": choice.trees,
             "table": choice.tables, "file": choice.files, "until": begun.until}
    typed = [f"--{flag} {shlex.quote(value if isinstance(value, str) else ','.join(value))}"
             for flag, value in flags.items() if value]
    return " ".join([f"inv backup.restore --env {begun.environment}", *typed])
