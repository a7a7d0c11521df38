"""A file as plain data that knows where each part of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrator.errors import PlaybookError, Position

Route = tuple[str | int, ...]
"""Keys and list indexes that lead from the top to one value: `("stages", "trial", "steps", 2)`."""


def place(route: Route) -> str:
    """A route as people read it: `stages.trial.steps[2]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in route).lstrip(".")


@dataclass(frozen=True)
class Tree:
    """`data` holds text, true/false, integers, lists and dicts; `keys` and `values` say where each stands in `file`."""

    file: str
    data: Any
    keys: Mapping[Route, Position]
    values: Mapping[Route, Position]

    def position(self, route: Route, *, key: bool = False) -> Position:
        """Where a value (or its key) stands; the nearest thing around it when it is not in the file."""
        places = self.keys if key and route in self.keys else self.values
        known = route
        while known not in places:
            known, places = known[:-1], self.values
        return replace(places[known], place=place(route))

    def error(self, route: Route, message: str, *, key: bool = False, hint: str | None = None) -> PlaybookError:
        """An error that stands at this value (or its key), named by its place without the key itself."""
        where = self.position(route, key=key)
        return PlaybookError(message, where=replace(where, place=place(route[:-1])) if key else where, hint=hint)
