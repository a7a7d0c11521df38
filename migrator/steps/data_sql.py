"""data.sql: run a reviewed SQL file between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from migrator import hands
from migrator.database.marked import MarkedSql, markers
from migrator.database.open import make_of
from migrator.database.statements import Statement, split
from migrator.errors import PlaybookError
from migrator.model.finding import Finding, blocks, informs, warns
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.playbook.inventory import Name
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class DataSqlArgs(Args):
    file: str = Field(description="SQL file of the playbook")
    undo: str | None = Field(None, description="SQL file that takes it back; left out: the restored backup does")
    database: Name = Field("main", description="which database of the environment; main stands for the only one")


@register
class DataSql(Step[DataSqlArgs]):
    """Runs the statements of a reviewed SQL file exactly once, and those of its undo file on the way back.

    PostgreSQL and SQLite run the whole file in one transaction, together with a marker row in the table
    `migrator_sql`, so that it has run or has not, whatever crashes when. MariaDB ends a transaction at every change
    of structure: there each such statement is marked by itself, and the undo file should hold one statement for each,
    in reverse order, so that a file that stopped half-way can be taken back. The table goes with the way back.
    Without an undo file the restored backup is the way back. A file of comments alone says that nothing is due.

        - id: sql-6.1
          data.sql:
            file: sql/6.1.sql
            undo: sql/6.1-undo.sql
    """

    kind = "data.sql"
    Args = DataSqlArgs
    touches = Touches.CHANGES
    scales_with_data = True
    files = ("file", "undo")

    def check(self, ctx: StepContext[DataSqlArgs]) -> list[Finding]:
        try:
            statements, way_back = _statements(ctx, ctx.args.file), _way_back(ctx)
        except PlaybookError as error:
            return [blocks("sql.unreadable", str(error), error.hint or "")]
        if not statements and not ctx.file(ctx.args.file).strip():
            return [blocks("sql.empty", _("{file} holds no statement").format(file=ctx.args.file))]
        halves = _make(ctx) == "mariadb" and any(statement.commits for statement in statements)
        if halves and way_back is not None and len(way_back) != len(statements):
            return [warns("sql.undo-uneven", _("{file} may stop half-way, and {undo} cannot take back a half").format(
                file=ctx.args.file, undo=ctx.args.undo),
                          _("write one undo statement for each statement, in reverse order"))]
        return []

    def plan(self, ctx: StepContext[DataSqlArgs]) -> list[Change]:
        where, statements = ctx.site.database_name(ctx.args.database), _statements(ctx, ctx.args.file)
        if not statements:
            return [Change(_("nothing is due"), where=where)]
        return [Change(_("SQL statement"), where=where, command=statement.text) for statement in statements]

    def apply(self, ctx: StepContext[DataSqlArgs]) -> Outcome:
        statements = _statements(ctx, ctx.args.file)
        changed = _marked(ctx).apply(statements)
        return Outcome(changed, _("{number} statements of {file}").format(number=len(statements), file=ctx.args.file),
                       facts={"statements": len(statements)})

    def verify(self, ctx: StepContext[DataSqlArgs]) -> list[Finding]:
        statements = _statements(ctx, ctx.args.file)
        applied = _marked(ctx).applied(statements)
        if applied != len(statements):
            return [blocks("sql.not-applied", _("{applied} of {all} statements of {file} took effect").format(
                applied=applied, all=len(statements), file=ctx.args.file))]
        return [informs("sql.applied", _("all {all} statements of {file} took effect").format(
            all=applied, file=ctx.args.file), statements=applied)]

    def undo(self, ctx: StepContext[DataSqlArgs], record: Mapping[str, Any]) -> Outcome:
        way_back = _way_back(ctx)
        if way_back is None:
            return Outcome(changed=False, summary=_("the restored backup takes it back"))
        changed = _marked(ctx).undo(_statements(ctx, ctx.args.file), way_back)
        return Outcome(changed, summary=_("{file} is taken back").format(file=ctx.args.file))

    def by_hand(self, ctx: StepContext[DataSqlArgs], record: Mapping[str, Any]) -> list[str]:
        if ctx.args.undo is None or not _statements(ctx, ctx.args.file):
            return []
        at, client = ctx.site.database_entry(ctx.args.database).at, hands.client(ctx.site, ctx.args.database)
        look, forget = markers(ctx.run, ctx.step)
        return [_("{line}  # says 0, or knows no such table: leave out the next two").format(
                    line=hands.on(at, client.sql(look))),
                hands.fed(ctx.site, at, ctx.folder / ctx.args.undo, client.sql()), hands.on(at, client.sql(forget))]

    def tidy(self, ctx: StepContext[DataSqlArgs]) -> None:
        _marked(ctx).forget()


def _marked(ctx: StepContext[DataSqlArgs]) -> MarkedSql:
    return MarkedSql(ctx.site.database(ctx.args.database), ctx.run, ctx.step)


def _make(ctx: StepContext[DataSqlArgs]) -> str:
    return make_of(ctx.site.database_entry(ctx.args.database).url)


def _statements(ctx: StepContext[DataSqlArgs], file: str) -> list[Statement]:
    return split(ctx.file(file).decode("utf-8-sig"), _make(ctx), file)


def _way_back(ctx: StepContext[DataSqlArgs]) -> list[Statement] | None:
    return _statements(ctx, ctx.args.undo) if ctx.args.undo else None
