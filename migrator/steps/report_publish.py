"""report.publish: write the report of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs, warns
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches, WayBack
from migrator.report.render import write
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class ReportArgs(Args):
    formats: list[Literal["html", "md", "json"]] = Field(
        default=["html"], min_length=1, description="html, md, json: one file each")
    to: str = Field("report", description="folder below the run's own folder on this machine")
    language: Literal["en", "zh"] | None = Field(None, description="left out: the language of whoever runs it")


@register
class ReportPublish(Step[ReportArgs]):
    """Writes the report of the run so far: as a page, as Markdown, as JSON.

    The page is one file without any link to the outside and prints on A4. It holds the timeline, findings, durations
    against estimates, digests before and after, approvals and evidence. The report stays when the run goes back.

        - id: report
          report.publish: {formats: [html, md], language: zh}
    """

    kind = "report.publish"
    Args = ReportArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE

    def check(self, ctx: StepContext[ReportArgs]) -> list[Finding]:
        if _folder(ctx).is_relative_to(ctx.work.resolve()):
            return []
        return [blocks("report.outside", _("{folder} lies outside the run's folder").format(folder=ctx.args.to))]

    def plan(self, ctx: StepContext[ReportArgs]) -> list[Change]:
        return [Change(_("report written"), where=str(path)) for path in _paths(ctx)]

    def apply(self, ctx: StepContext[ReportArgs]) -> Outcome:
        paths = write(ctx.journal(), _folder(ctx), formats=list(ctx.args.formats), language=ctx.args.language)
        return Outcome(changed=True, summary=", ".join(path.name for path in paths),
                       facts={"reports": [str(path) for path in paths]})

    def verify(self, ctx: StepContext[ReportArgs]) -> list[Finding]:
        return [informs("report.written", _("the report is {path}").format(path=path)) if path.is_file()
                else warns("report.missing", _("the report {path} is missing").format(path=path))
                for path in _paths(ctx)]


def _folder(ctx: StepContext[ReportArgs]) -> Path:
    return (ctx.work / ctx.args.to).resolve()


def _paths(ctx: StepContext[ReportArgs]) -> list[Path]:
    return [_folder(ctx) / f"{ctx.run}.{name}" for name in ctx.args.formats]
