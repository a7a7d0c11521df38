"""Whether a drill may begin: the scratch environment is one, is apart from the live system, and can be judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from migrator.backup.sets.set import BackupSet
from migrator.checks.suite_file import SuiteFile
from migrator.clone.apart import too_close
from migrator.clone.fitting import misfits
from migrator.clone.traces import Traces
from migrator.drill.application import Application
from migrator.errors import FindingsBlock
from migrator.model.finding import Finding, blocking, blocks
from migrator.site import Site
from migrator.text import _


def require_ready(scratch: Site, live: Site, kept: BackupSet, suites: Sequence[SuiteFile]) -> None:
    """Raises FindingsBlock with the first reason why nothing may begin, WrongUse for a service nobody can start."""
    for finding in blocking(objections(scratch, live, kept, suites)):
        raise FindingsBlock(finding.message, where=scratch.name, hint=finding.advice)
    Application(scratch).require_known()


def objections(scratch: Site, live: Site, kept: BackupSet, suites: Sequence[SuiteFile]) -> list[Finding]:
    """What forbids to restore this set into the scratch environment and to judge it there; reads only."""
    if found := too_close(scratch, live):
        return found
    return [*_cannot_come_back(scratch), *misfits(kept, scratch, live), *_nothing_to_ask(scratch, suites),
            *(finding for suite in suites for finding in suite.impossible(scratch)), *_asks_live(scratch, live, suites)]


def _cannot_come_back(scratch: Site) -> Iterator[Finding]:
    backups = scratch.environment.backups
    if backups.sealed_for and not backups.key:
        yield blocks("drill.no_key", _("what {env} holds now would be sealed, and no key is named to open it again")
                     .format(env=scratch.name), _("give its backups a key in the inventory, or do not seal them"))


def _nothing_to_ask(scratch: Site, suites: Sequence[SuiteFile]) -> Iterator[Finding]:
    if not scratch.environment.services:
        yield blocks("drill.no_service", _("{env} has no service that could be started").format(env=scratch.name),
                     _("write its services into the inventory, with start, stop and status"))
    if not suites:
        yield blocks("drill.no_checks", _("no checks are named, so nobody can say whether the application works"),
                     _("name a file of checks"))


def _asks_live(scratch: Site, live: Site, suites: Sequence[SuiteFile]) -> Iterator[Finding]:
    """Checks and services of the scratch that speak of an address or a path of the live system."""
    traces = Traces({a: b for a, b in Traces.of(live, scratch).instead.items() if "/" in a})
    texts = {name: service.model_dump_json() for name, service in scratch.environment.services.items()}
    if not any(suite.impossible(scratch) for suite in suites):
        texts |= {suite.name: json.dumps(suite.read().model_dump(mode="json"), ensure_ascii=False) for suite in suites}
    for name, text in texts.items():
        if left := traces.left(text):
            yield blocks("drill.asks_live", _("{name} speaks of the live system: {texts}").format(
                name=name, texts=", ".join(left)),
                _("write ${{env.values.NAME}} there, or give {env} addresses of its own").format(env=scratch.name))
