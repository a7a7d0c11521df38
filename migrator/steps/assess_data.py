"""assess.data: count and check what a system holds."""

from __future__ import annotations

from pydantic import Field

from migrator.assess.data import inventory, soundness
from migrator.attachments import cross_check, lying, named
from migrator.model.finding import Finding
from migrator.model.outcome import Outcome
from migrator.model.states import Touches, WayBack
from migrator.playbook.inventory import Name, Strict
from migrator.step import Args, Step, StepContext, register
from migrator.text import _
from migrator.units import show_size


class Attachments(Strict):
    tree: Name
    sql: str = Field(description="query for path (relative to the tree), and if known size and SHA-256 of each file")
    strict: bool = Field(False, description="lost and damaged attachments forbid to go on, instead of a warning")


class AssessDataArgs(Args):
    database: Name = Field("main", description="which database of the environment; main stands for the only one")
    integrity: bool = Field(True, description="let the database check itself and its foreign keys; reads everything")
    attachments: list[Attachments] = Field(
        default_factory=list, description="queries that name files, with the trees in which these must be")


@register
class AssessData(Step[AssessDataArgs]):
    """Takes stock of a database and its attachments: tables, rows, bytes, digests, integrity, and every file both ways.

    All tables are counted and digested in the server, in one consistent snapshot. The database checks its own pages,
    indexes and foreign keys. For attachments the playbook says which query names the files; what is named but not
    there, there but not named, of another size or content, or spelled in other letters is listed.

        - id: stock
          assess.data:
            database: main
            attachments:
              - tree: files
                sql: "select path, size from attachment"
    """

    kind = "assess.data"
    Args = AssessDataArgs
    touches = Touches.NOTHING
    scales_with_data = True
    way_back = WayBack.NONE

    def apply(self, ctx: StepContext[AssessDataArgs]) -> Outcome:
        facts = inventory(ctx.site.database(ctx.args.database))
        summary = _("{tables} tables, {rows} rows, {size}").format(
            tables=len(facts["tables"]), rows=facts["rows"], size=show_size(facts["bytes"]))
        by_database = {ctx.site.database_name(ctx.args.database): facts["tables"]}
        return Outcome(changed=False, summary=summary, facts={**facts, "tables": by_database})

    def verify(self, ctx: StepContext[AssessDataArgs]) -> list[Finding]:
        found = [soundness(ctx.site.database(ctx.args.database))] if ctx.args.integrity else []
        return found + [finding for attachments in ctx.args.attachments for finding in _both_ways(ctx, attachments)]


def _both_ways(ctx: StepContext[AssessDataArgs], attachments: Attachments) -> list[Finding]:
    tree = ctx.site.tree(attachments.tree)
    said = named(ctx.site.database(ctx.args.database), attachments.sql)
    there = lying(ctx.site.host(tree.at), tree.path, tree.exclude, user=tree.owner, hashed=bool(said.hashes),
                  timeout=ctx.remaining())
    return cross_check(attachments.tree, said, there, strict=attachments.strict)
