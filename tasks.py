"""All that can be typed with `inv` in this folder: the commands of migrator, and those of its developers."""

from __future__ import annotations

from pathlib import Path

from invoke import Context, Exit, task

from fixtures.development import suite
from fixtures.proofs.commands import proofs
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


@task(positional=[], auto_shortflags=False, help={
    "folder": "where everything is made (default: migrator-demo)",
    "lang": "language: en or zh (default: the environment's)",
    "fresh": "delete an earlier demonstration and start over",
})
def demo(context: Context, folder: str = "migrator-demo", lang: str | None = None, fresh: bool = False) -> None:
    """See it work: a real issue tracker is upgraded, and another one comes back from a failed upgrade."""
    from fixtures.demo import story
    from migrator import text

    raise Exit(code=story.run(Path(folder).absolute(), language=lang or text.language(), fresh=fresh))


namespace.add_task(test)
namespace.add_task(demo)
namespace.add_task(docs)
namespace.add_collection(proofs)
