"""One plan for many sites: the playbook is written out once, and bound to each of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence

from migrator.engine.plans.bindings import bindings_digest
from migrator.engine.plans.planner import bind_all, make_plan, targets_of
from migrator.errors import MigratorError, PlaybookError
from migrator.journal.journal import Journal
from migrator.model.fleet import BoundSite
from migrator.model.plan import Plan
from migrator.playbook.expand import ExpandedStep, expand
from migrator.playbook.read import LoadedPlaybook
from migrator.site import Site
from migrator.step import kinds
from migrator.text import _

NAMED = 40
"""Letters of what the sites were chosen by that name the fleet in its plan."""


def fleet_plan(loaded: LoadedPlaybook, stage: str, names: Sequence[str], *, chosen_by: str,
               site: Callable[[str], Site], journal: Journal) -> tuple[Plan, list[BoundSite]]:
    """The plan of a stage for all these environments, and what each of them is bound to, in their order.

    In the playbook they take the place of the environment in which the stage works. Raises PlaybookError with the
    first site for which the steps do not fit.
    """
    label = _("{sites} ({count} sites)").format(sites=chosen_by[:NAMED], count=len(names))
    first = make_plan(_working_at(loaded, stage, names[0]), stage, site, journal)
    plan = dataclasses.replace(first, environment=label,
                               environments=dict(_working_at(loaded, stage, label).playbook.environments))
    steps = expand(loaded, stage, kinds())
    sites = [_bound(loaded, steps, plan, name, site) for name in names]
    bindings = json.dumps({found.environment: found.bindings for found in sites}, sort_keys=True)
    return dataclasses.replace(plan, bindings=hashlib.sha256(bindings.encode()).hexdigest()), sites


def _working_at(loaded: LoadedPlaybook, stage: str, name: str) -> LoadedPlaybook:
    """The same playbook with another environment where the stage works."""
    playbook = loaded.playbook
    written = playbook.environments[playbook.stages[stage].environment]
    environments = {alias: name if meant == written else meant for alias, meant in playbook.environments.items()}
    return dataclasses.replace(loaded, playbook=playbook.model_copy(update={"environments": environments}))


def _bound(loaded: LoadedPlaybook, steps: list[ExpandedStep], plan: Plan, name: str,
           site: Callable[[str], Site]) -> BoundSite:
    """What a site is bound to, and its targets where they are others than those in the plan."""
    try:
        bind_all(loaded, steps, site(name))
        targets = {step.id: targets_of(step, site(name)) for step in steps}
    except MigratorError as error:
        raise PlaybookError(_("site {site}: {fault}").format(site=name, fault=error.message), where=error.where,
                            hint=error.hint) from None
    others = {step.id: list(targets[step.id]) for step in plan.steps if step.targets != targets[step.id]}
    return BoundSite(name, bindings_digest(site, plan.at(name, "", {})), others)
