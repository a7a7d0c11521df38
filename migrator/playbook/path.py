"""The shortest allowed way from one version to another, with the reason for every way that is not taken."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from migrator import units
from migrator.errors import WrongUse
from migrator.model.version import Hop, hops
from migrator.playbook.nearest import unknown
from migrator.playbook.version_range import within
from migrator.playbook.versions import Needs, Versions, forbidden
from migrator.text import _


@dataclass(frozen=True)
class SystemFacts:
    """What is known of the system; None is not known yet. `free_space` is bytes, `packages` maps names to SHA-256."""

    database: tuple[str, str] | None = None
    """Make and version."""
    runtimes: Mapping[str, str] | None = None
    free_space: int | None = None
    packages: Mapping[str, str] | None = None
    jobs_done: frozenset[str] | None = None


@dataclass(frozen=True)
class Route:
    """`path` is the versions to go through, empty when there is no way. `rejected` are the hops that could have been
    part of one, with the reasons; `unknown` the conditions of the path's hops that nobody could judge yet.
    """

    path: tuple[str, ...]
    rejected: tuple[tuple[Hop, tuple[str, ...]], ...]
    unknown: tuple[tuple[Hop, tuple[str, ...]], ...]


def solve(graph: Versions, start: str, end: str, facts: SystemFacts | None = None) -> Route:
    """The path with the fewest hops, among those the shortest by the vendor's times.

    Raises WrongUse for a version that the graph does not know.
    """
    for version in (start, end):
        if version not in graph.versions:
            raise WrongUse(unknown(_("version"), version, graph.versions))
    facts = facts or SystemFacts()
    rejected = {hop: reasons for hop in _candidates(graph, start, end)
                if (reasons := (*forbidden(graph, hop), *_failed(graph, hop, facts)))}
    path = _shortest(graph, start, end, rejected)
    open_ = ((hop, tuple(_open(graph, hop, facts))) for hop in hops(list(path)))
    return Route(path, tuple(rejected.items()), tuple((hop, names) for hop, names in open_ if names))


def _candidates(graph: Versions, start: str, end: str) -> list[Hop]:
    direct = Hop(start, end)
    described = [edge.hop for edge in graph.hops]
    return described if start == end or direct in described else [direct, *described]


def _shortest(graph: Versions, start: str, end: str, rejected: Mapping[Hop, tuple[str, ...]]) -> tuple[str, ...]:
    number = count()  # settles ties in the order of the file
    ways: list[tuple[int, float, int, tuple[str, ...]]] = [(0, 0.0, next(number), (start,))]
    reached: set[str] = set()
    while ways:
        length, seconds, _number, path = heapq.heappop(ways)
        if path[-1] == end:
            return path
        if path[-1] in reached:
            continue
        reached.add(path[-1])
        for edge in graph.hops:
            if edge.from_ == path[-1] and edge.to not in reached and edge.hop not in rejected:
                heapq.heappush(ways, (length + 1, seconds + units.seconds(edge.takes), next(number), (*path, edge.to)))
    return ()


def _failed(graph: Versions, hop: Hop, facts: SystemFacts) -> Iterator[str]:
    return (why for _name, why in _judged(graph, hop, facts) if why)


def _open(graph: Versions, hop: Hop, facts: SystemFacts) -> Iterator[str]:
    return (name for name, why in _judged(graph, hop, facts) if why is None)


def _judged(graph: Versions, hop: Hop, facts: SystemFacts) -> Iterator[tuple[str, str | None]]:
    """(condition, why it fails) for every condition of the hop and of the version it leads to.

    "" stands for a condition that holds, None for one that is not known yet.
    """
    edge = graph.edge(hop)
    for needs in (edge.needs if edge else Needs(), graph.versions[hop.to].needs):
        if needs.database:
            yield _("database"), _database(needs, facts)
        for name, range_ in needs.runtime.items():
            yield name, _runtime(name, range_, facts)
        if needs.free_space is not None:
            yield _("free space"), _space(needs.free_space, facts)
        for name, checksum in needs.packages.items():
            yield _("package {name}").format(name=name), _package(name, checksum, facts)
        for job in needs.jobs_done:
            yield _("background job done: {job}").format(job=job), _job(job, facts)


def _database(needs: Needs, facts: SystemFacts) -> str | None:
    if facts.database is None:
        return None
    make, version = facts.database
    ranges = {str(name): range_ for name, range_ in needs.database.items()}
    if make not in ranges:
        return _("works on {makes}, not on {make}").format(makes=", ".join(ranges), make=make)
    return "" if within(version, ranges[make]) else _("needs {make} {range}, here is {version}").format(
        make=make, range=ranges[make], version=version)


def _runtime(name: str, range_: str, facts: SystemFacts) -> str | None:
    if facts.runtimes is None or name not in facts.runtimes:
        return None
    here = facts.runtimes[name]
    return "" if within(here, range_) else _("needs {make} {range}, here is {version}").format(
        make=name, range=range_, version=here)


def _space(needed: str, facts: SystemFacts) -> str | None:
    if facts.free_space is None:
        return None
    return "" if facts.free_space >= units.size(needed) else _("needs {needed} free space, here are {free}").format(
        needed=needed, free=units.show_size(facts.free_space))


def _package(name: str, checksum: str, facts: SystemFacts) -> str | None:
    if facts.packages is None:
        return None
    if name not in facts.packages:
        return _("the package {name} is missing").format(name=name)
    return "" if facts.packages[name] == checksum else _("the package {name} has another SHA-256").format(name=name)


def _job(job: str, facts: SystemFacts) -> str | None:
    if facts.jobs_done is None:
        return None
    return "" if job in facts.jobs_done else _("the background job {job} has not finished").format(job=job)
