"""Loops written out: the flat list of a stage's steps, once per hop where the playbook says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.model.version import Hop, hops
from migrator.playbook import lookups
from migrator.playbook.model import ForEach, Playbook, Step
from migrator.playbook.tree import Route


@dataclass(frozen=True)
class Unrolled:
    """A step with its look-ups of id and needs filled in; `route` is where it is written, maybe in another stage."""

    step: Step
    hop: Hop | None
    route: Route

    @property
    def id(self) -> str:
        return self.step.id


def unroll(playbook: Playbook, stage: str) -> list[Unrolled]:
    """The steps of a stage in the order in which they will run. Every `use` must be known to be right."""
    found: list[Unrolled] = []
    for number, item in enumerate(playbook.stages[stage].steps):
        route: Route = ("stages", stage, "steps", number)
        if isinstance(item, Step):
            found.append(_filled(playbook, item, None, route))
        else:
            loop, route = (item, route) if item.use is None else rehearsed_loop(playbook, item.use) or (item, route)
            found += _rounds(playbook, loop, route)
    return found


def rehearsed_loop(playbook: Playbook, use: str) -> tuple[ForEach, Route] | None:
    """The one loop that `trial.hop` names, and where it is written; None when there is none or are several."""
    stage, _dot, loop = use.rpartition(".")
    if loop != "hop" or stage not in playbook.stages:
        return None
    loops: list[tuple[ForEach, Route]] = [
        (item, ("stages", stage, "steps", number))
        for number, item in enumerate(playbook.stages[stage].steps) if isinstance(item, ForEach) and item.use is None]
    return loops[0] if len(loops) == 1 else None


def _rounds(playbook: Playbook, loop: ForEach, route: Route) -> Iterator[Unrolled]:
    for hop in hops(playbook.path.versions):
        for number, step in enumerate(loop.steps):
            yield _filled(playbook, step, hop, (*route, "steps", number))


def _filled(playbook: Playbook, step: Step, hop: Hop | None, route: Route) -> Unrolled:
    scope = lookups.scope(path=playbook.path.versions, hop=hop)
    names = {"id": lookups.resolve(step.id, scope), "needs": lookups.resolve(step.needs, scope)}
    return Unrolled(step.model_copy(update=names), hop, route)
