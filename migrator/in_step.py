"""What step kinds of the sync have in common: the applier of both databases, and what it is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from migrator.mapped import MappedArgs, endpoint
from migrator.step import StepContext

if TYPE_CHECKING:
    from migrator.lens.places.meeting import Meeting
    from migrator.site import Site
    from migrator.sync.service.errand import Errand
    from migrator.sync.service.station import Station

A = TypeVar("A", bound=MappedArgs)


def station(ctx: StepContext[A], meeting: Meeting) -> Station:
    """Where the applier of both databases is found on this machine: the same place in which `inv sync.status` looks."""
    from migrator.sync.service.station import Station

    return Station.of(_home(ctx), meeting)


def errand(ctx: StepContext[A]) -> Errand:
    """What an applier is told that runs on when the run has ended: the run's own copy of the mapping."""
    from migrator.sync.service.errand import Errand

    old, new = (_place(site, ctx.args.database) for site in (ctx.elsewhere(ctx.args.from_), ctx.site))
    return Errand([str(ctx.folder / name) for name in ctx.args.mappings], old, new, _home(ctx),
                  [str(ctx.folder / name) for name in ctx.args.between], ctx.args.database, ctx.site.inventory)


def _place(site: Site, database: str) -> str:
    """The environment's name; its database's URL where no inventory file would be found by that name."""
    return site.name if site.inventory else endpoint(site, database).url.render_as_string(hide_password=False)


def _home(ctx: StepContext[A]) -> Path:
    """The project's home, in which the run's folder is `runs/ID`."""
    return ctx.work.parents[1]
