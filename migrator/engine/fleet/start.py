"""A fleet begins: its plan is made and kept, its gate is asked, its playbook is sent to where workers find it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.engine.fleet.batches import Batches
from migrator.engine.fleet.plan import fleet_plan
from migrator.engine.gate.gates import require_open
from migrator.engine.plans.freeze import send
from migrator.errors import WrongUse
from migrator.journal.journal import Journal
from migrator.model.fleet import BoundSite
from migrator.model.plan import Plan
from migrator.playbook.read import LoadedPlaybook
from migrator.site import Site
from migrator.text import _


@dataclass(frozen=True)
class FleetDraft:
    """A fleet as it would begin: its plan, which people can approve by now, its sites, and the size of each batch."""

    plan: Plan
    sites: Sequence[BoundSite]
    sizes: tuple[int, ...]
    stop_limit: int


class FleetStart:
    """Drafts fleets and starts them."""

    def __init__(self, journal: Journal, site: Callable[[str], Site]) -> None:
        self._journal = journal
        self._site = site

    def draft(self, loaded: LoadedPlaybook, stage: str, names: Sequence[str], *, chosen_by: str, batches: str,
              stop_limit: int) -> FleetDraft:
        """The fleet over these environments, its plan kept in the journal. Raises WrongUse, PlaybookError."""
        if stop_limit < 1:
            raise WrongUse(_("a fleet stops at one failed site at the earliest"), hint="--stop-after 1")
        sizes = Batches.parse(batches).cut(len(names))
        plan, sites = fleet_plan(loaded, stage, names, chosen_by=chosen_by, site=self._site, journal=self._journal)
        self._journal.runs.keep_plan(plan)
        return FleetDraft(plan, sites, sizes, stop_limit)

    def require_open(self, draft: FleetDraft, *, operator: str) -> None:
        """Raise with every reason why this operator may not start the fleet now.

        What must be proven of a site itself is asked of the first one now, and of each before it begins.
        """
        first = draft.sites[0]
        require_open(self._journal, draft.plan.at(first.environment, first.bindings, first.targets), operator=operator,
                     environment=self._site(first.environment).environment)

    def start(self, draft: FleetDraft, *, operator: str) -> str:
        """Let workers begin; gives the fleet's id. Raises PackageWrong when a file was changed meanwhile."""
        send(draft.plan, Path(draft.plan.playbook), self._journal.blobs)
        return self._journal.fleets.start(draft.plan, draft.sites, sizes=draft.sizes, stop_limit=draft.stop_limit,
                                          started_by=operator)
