"""data.verify: prove cell by cell that this environment holds what a mapping makes of another one's data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import Field

from migrator.mapped import FILES, MappedArgs, met, met_or_why
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Outcome
from migrator.model.states import Touches, WayBack
from migrator.step import Step, StepContext, register
from migrator.text import _
from migrator.units import seconds


class DataVerifyArgs(MappedArgs):
    most: int = Field(20, ge=1, description="how many differences are named; all are counted")
    again: str | None = Field(None, description="for systems in use: after how long rows that differ are looked at "
                                                "once more, such as 5s")


@register
class DataVerify(Step[DataVerifyArgs]):
    """Proves cell by cell that this environment's database holds what a mapping file makes of another environment's.

    It is the same whoever brought the data over: `data.copy`, or the vendor's own upgrade of a clone. Both databases
    compute digests of ranges of keys; only ranges that differ are looked at closer, down to rows and cells, and those
    are named. A verification that was cut off goes on where it stopped.

        - id: same-data
          data.verify: {mapping: mapping/6.1-7.0.yaml, from: live}
    """

    kind = "data.verify"
    Args = DataVerifyArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    scales_with_data = True
    files = FILES

    def check(self, ctx: StepContext[DataVerifyArgs]) -> list[Finding]:
        found = met_or_why(ctx)
        return [found] if isinstance(found, Finding) else []

    def apply(self, ctx: StepContext[DataVerifyArgs]) -> Outcome:
        from migrator.lens.verify import compare

        _kept(ctx).unlink(missing_ok=True)
        again = None if ctx.args.again is None else seconds(ctx.args.again)
        report = compare(*met(ctx), state=ctx.work / f"{ctx.step}.verify", progress=ctx.progress, most=ctx.args.most,
                         again=again).as_json()
        _kept(ctx).touch(mode=0o600)  # it quotes cells
        _kept(ctx).write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        return Outcome(changed=False, summary=_("{rows} rows, {cells} cells compared").format(
            rows=report["rows"], cells=report["cells"]), facts=report)

    def verify(self, ctx: StepContext[DataVerifyArgs]) -> list[Finding]:
        if not _kept(ctx).exists():
            return []
        report = json.loads(_kept(ctx).read_text(encoding="utf-8"))
        if report["equal"]:
            return [informs("verify.equal", _("{rows} rows, {cells} cells are what the mapping says").format(
                rows=report["rows"], cells=report["cells"]))]
        total = blocks("verify.differs", _("{count} rows differ").format(count=report["different"]),
                       _("mend the new side or the mapping, and run this step again"))
        return [total, *(_named(one) for one in report["differences"])]


def _named(difference: dict[str, Any]) -> Finding:
    key = ", ".join(f"{name}={text}" for name, text in difference["key"].items())
    return blocks(f"verify.{difference['kind']}", _what(difference).format(**{**difference, "key": key}), **difference)


def _what(difference: dict[str, Any]) -> str:
    return {"missing": _("{table}, {key}: the new side does not have this row"),
            "invented": _("{table}, {key}: the old side does not have this row"),
            "differs": _("{table}, {key}: {column} should be {old} and is {new}")}[difference["kind"]]


def _kept(ctx: StepContext[DataVerifyArgs]) -> Path:
    return ctx.work / f"{ctx.step}.verified.json"
