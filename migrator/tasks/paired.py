"""Commands about two databases that a mapping relates: the flags that all of them take, and what these stand for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke.tasks import Task

from migrator.tasks import maps
from migrator.tasks.command import Call, command

if TYPE_CHECKING:
    from migrator.lens.lens import Lens
    from migrator.lens.places.meeting import Meeting
    from migrator.sync.service.errand import Errand
    from migrator.sync.service.station import Station

FLAGS = {"mapping": maps.MAPPING, "old": maps.OLD, "new": maps.NEW, "between": maps.BETWEEN,
         "database": maps.DATABASE}


@dataclass(frozen=True)
class Pair:
    """Two databases as somebody has typed them."""

    call: Call
    mapping: str | None
    old: str | None
    new: str | None
    between: str | None
    database: str

    @cached_property
    def met(self) -> tuple[Lens, Meeting]:
        """The lens between them and where they meet, as they are now. Raises WrongUse and what connecting raises."""
        return self.meet()

    def meet(self) -> tuple[Lens, Meeting]:
        """The same, read anew."""
        return maps.met(self.call, self.mapping, self.old, self.new, self.database, self.between)

    @cached_property
    def station(self) -> Station:
        """Where their applier is found on this machine."""
        from migrator.sync.service.station import Station

        return Station.of(self.call.app.home, self.met[1])

    def errand(self, **more: str | None) -> Errand:
        """What an applier of theirs is told that runs by itself, with further flags as far as they were typed."""
        from migrator.sync.service.errand import Errand, without_asking

        meeting, app = self.met[1], self.call.app
        flags = [word for name, value in more.items() if value is not None
                 for word in (f"--{name.replace('_', '-')}", value)]
        return Errand([str(Path(name.strip()).absolute()) for name in str(self.mapping).split(",")],
                      without_asking(str(self.old), meeting.old), without_asking(str(self.new), meeting.new),
                      app.home, [name.strip() for name in self.between.split(",")] if self.between else [],
                      self.database, app.inventory_file, flags)

    def typed(self, task: str) -> str:
        """A command about the same two, to be typed."""
        return maps.typed(task, self.mapping, self.old, self.new, self.between, self.database)


def paired(**help: str) -> Callable[[Callable[..., int | None]], Task[Any]]:
    """Make a command of a function `(pair, flags of its own...) -> exit code`; see `migrator.tasks.command.command`."""

    def made(body: Callable[..., int | None]) -> Task[Any]:
        def typed(call: Call, mapping: str | None = None, old: str | None = None, new: str | None = None,
                  between: str | None = None, database: str = "main", **own: Any) -> int | None:
            return body(Pair(call, mapping, old, new, between, database), **own)

        shared = list(inspect.signature(typed).parameters.values())[:-1]
        own = list(inspect.signature(body).parameters.values())[1:]
        typed.__signature__ = inspect.Signature([*shared, *own])  # type: ignore[attr-defined]
        typed.__name__, typed.__doc__, typed.__module__ = body.__name__, body.__doc__, body.__module__
        return command(**FLAGS, **help)(typed)

    return made
