"""Step kinds: which exist, and the manual page of each."""

from __future__ import annotations

import inspect

from migrator.tasks.command import Call, command, needed
from migrator.text import _


@command()
def list_(call: Call) -> int | None:
    """List the step kinds: what each touches, its way back, and what it promises."""
    from migrator.screen.tables import show_kinds
    from migrator.step import kinds

    rows = [(name, str(kind.touches), str(kind.way_back), (inspect.getdoc(kind) or "").partition("\n")[0])
            for name, kind in kinds().items()]
    names = ("kind", "touches", "way_back", "promise")
    call.show(show_kinds(rows), [dict(zip(names, row, strict=True)) for row in rows])
    return None


@command(kind="the step kind, as inv step.list names it")
def show(call: Call, kind: str | None = None) -> int | None:
    """Show a step kind's manual page: promise, example, arguments."""
    from migrator.errors import WrongUse
    from migrator.playbook.nearest import unknown
    from migrator.step import kinds

    needed({"kind": kind})
    if kind not in kinds():
        raise WrongUse(unknown(_("step kind"), str(kind), kinds()), hint="inv step.list")
    cls = kinds()[str(kind)]
    fields = [f"  {field.alias or name}: {field.description or ''}" for name, field in cls.Args.model_fields.items()]
    page = [str(kind), "", inspect.getdoc(cls) or "", "", _("arguments:"), *fields]
    call.show("\n".join(page), cls.Args.model_json_schema())
    return None
