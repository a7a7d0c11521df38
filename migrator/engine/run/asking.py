"""Hosts are asked together what steps want to know: one script for each host, all hosts at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from migrator.commands.shell import Command
from migrator.errors import MigratorError
from migrator.site import Site
from migrator.step import Probes, Step, StepContext
from migrator.transport.asked import Answered, Known, Question

S = TypeVar("S")
T = TypeVar("T")
AT_ONCE = 32
"""Hosts that are dealt with at the same time."""


def at_once(act: Callable[[S], T], on: Sequence[S], name: str = "") -> list[T]:
    """The act on each of them at the same time, results in their order; the first error is raised."""
    if len(on) < 2:
        return [act(one) for one in on]
    with ThreadPoolExecutor(min(AT_ONCE, len(on)), thread_name_prefix=name) as pool:
        return list(pool.map(act, on))


def probes(kind: Step[Any], context: StepContext[Any]) -> Probes:
    """What the step will ask; nothing where it cannot say, since its check will say why."""
    try:
        return kind.probes(context)
    except MigratorError:
        return Probes()


def answers(site: Site, questions: Iterable[Question]) -> Known:
    """What the hosts say now."""
    asked: dict[str, list[Command]] = defaultdict(list)
    for question in questions:
        asked[question.host].append(question.command)

    def of(host: str) -> Answered:
        try:
            return Answered(site.host(host).ask(asked[host]))
        except MigratorError as error:
            return Answered(refusal=error)

    return dict(zip(asked, at_once(of, list(asked), "ask"), strict=True))


def knowing(context: StepContext[Any], known: Known) -> StepContext[Any]:
    """The same context for looking only, with these answers at hand."""
    return replace(context, site=context.site.reading(known), known=known)
