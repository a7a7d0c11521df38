"""Step kind host.space."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from migrator.commands import files
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Outcome
from migrator.model.states import Touches, WayBack
from migrator.playbook.inventory import Strict
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.text import _
from migrator.transport.asked import Question
from migrator.units import show_size, size


class Need(Strict):
    """So much must be free where `at_tree` or `path` lies: `free`, plus `times` what `of` takes now."""

    at_tree: str | None = Field(None, description="file tree of the inventory, on its host")
    path: str | None = Field(None, description="path on the step's host; it need not exist yet")
    free: str = Field("0B", description="such as 2GB")
    times: int = Field(0, ge=0, le=100, description="how often what `of` names must fit in beside `free`")
    of: list[str] = Field(default_factory=list, description="databases and file trees of the inventory, measured now")

    @model_validator(mode="after")
    def _whole(self) -> Need:
        if (self.at_tree is None) == (self.path is None):
            raise ValueError("give exactly one of at_tree and path")
        if bool(self.times) != bool(self.of):
            raise ValueError("`times` and `of` go together")
        size(self.free)
        return self


class SpaceArgs(Args):
    need: list[Need] = Field(min_length=1, description="what must be free, and where")


@register
class HostSpace(Step[SpaceArgs]):
    """Compares the free space of file systems with what the upgrade will need, measured now; changes nothing.

    Two needs on one file system are added up.

    Example::

        - id: space
          at: app
          host.space:
            need:
              - {at_tree: home, times: 2, of: [main, home], free: 500MB}
              - {path: /opt, free: 200MB}
    """

    kind = "host.space"
    Args = SpaceArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    per_host = True

    def probes(self, ctx: StepContext[SpaceArgs]) -> Probes:
        asked = [_question(ctx, need) for need in ctx.args.need]
        return Probes(check=asked, verify=asked)

    def check(self, ctx: StepContext[SpaceArgs]) -> list[Finding]:
        return [_short(row) for row in _measured(ctx) if row["free"] < row["needed"]]

    def apply(self, ctx: StepContext[SpaceArgs]) -> Outcome:
        rows = _measured(ctx)
        return Outcome(False, "; ".join(map(_told, rows)), {"space": rows})

    def verify(self, ctx: StepContext[SpaceArgs]) -> list[Finding]:
        return [_short(row) if row["free"] < row["needed"] else informs("space.enough", _told(row), **row)
                for row in _measured(ctx)]


def _measured(ctx: StepContext[SpaceArgs]) -> list[dict[str, Any]]:
    """One row per file system: host, path, free and needed bytes."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for need in ctx.args.need:
        host, path = _place(ctx, need)
        mounted, free = ctx.site.host(host).read(_question(ctx, need).command).text.rsplit(maxsplit=1)
        row = rows.setdefault((host, mounted), {"host": host, "path": path, "free": int(free), "needed": 0})
        row["needed"] += size(need.free) + need.times * _taken(ctx, need.of)
    return list(rows.values())


def _place(ctx: StepContext[SpaceArgs], need: Need) -> tuple[str, str]:
    """The host and the path on it that a need is about."""
    if need.at_tree:
        tree = ctx.site.tree(need.at_tree)
        return tree.at, tree.path
    return ctx.target, need.path or ""


def _question(ctx: StepContext[SpaceArgs], need: Need) -> Question:
    host, path = _place(ctx, need)
    return Question(host, files.free(ctx.site.host(host).expand(path)))


def _taken(ctx: StepContext[SpaceArgs], names: list[str]) -> int:
    """Bytes that these databases and file trees take now."""
    from migrator.backup.taking.take import estimate

    if not names:
        return 0
    databases = [n for n in names if n in ctx.site.environment.databases]
    return estimate(ctx.site, databases, [n for n in names if n not in databases])


def _short(row: dict[str, Any]) -> Finding:
    return blocks("space.short", _told(row), _("make room, or move something away, before the window"), **row)


def _told(row: dict[str, Any]) -> str:
    return _("{host}:{path}: {free} free, {needed} needed").format(
        host=row["host"], path=row["path"], free=show_size(row["free"]), needed=show_size(row["needed"]))
