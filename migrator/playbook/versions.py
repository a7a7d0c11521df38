"""The versions of a product and the ways between them: what the vendor allows, demands and forbids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from migrator import units
from migrator.errors import PlaybookError, WrongUse
from migrator.model.version import Hop, hops, order
from migrator.playbook.inventory import Name, Strict
from migrator.playbook.loader import read_tree
from migrator.playbook.moments import Duration
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Tree
from migrator.playbook.validate import refuse, validate
from migrator.playbook.version_range import Range
from migrator.text import _

VERSIONS_FILE = "versions.yaml"


def _size(text: str) -> str:
    try:
        units.size(text)
    except WrongUse as error:
        raise ValueError(error.message) from None
    return text


class Needs(Strict):
    """What must hold before a version may be installed or a hop be taken; what is left out is not asked."""

    database: dict[Literal["sqlite", "postgresql", "mariadb"], Range] = Field(
        default_factory=dict, description='makes that work, with the versions: {postgresql: ">=12 <17"}')
    runtime: dict[Name, Range] = Field(default_factory=dict, description='programs: {python: ">=3.9"}')
    free_space: Annotated[str, AfterValidator(_size)] | None = None
    packages: dict[str, Annotated[str, Field(pattern="^[0-9a-f]{64}$")]] = Field(
        default_factory=dict, description="files that must be there, with their SHA-256")
    jobs_done: list[str] = Field(default_factory=list, description="background jobs that must have finished, by name")


class Version(Strict):
    """One version. A compulsory one cannot be jumped over."""

    compulsory: bool = False
    why: str = Field("", description="why it is compulsory")
    needs: Needs = Needs()


class Edge(Strict):
    """One hop that the vendor describes: an upgrade that works, or with `direct: false` one that is forbidden."""

    from_: str = Field(alias="from")
    to: str
    direct: bool = True
    why: str = Field("", description="why it is forbidden")
    takes: Duration = "0s"
    needs: Needs = Needs()

    @property
    def hop(self) -> Hop:
        return Hop(self.from_, self.to)


class Versions(Strict):
    """All versions of a product and the hops between them."""

    format: Literal[1]
    product: Name
    title: str = ""
    versions: dict[str, Version]
    hops: list[Edge]

    def edge(self, hop: Hop) -> Edge | None:
        """What is said about a hop, None when nothing is."""
        return next((e for e in self.hops if e.hop == hop), None)


def load_versions(path: Path) -> Versions:
    """The version graph of a file. Raises PlaybookError with the position of what is wrong."""
    tree = read_tree(path)
    graph = validate(Versions, tree)
    if errors := list(_wrong_hops(graph, tree)):
        refuse(errors)
    return graph


def forbidden(graph: Versions, hop: Hop) -> list[str]:
    """Why a hop may never be taken, whatever the system; empty when the vendor allows it."""
    edge = graph.edge(hop)
    if edge is None:
        return [_("no upgrade from {start} to {end} is described").format(start=hop.from_, end=hop.to)]
    reasons = [] if edge.direct else [edge.why or _("the vendor forbids this jump")]
    for name, version in graph.versions.items():
        if version.compulsory and order(hop.from_) < order(name) < order(hop.to):
            reasons.append(_("jumps over {version}, which is compulsory{why}")
                           .format(version=name, why=f": {version.why}" if version.why else ""))
    return reasons


def refusals(graph: Versions, path: Sequence[str]) -> Iterator[str]:
    """A sentence for every version and hop of a playbook's path that the graph does not allow."""
    for version in path:
        if version not in graph.versions:
            yield unknown(_("version"), version, graph.versions)
            return
    for hop in hops(list(path)):
        if reasons := forbidden(graph, hop):
            yield _("{hop} is not allowed: {reasons}").format(hop=hop, reasons="; ".join(reasons))


def _wrong_hops(graph: Versions, tree: Tree) -> Iterator[PlaybookError]:
    seen: set[Hop] = set()
    for number, edge in enumerate(graph.hops):
        for key, version in (("from", edge.from_), ("to", edge.to)):
            if version not in graph.versions:
                yield tree.error(("hops", number, key), unknown(_("version"), version, graph.versions))
        if edge.hop in seen:
            yield tree.error(("hops", number), _("the hop {hop} stands here again").format(hop=edge.hop))
        if edge.from_ == edge.to:
            yield tree.error(("hops", number), _("a hop leads to another version"))
        seen.add(edge.hop)
