"""Masking: draft rules from a database, and see whether rules fit it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import Exit, WrongUse
from migrator.tasks.command import Call, command, needed
from migrator.text import _

if TYPE_CHECKING:
    from migrator.mask.rules import Rules

ENV = "environment of the inventory; it is only read"
DATABASE = "which database of the environment (default: the only one)"


@command(env=ENV, database=DATABASE, write="file to write; shown if left out")
def suggest(call: Call, env: str | None = None, database: str = "main", write: str | None = None) -> int | None:
    """Draft masking rules: which columns look personal, by their names and by what stands in them, and why."""
    from dataclasses import asdict

    from migrator.mask.draft import draft
    from migrator.mask.suggest import suggest as suggestions_of

    needed({"env": env})
    found = suggestions_of(call.app.site(str(env)).reading().database(database))
    if write and Path(write).exists():
        raise WrongUse(_("the file is there already"), where=write, hint=_("name another, or remove it"))
    if write:
        Path(write).write_text(draft(found), encoding="utf-8")
    shown = _("{count} columns are written to {file}; next: inv mask.check --env {env} --rules {file}").format(
        count=len(found), file=write, env=env)
    call.show(shown if write else draft(found), {"event": "suggested", "columns": [asdict(each) for each in found]})
    return None


@command(env=ENV, database=DATABASE, rules="the rules file (default: masking.yaml of the environment's product)")
def check(call: Call, env: str | None = None, database: str = "main", rules: str | None = None) -> int | None:
    """See whether masking rules fit a database: columns nobody listed, kinds that do not fit; exit code 10 then."""
    from migrator.mask.check import check as checked
    from migrator.model.finding import blocking
    from migrator.model.labels import sign

    needed({"env": env})
    found = checked(call.app.site(str(env)).reading().database(database), _rules(call, str(env), rules))
    lines = [f"{sign(finding.severity)} {finding.message}" + (f"\n    {finding.advice}" if finding.advice else "")
             for finding in found]
    call.show("\n".join(lines), {"event": "checked", "findings": [finding.as_json() for finding in found]})
    return Exit.FINDINGS_BLOCK if blocking(found) else None


def _rules(call: Call, env: str, rules: str | None) -> Rules:
    from migrator.mask.rules import Rules

    return Rules.load(Path(rules) if rules else call.app.product_file(env, "masking.yaml"))
