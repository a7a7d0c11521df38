"""Step kind backup.prune."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.model.finding import Finding, informs, warns
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches, WayBack
from migrator.step import Args, Step, StepContext, register
from migrator.text import _
from migrator.units import show_size

if TYPE_CHECKING:
    from migrator.backup.keeping.retention import Pruning


class PruneArgs(Args):
    """None: what is kept stands in the inventory."""


@register
class BackupPrune(Step[PruneArgs]):
    """Removes the daily sets that the inventory's rules do not keep any more; nothing on the target is touched.

    What is removed cannot be brought back. So it removes nothing but sets that `inv backup.take` has made: those of
    runs, and those that hold what something was before, are left to `inv backup.prune`, which knows who needs them. The
    newest proven set, and every set that another one builds on, always stay.

    Example::

        - id: thin-out
          backup.prune: {}
    """

    kind = "backup.prune"
    Args = PruneArgs
    touches = Touches.ADDS  # nothing of the target; but what goes from the vault has to stand in the plan
    way_back = WayBack.NONE

    def check(self, ctx: StepContext[PruneArgs]) -> list[Finding]:
        pruning = _pruning(ctx)
        if not pruning.removed:
            return []
        return [warns("backup.removes", _("{count} sets would be removed, for ever: {size}").format(
            count=len(pruning.removed), size=show_size(pruning.bytes)), sets=list(pruning.removed))]

    def plan(self, ctx: StepContext[PruneArgs]) -> list[Change]:
        gone = [Change(what=_("removed for ever"), where=f"{ctx.vault}/{name}", before=show_size(size))
                for name, size in _pruning(ctx).removed.items()]
        return gone or [Change(what=_("no set is removed"), where=str(ctx.vault))]

    def apply(self, ctx: StepContext[PruneArgs]) -> Outcome:
        from migrator.backup.keeping.retention import prune

        pruning = _pruning(ctx)
        prune(ctx.vault, pruning, ctx.say)
        return Outcome(bool(pruning.removed), _("{count} sets were removed: {size}").format(
            count=len(pruning.removed), size=show_size(pruning.bytes)),
            {"removed": list(pruning.removed), "kept": list(pruning.kept), "bytes": pruning.bytes})

    def verify(self, ctx: StepContext[PruneArgs]) -> list[Finding]:
        pruning = _pruning(ctx)
        if pruning.removed:
            return []
        return [informs("backup.pruned", _("{count} sets are kept").format(count=len(pruning.kept)))]


def _pruning(ctx: StepContext[PruneArgs]) -> Pruning:
    from migrator import clock
    from migrator.backup.keeping.retention import plan
    from migrator.backup.sets.catalog import sets

    daily = re.compile(re.escape(ctx.site.name) + r"\.\d{8}-\d{6}")
    found = sets(ctx.vault, ctx.site.name)
    others = {kept.id for kept in found if not daily.fullmatch(kept.id)}
    return plan(found, ctx.site.environment.backups, clock.now().astimezone(), others)
