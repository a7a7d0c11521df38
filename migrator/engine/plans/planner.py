"""Turns one stage of a playbook into a frozen plan for the environment that the inventory names."""

from __future__ import annotations

from collections.abc import Callable

from migrator.engine.plans.bindings import digest_of_sites
from migrator.engine.plans.demands import demands
from migrator.engine.plans.estimates import Estimate, Estimates
from migrator.engine.plans.limits import limits
from migrator.errors import PlaybookError, WrongUse
from migrator.journal.journal import Journal
from migrator.model.plan import Plan, PlannedStep
from migrator.playbook.expand import ExpandedStep, expand, playbook_digest
from migrator.playbook.lookups import scope
from migrator.playbook.read import LoadedPlaybook
from migrator.playbook.steps import bind
from migrator.site import Site
from migrator.step import kinds
from migrator.text import _

NOWHERE = ("-",)


def make_plan(loaded: LoadedPlaybook, stage: str, site: Callable[[str], Site], journal: Journal) -> Plan:
    """The plan of a stage, with what rehearsals have measured as estimates.

    All stages are bound to their environments first, so that a value which only the last one needs is missed now and
    not in the maintenance window. Raises PlaybookError with the step's position.
    """
    playbook = loaded.playbook
    stages = {name: expand(loaded, name, kinds()) for name in dict.fromkeys([*playbook.stages, stage])}
    for name, found in stages.items():
        bind_all(loaded, found, site(playbook.environments[playbook.stages[name].environment]))
    expanded = stages[stage]
    entry = playbook.stages[stage]
    environment = site(playbook.environments[entry.environment])
    estimates = Estimates(journal, environment.name, expanded)
    steps = tuple(_planned(step, environment, estimates.of(step)) for step in expanded)
    limited = limits(loaded, stage, environment.environment)
    return Plan(
        product=playbook.product, title=playbook.title, playbook=str(loaded.folder), stage=stage,
        environment=environment.name, environments=dict(playbook.environments), path=tuple(playbook.path.versions),
        steps=steps, digest=playbook_digest(loaded),
        bindings=digest_of_sites([site(name) for name in sorted(set(playbook.environments.values()))]),
        on_failure=entry.on_failure, gate=demands(loaded, stage, live=not environment.environment.disposable),
        people=playbook.people.model_dump(), rules=playbook.rules.model_dump(), window=limited.window,
        budget=limited.budget, content=dict(loaded.files))


def bind_all(loaded: LoadedPlaybook, steps: list[ExpandedStep], site: Site) -> None:
    """Fill in every step's arguments as this environment has them; raises PlaybookError for what cannot be."""
    for step in steps:
        known = scope(path=loaded.playbook.path.versions, hop=step.hop, name=site.name, environment=site.environment,
                      run="run")
        bind(step.args, kinds()[step.kind].Args, known, str(step.where))
        targets_of(step, site)


def _planned(step: ExpandedStep, site: Site, estimate: Estimate) -> PlannedStep:
    kind = kinds()[step.kind]
    return PlannedStep(
        id=step.id, kind=step.kind, args=step.args, targets=targets_of(step, site), hop=step.hop, timeout=step.timeout,
        retries=step.retries, way_back=kind.way_back, skippable=step.skippable,
        point_of_no_return=step.point_of_no_return, digest=step.digest, needs=step.needs,
        estimate=estimate.forward, way_back_estimate=estimate.back, scale=estimate.scale,
        in_window=kind.in_window)


def targets_of(step: ExpandedStep, site: Site) -> tuple[str, ...]:
    """The hosts of this environment that a step acts on; raises PlaybookError when it does not say which."""
    if not kinds()[step.kind].per_host:
        return NOWHERE
    try:
        named = [host for name in step.at for host in site.hosts(name)]
    except WrongUse as error:
        raise PlaybookError(error.message, where=step.where, hint=error.hint) from None
    hosts = named or list(site.environment.hosts)
    if not named and len(hosts) > 1:
        raise PlaybookError(
            _("step {step} acts on a host, and {site} has several").format(step=step.id, site=site.name),
            where=step.where,
            hint=_("say which with at: [ROLE]; there are: {names}").format(
                names=", ".join([*site.environment.roles, *hosts])))
    return tuple(dict.fromkeys(hosts))
