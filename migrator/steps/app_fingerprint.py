"""app.fingerprint: prove which version is installed."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from migrator.assess.fingerprint import judge
from migrator.assess.known import kept, read_known
from migrator.assess.label import Label, read_label
from migrator.assess.verdict import Verdict, findings
from migrator.commands.shell import words
from migrator.database.base import Schema
from migrator.errors import PlaybookError
from migrator.model.finding import Finding, blocks
from migrator.model.outcome import Outcome
from migrator.model.states import Touches, WayBack
from migrator.playbook.inventory import Name
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.transport.asked import Question


class AppFingerprintArgs(Args):
    known: str = Field("fingerprints.yaml", description="file of the playbook that says how each version looks")
    database: Name = Field("main", description="which database of the environment; main stands for the only one")
    label: Label | None = Field(None, description="where the system says its version: sql, file or command")
    structures: list[str] = Field(default_factory=list, description="files of the playbook that keep whole structures")
    on: Name | None = Field(None, description="role or host of the label's file or command; else the database's host")
    expect: str | None = Field(None, description="the version that it must be, usually ${hop.from} or ${path.from}")


@register
class AppFingerprint(Step[AppFingerprintArgs]):
    """Finds out which version is installed from the real structure of its database, and compares the label with it.

    The file `fingerprints.yaml` says how each version looks: exact fingerprints per make of database, and markers
    (tables and columns that a version must have or must not have) that still hold when a site has added tables and
    columns of its own. An exact match is proof; markers alone are reported as customised, with the differences where
    a file keeps the version's structure. A label that lies, a half upgraded database, and another version than the
    expected one stop the run.

        - id: which-version
          app.fingerprint:
            known: fingerprints.yaml
            label: {sql: "select value from setting where name = 'version'"}
            expect: "${path.from}"
    """

    kind = "app.fingerprint"
    Args = AppFingerprintArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    files = ("known", "structures")

    def probes(self, ctx: StepContext[AppFingerprintArgs]) -> Probes:
        command = ctx.args.label and ctx.args.label.command
        return Probes(verify=[Question(_at(ctx), words(*command))] if command else [])

    def check(self, ctx: StepContext[AppFingerprintArgs]) -> list[Finding]:
        try:
            read_known(ctx.file(ctx.args.known), ctx.args.known)
            _kept(ctx, "sqlite")
        except PlaybookError as error:
            return [blocks("fingerprint.file-wrong", str(error), error.hint or "")]
        return []

    def apply(self, ctx: StepContext[AppFingerprintArgs]) -> Outcome:
        verdict = _verdict(ctx)
        facts = {**asdict(verdict), "differences": list(verdict.differences), "between": list(verdict.between)}
        return Outcome(changed=False, summary=findings(verdict)[0].message, facts=facts)

    def verify(self, ctx: StepContext[AppFingerprintArgs]) -> list[Finding]:
        return findings(_verdict(ctx), ctx.args.expect)


def _verdict(ctx: StepContext[AppFingerprintArgs]) -> Verdict:
    args = ctx.args
    database = ctx.site.database(args.database)
    known = read_known(ctx.file(args.known), args.known)
    label = None
    if args.label:
        label = read_label(args.label, database, ctx.site.host(_at(ctx)), timeout=ctx.remaining())
    return judge(known, database.make, database.schema(), label, _kept(ctx, database.make))


def _at(ctx: StepContext[AppFingerprintArgs]) -> str:
    """The host of the label's file or command."""
    return ctx.site.hosts(ctx.args.on)[0] if ctx.args.on else ctx.site.database_entry(ctx.args.database).at


def _kept(ctx: StepContext[AppFingerprintArgs], make: str) -> dict[str, Schema]:
    return kept({name: ctx.file(name) for name in ctx.args.structures}, make)
