"""Checks of a host's own things: a command's end, a file's content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.checks.model import File, Run
from migrator.checks.result import CheckResult, wrong_text
from migrator.checks.saved import keep, unlike_saved
from migrator.commands.files import checksum
from migrator.commands.shell import words
from migrator.errors import MigratorError
from migrator.text import _
from migrator.transport.base import Transport


def check_command(name: str, run: Run, host: Transport, saved: Mapping[str, Any] | None) -> CheckResult:
    """Runs a command that only looks; `saved` is what the step that `equals_saved` names has kept, None for nothing."""
    try:
        result = host.read(words(*run.argv).as_user(run.user), timeout=run.max_seconds, check=False)
    except MigratorError as error:
        return CheckResult(name, str(error))
    wrong = list(wrong_text(result.text, run.expect.contains, run.expect.not_contains))
    if result.exit_code != run.expect.exit:
        wrong.insert(0, _("the exit code is {code}, expected was {expected}: {tail}").format(
            code=result.exit_code, expected=run.expect.exit, tail=result.tail))
    kept = keep([[line] for line in result.text.splitlines()]) if run.save or run.equals_saved else {}
    if differs := unlike_saved(kept, run.equals_saved, saved):
        wrong.append(differs)
    evidence = {"exit": result.exit_code, "seconds": round(result.seconds, 3), **kept}
    return CheckResult(name, "; ".join(wrong), evidence, kept if run.save else None)


def check_file(name: str, file: File, host: Transport) -> CheckResult:
    """Looks at a file; a sum is made on the host, so that large files stay there."""
    try:
        wrong = list(_wrong(file, host))
    except MigratorError as error:
        return CheckResult(name, str(error))
    return CheckResult(name, "; ".join(wrong), {"path": file.path})


def _wrong(file: File, host: Transport) -> Iterator[str]:
    there = host.stat(file.path) is not None
    if there != file.exists:
        yield _("{path} is there").format(path=file.path) if there else _("{path} is not there").format(path=file.path)
        return
    if file.sha256:
        found = host.read(checksum(host.expand(file.path)), timeout=3600).text.split()[0]
        if found != file.sha256:
            yield _("{path} has the SHA-256 {found}").format(path=file.path, found=found)
    if file.contains:
        yield from wrong_text(host.read_file(file.path).decode("utf-8", "replace"), file.contains)
