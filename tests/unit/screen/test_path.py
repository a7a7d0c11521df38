"""The way from version to version, in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.model.version import Hop
from migrator.screen.path import show_route


@dataclass
class Route:
    path: list[str] = field(default_factory=list)
    rejected: list[tuple[Hop, list[str]]] = field(default_factory=list)
    unknown: list[tuple[Hop, list[str]]] = field(default_factory=list)


def test_a_route_is_one_line_and_its_rejected_hops_are_told_on_request() -> None:
    route = Route(["5.1", "6.1", "7.0"], [(Hop("5.1", "7.0"), ["the vendor forbids this jump"])])
    assert show_route(route, why=False) == "5.1 > 6.1 > 7.0"
    assert show_route(route, why=True).splitlines()[1] == "  5.1 > 7.0: rejected: the vendor forbids this jump"


def test_no_route_says_why_without_being_asked_and_what_is_not_known() -> None:
    route = Route([], [(Hop("5.1", "7.0"), ["a", "b"])], [(Hop("5.1", "6.1"), ["free space"])])
    assert show_route(route, why=False).splitlines() == [
        "there is no way", "  5.1 > 6.1: not known yet: free space", "  5.1 > 7.0: rejected: a; b"]
