"""records.export: business records in sheets and on paper."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches, WayBack
from migrator.playbook.inventory import Name
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class RecordsArgs(Args):
    records: str = Field("records.yaml", description="records file of the playbook")
    only: list[str] = Field(default_factory=list, description="names of lists; all if left out")
    values: dict[Name, str] = Field(default_factory=dict, description="parameters of the queries: {before: '2024'}")


@register
class RecordsExport(Step[RecordsArgs]):
    """Writes business records as Excel and PDF into the vault, with an index and hashes, and reads all of it back.

    What they show was asked of the databases by the queries of the records file, so it stays readable when the software
    or its licence is gone. Going back leaves the folder where it is: it may be all that is left of them.

        - id: on-paper
          records.export: {records: records.yaml}
    """

    kind = "records.export"
    Args = RecordsArgs
    touches = Touches.ADDS
    scales_with_data = True
    way_back = WayBack.NONE
    files = ("records",)

    def check(self, ctx: StepContext[RecordsArgs]) -> list[Finding]:
        from migrator.errors import MigratorError
        from migrator.records.read import read_records

        try:
            read_records(ctx.file(ctx.args.records), ctx.args.records)
        except MigratorError as error:
            return [blocks("records.wrong", str(error), error.hint or "")]
        return []

    def plan(self, ctx: StepContext[RecordsArgs]) -> list[Change]:
        return [Change(_("records as Excel and PDF"), where=str(_folder(ctx)), after=", ".join(ctx.args.only))]

    def apply(self, ctx: StepContext[RecordsArgs]) -> Outcome:
        from migrator.records.export import export_records
        from migrator.records.index import read_index
        from migrator.records.read import read_records

        folder, fresh = _folder(ctx), not _folder(ctx).exists()
        if fresh:  # else it was written before a crash: it appears only when it is whole
            export_records(ctx.site.reading(), read_records(ctx.file(ctx.args.records), ctx.args.records), folder,
                           values=ctx.args.values, only=ctx.args.only or None, say=ctx.say, progress=ctx.progress)
        rows = {one.name: one.rows for one in read_index(folder).lists}
        return Outcome(fresh, _("{rows} rows of {lists} lists").format(rows=sum(rows.values()), lists=len(rows)),
                       {"folder": str(folder), "rows": rows})

    def verify(self, ctx: StepContext[RecordsArgs]) -> list[Finding]:
        from migrator.records.check import faults

        wrong = faults(_folder(ctx))
        return [blocks("records.unreadable", line, _("export them again")) for line in wrong] or [
            informs("records.readable", _("all of it can be read back: {folder}").format(folder=_folder(ctx)))]


def _folder(ctx: StepContext[RecordsArgs]) -> Path:
    return ctx.vault / "records" / f"{ctx.site.name}.{ctx.run}.{ctx.step}"
