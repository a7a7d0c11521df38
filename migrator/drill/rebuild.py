"""Bring an application up from a set in a scratch environment, phase by phase, until its business checks pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from migrator.backup import watch
from migrator.backup.parts import part
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.set import BackupSet
from migrator.checks.result import CheckResult
from migrator.checks.run import run_suite
from migrator.checks.suite_file import SuiteFile
from migrator.clone.harmless import Harmless, Terms, make_harmless
from migrator.clone.neutral.model import Neutral
from migrator.clone.neutral.read import NEUTRALISE_FILE, load_neutral
from migrator.commands.shell import words
from migrator.drill.addresses import require_none_of_live
from migrator.drill.application import Application
from migrator.drill.errors import ChecksFailed
from migrator.drill.kept_release import KeptRelease
from migrator.drill.places import product_folder
from migrator.drill.stopwatch import Stopwatch
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine


@dataclass
class Rebuild:
    """One recovery of `live` as it was in the set `kept`, into `scratch`, which is borrowed and stands still.

    What the product's neutralise.yaml lists is made harmless before anything starts. `adapt` names files beside those
    of that list, as TREE/PATH, in which what speaks of the live system becomes the scratch's own. `switch` names
    services that let users in: they start when all else is proven. With a `release`, its program is laid out from the
    packages that were kept of it, and its tree is not taken from the set.
    """

    scratch: Site
    live: Site
    kept: BackupSet
    suites: Sequence[SuiteFile]
    stopwatch: Stopwatch
    adapt: Sequence[str] = ()
    switch: Sequence[str] = ()
    release: KeptRelease | None = None
    say: OnLine = watch.nobody
    progress: part.Progress = watch.still
    bytes: int = 0
    """What was brought back so far, not compressed."""
    checks: list[CheckResult] = field(default_factory=list)
    done: Harmless = field(default_factory=Harmless)
    notes: list[str] = field(default_factory=list)

    def run(self) -> None:
        """All phases from provision on. Raises ChecksFailed, and what restoring and starting raise."""
        with self.stopwatch.measured("provision"):
            self._provision()
        with self.stopwatch.measured("database"):
            self._restore(databases=None, trees=[])
        with self.stopwatch.measured("files"):
            self._restore(databases=[], trees=self.trees)
        with self.stopwatch.not_counted("neutralise"):
            self._make_harmless()
        with self.stopwatch.measured("start"):
            Application(self.scratch).start(name for name in self.scratch.environment.services
                                            if name not in self.switch)
        with self.stopwatch.measured("verify"):
            self._judge()
        if self.switch:
            with self.stopwatch.measured("switch"):
                Application(self.scratch).start(self.switch)

    @cached_property
    def neutral(self) -> Neutral | None:
        """The product's neutralise.yaml; raises PlaybookError for one that cannot be understood."""
        folder = product_folder(self.live)
        there = folder is not None and (folder / NEUTRALISE_FILE).is_file()
        return load_neutral(folder / NEUTRALISE_FILE) if folder and there else None

    @property
    def trees(self) -> list[str]:
        """Those that come from the set."""
        made = self.release.tree if self.release else None
        return [name for name in self.kept.manifest.trees if name != made]

    def _provision(self) -> None:
        for name in self.scratch.environment.hosts:
            self.scratch.host(name).read(words("true"))
            self.say(_("host {name} answers").format(name=name))
        if self.release:
            self.release.install(self.scratch, self.say, self.progress)

    def _restore(self, *, databases: list[str] | None, trees: list[str]) -> None:
        facts = restore_set(self.scratch, self.kept, databases=databases, trees=trees, say=self.say,
                            progress=self.progress)
        self.bytes += facts["bytes"]

    def _make_harmless(self) -> None:
        """What was restored must reach nobody when it starts: it holds the live system's addresses and keys."""
        self.done = make_harmless(self.scratch, self.live, Terms(self.adapt, neutral=self.neutral), say=self.say)
        require_none_of_live(self.scratch, self.live, self.neutral)
        if self.neutral is None:
            self.notes.append(_("no {file} of the product: what was started could reach others").format(
                file=NEUTRALISE_FILE))
            self.say(self.notes[-1])
        self.notes += [_("{name} was made harmless").format(name=name)
                       for name in self.done.neutralised.get("changed", ())]

    def _judge(self) -> None:
        for suite in self.suites:
            for result in run_suite(suite.read(), self.scratch, lambda _step, _name: None):
                self.say(f"{'✓' if result.passed else '✗'} {result.name}")
                self.checks.append(result)
        if failed := [result for result in self.checks if not result.passed]:
            raise ChecksFailed(_("{count} of {all} checks failed on what was restored: {first}").format(
                count=len(failed), all=len(self.checks), first=f"{failed[0].name}: {failed[0].why}"),
                where=self.scratch.name, hint=failed[0].advice or _("see the service's own log on the host"))

    def shown_checks(self) -> list[dict[str, Any]]:
        """How each check ended, as records keep it."""
        return [{"name": result.name, "passed": result.passed, "why": result.why} for result in self.checks]
