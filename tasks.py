"""All that can be typed with `inv` in this folder: the commands of migrator, and those of its developers."""

from __future__ import annotations

from invoke import Context, Exit, task

from fixtures.development import suite
from migrator.tasks import namespace


@task(positional=[], auto_shortflags=False, help={
    "fast": "leave out the tests that need containers",
    "k": "only tests whose names match, as pytest's -k",
    "coverage": "measure which lines ran; a whole run fails under 85 percent",
})
def test(context: Context, fast: bool = False, k: str | None = None, coverage: bool = True) -> None:
    """Run the tests: quick ones first, those that need containers last."""
    raise Exit(code=suite.run_tests(fast=fast, k=k, coverage=coverage))


@task(positional=[], auto_shortflags=False)
def docs(context: Context) -> None:
    """Write the pages of docs/ that are made from the code: step kinds and commands."""
    raise Exit(code=suite.write_pages())


namespace.add_task(test)
namespace.add_task(docs)
