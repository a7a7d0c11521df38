"""check.suite: prove that the system works as it should."""

from __future__ import annotations

from pydantic import Field

from migrator.checks.suite_file import SuiteFile
from migrator.model.finding import Finding
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches, WayBack
from migrator.playbook.lookups import scope
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class CheckSuiteArgs(Args):
    file: str = Field(description="file of the playbook with the checks")


@register
class CheckSuite(Step[CheckSuiteArgs]):
    """Runs the checks of a file: web requests, SQL, commands and files; one that fails stops the run.

    Web requests start at the host, so a service on its loopback is reached; a list of them is one user's session with
    cookies, forms and picked tokens, and proves that somebody can log in, may do what is allowed, and may not do what
    is not. SQL checks can `save` their rows and commands their lines, and a later suite can demand the same with
    `equals_saved: STAGE.STEP`. What a check says under `advice` is told when it fails.

        - id: works
          check.suite: {file: checks/works.yaml}

    The file::

        checks:
          - name: front page
            within: 60s
            http: {url: "${env.values.url}", expect: {contains: Projects}}
          - name: all projects are there
            sql: {query: "select count(*) from project", equals_saved: prepare.counted}
    """

    kind = "check.suite"
    Args = CheckSuiteArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    files = ("file",)
    suites = ("file",)

    def check(self, ctx: StepContext[CheckSuiteArgs]) -> list[Finding]:
        return _suite(ctx).impossible(ctx.site)

    def plan(self, ctx: StepContext[CheckSuiteArgs]) -> list[Change]:
        return []

    def apply(self, ctx: StepContext[CheckSuiteArgs]) -> Outcome:
        suite = _suite(ctx)
        return Outcome(changed=False, summary=_("{count} checks").format(count=len(suite.read().checks)),
                       facts={"saved": suite.saved(ctx.site)})

    def verify(self, ctx: StepContext[CheckSuiteArgs]) -> list[Finding]:
        return _suite(ctx).judge(ctx.site, ctx.facts)


def _suite(ctx: StepContext[CheckSuiteArgs]) -> SuiteFile:
    known = scope(path=ctx.path, hop=ctx.hop, name=ctx.site.name, environment=ctx.site.environment, run=ctx.run)
    return SuiteFile(ctx.file(ctx.args.file), ctx.args.file, known)
