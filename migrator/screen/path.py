"""The way from one version to another, and why the others were rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrator.model.version import Hop
from migrator.text import _


class Route(Protocol):
    """What the solver found."""

    @property
    def path(self) -> Sequence[str]: ...

    @property
    def rejected(self) -> Sequence[tuple[Hop, Sequence[str]]]: ...

    @property
    def unknown(self) -> Sequence[tuple[Hop, Sequence[str]]]: ...


def show_route(route: Route, *, why: bool) -> str:
    """The path in one line, what must still be found out, and with `why` every rejected hop with its reasons."""
    lines = [" > ".join(route.path) if route.path else _("there is no way")]
    lines += [_("  {hop}: not known yet: {what}").format(hop=hop, what="; ".join(reasons))
              for hop, reasons in route.unknown]
    if why or not route.path:
        lines += [_("  {hop}: rejected: {reasons}").format(hop=hop, reasons="; ".join(reasons))
                  for hop, reasons in route.rejected]
    return "\n".join(lines)
