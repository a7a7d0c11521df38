"""Files of checks, to be asked of a scratch environment."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrator.checks.suite_file import SuiteFile
from migrator.errors import WrongUse
from migrator.here import from_here
from migrator.playbook.lookups import scope
from migrator.site import Site
from migrator.text import _


def suites_for(scratch: Site, paths: Iterable[Path]) -> list[SuiteFile]:
    """The suites in these files, their look-ups meant of the scratch; raises WrongUse for a file that is not there."""
    known = scope(name=scratch.name, environment=scratch.environment)
    suites = []
    for path in paths:
        if not path.is_file():
            raise WrongUse(_("there is no file {name}").format(name=path), hint=_("name a file of checks"))
        suites.append(SuiteFile(path.read_bytes(), from_here(path.absolute()), known))
    return suites
