"""data.copy: fill this environment's tables from another one's, by a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator import hands
from migrator.mapped import FILES, MappedArgs, endpoint, met, met_or_why
from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.step import Step, StepContext, register
from migrator.text import _


@register
class DataCopy(Step[MappedArgs]):
    """Fills the empty tables of this environment's database from another environment's, as a mapping file says.

    Before anything is written every old row is counted: what cannot be said on the new side stops the run, what does
    not survive the way there and back is kept in pair memory. Rows go over inside the server or as bytes between
    servers, in chunks that commit together with a ledger, so that a copy that was cut off goes on where it stopped.
    The way back empties those tables again.

        - id: copy
          data.copy: {mapping: mapping/6.1-7.0.yaml, from: live}
    """

    kind = "data.copy"
    Args = MappedArgs
    touches = Touches.CHANGES
    scales_with_data = True
    files = FILES

    def check(self, ctx: StepContext[MappedArgs]) -> list[Finding]:
        from migrator.lens.census.take import take

        found = met_or_why(ctx)
        if isinstance(found, Finding):
            return [found]
        lens, meeting = found
        if (meeting.old.url, meeting.old.namespace) == (meeting.new.url, meeting.new.namespace):
            return [blocks("copy.itself", _("a database cannot be copied into itself"),
                           _("name the environment that holds the old data under from"))]
        return [later("copy.later", finding.message) if ctx.ahead and finding.code == "not-empty" else finding.told
                for finding in take(lens, meeting).findings]

    def plan(self, ctx: StepContext[MappedArgs]) -> list[Change]:
        from migrator.lens.copy.unit import Unit

        found = met_or_why(ctx)
        if isinstance(found, Finding):
            return [Change(_("copied from {live}").format(live=ctx.args.from_), where=name)
                    for name in ctx.args.mappings]
        lens, meeting = found
        units = [Unit(lens, meeting, place, 0) for place in range(len(lens.pairs))]
        return [Change(_("{rows} rows copied from {live}").format(rows=unit.count(), live=ctx.args.from_),
                       where=", ".join(table.name for table in unit.tables), before=_("empty")) for unit in units]

    def before(self, ctx: StepContext[MappedArgs]) -> dict[str, Any]:
        from migrator.lens.copy.take_back import Footprint

        return Footprint.of(*met(ctx)).as_json()

    def apply(self, ctx: StepContext[MappedArgs]) -> Outcome:
        from migrator.lens.copy.copy import forward

        lens, meeting = met(ctx)
        copied = forward(lens, meeting, progress=lambda done, total, unit, _of: ctx.progress(done, total, unit))
        return Outcome(not copied.already, _("{rows} rows of {pairs} pairs copied").format(
            rows=copied.rows, pairs=len(copied.pairs)), copied.as_json())

    def verify(self, ctx: StepContext[MappedArgs]) -> list[Finding]:
        from migrator.lens.copy.arrival import arrivals

        found = arrivals(*met(ctx))
        if found is None:
            return [blocks("copy.unfinished", _("the copy has not ended"))]
        wrong = [blocks("copy.rows", _("{pair}: {there} rows are there, {brought} were brought").format(
            pair=one.pair, there=one.there, brought=one.brought), there=one.there, brought=one.brought)
            for one in found if one.there != one.brought]
        return wrong or [informs("copy.arrived", _("all {rows} rows have arrived").format(
            rows=sum(one.there for one in found)), pairs={one.pair: one.there for one in found})]

    def undo(self, ctx: StepContext[MappedArgs], record: Mapping[str, Any]) -> Outcome:
        from migrator.lens.copy.take_back import Footprint, take_back

        if not record:  # the copy never began
            return Outcome(changed=False)
        rows = take_back(endpoint(ctx.site, ctx.args.database), Footprint.from_json(record))
        return Outcome(bool(rows), _("{rows} rows removed").format(rows=rows), {"removed": rows})

    def by_hand(self, ctx: StepContext[MappedArgs], record: Mapping[str, Any]) -> list[str]:
        at, client = ctx.site.database_entry(ctx.args.database).at, hands.client(ctx.site, ctx.args.database)
        return [hands.on(at, client.sql(statement)) for statement in record.get("statements", ())]

    def tidy(self, ctx: StepContext[MappedArgs]) -> None:
        from migrator.lens.copy.take_back import Footprint, clear

        if ctx.record:
            clear(endpoint(ctx.site, ctx.args.database), Footprint.from_json(ctx.record))
