"""A suite of a playbook, asked of a site: could it be run there, does all of it hold, what is kept for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator.checks.model import Suite
from migrator.checks.run import names_known, run_suite, what_is_saved
from migrator.checks.suite_read import read_suite
from migrator.errors import MigratorError
from migrator.model.finding import Finding, blocks
from migrator.playbook.lookups import Scope
from migrator.site import Site


@dataclass(frozen=True)
class SuiteFile:
    """The content of a suite's file, its name in the playbook, and what its look-ups stand for."""

    content: bytes
    name: str
    scope: Scope

    def read(self) -> Suite:
        """The suite. Raises PlaybookError with the position of what is wrong."""
        return read_suite(self.content, self.name, self.scope)

    def impossible(self, site: Site) -> list[Finding]:
        """What forbids to run it there: a fault of the file, a name that the site does not know."""
        try:
            names_known(self.read(), site)
        except MigratorError as error:
            return [_impossible(error)]
        return []

    def judge(self, site: Site, facts: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
        """One finding for each check, run now; `facts` are those of earlier steps, with what their suites saved."""
        try:
            return [result.finding() for result in run_suite(
                self.read(), site, lambda step, name: facts.get(step, {}).get("saved", {}).get(name))]
        except MigratorError as error:
            return [_impossible(error)]

    def saved(self, site: Site) -> dict[str, Any]:
        """What the checks that save their rows or lines see now, by their names."""
        return what_is_saved(self.read(), site)


def _impossible(error: MigratorError) -> Finding:
    return blocks("check.impossible", str(error), error.hint or "")
