"""The step: one act with a way back. This file is the contract between the engine and the step kinds."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from migrator.commands.shell import Command
from migrator.errors import WrongUse
from migrator.model.finding import Finding
from migrator.model.outcome import Change, Outcome
from migrator.model.proof import Proof
from migrator.model.states import AfterCrash, Touches, WayBack
from migrator.model.version import Hop
from migrator.playbook.inventory import Strict
from migrator.site import Opener, Site
from migrator.text import _
from migrator.transport.asked import Known, Question
from migrator.transport.base import OnLine, Transport
from migrator.transport.jobs import JobResult


class Args(Strict):
    """The arguments of a step kind; unknown keys are errors."""


A = TypeVar("A", bound=Args)


class JobRunner(Protocol):
    """Runs a command as a detached job on a host, exactly once per run, step, target, attempt and label."""

    def __call__(self, host: str, label: str, command: Command, *, stdin: bytes, timeout: float | None,
                 on_line: OnLine | None) -> JobResult: ...


@dataclass
class StepContext(Generic[A]):
    """What a step may know and use. In check, plan, before and verify `site` and `elsewhere` only read."""

    run: str
    step: str
    stage: str
    target: str
    """The host of this attempt, `-` when the step acts on the environment as a whole."""
    args: A
    hop: Hop | None
    path: tuple[str, ...]
    site: Site
    elsewhere: Opener
    """Another environment of the playbook, by alias, always read-only: `ctx.elsewhere("live")`."""
    folder: Path
    """The run's frozen copy of the playbook folder; `packages/` lies beside it under the same name."""
    vault: Path
    """Folder of this machine that keeps backup sets."""
    work: Path
    """Folder of this machine for what the run leaves behind: reports, scratch."""
    facts: Mapping[str, Mapping[str, Any]]
    """Facts of steps that have passed, by `step` or `stage.step` (of the newest run with the same digest)."""
    remaining: Callable[[], float]
    """Seconds that this attempt may still take."""
    progress: Callable[[float, float | None, str], None]
    """Tell how far it is: done, total (None unknown), unit."""
    say: OnLine
    """Tell a line to whoever watches."""
    run_job: JobRunner
    ahead: bool = False
    """True in the checks before the first step acts: what an earlier step will make is reported `later`."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """What `before` wrote, from apply on."""
    known: Known = field(default_factory=dict)
    """What hosts have said just now, when they were asked for the step."""
    journal: Callable[[], dict[str, Any]] = dict
    """Everything the journal knows of this run so far, for reports."""

    @property
    def host(self) -> Transport:
        """The transport to this attempt's host."""
        return self.site.host(self.target)

    @property
    def seen(self) -> Site:
        """The site for looking only, as the reading phases have just seen it: for apply too, until it acts.

        An apply that is taken up after a crash sees what is there by then.
        """
        return self.site.reading(self.known)

    def job(self, command: Command, *, on: str | None = None, label: str = "main", stdin: bytes = b"",
            timeout: float | None = None) -> JobResult:
        """Run a changing command as a detached job; re-attaches to it after a crash instead of starting it twice.

        Raises CommandFailed (with the tail of its output), TimedOut, OutcomeUnknown.
        """
        return self.run_job(on or self.target, label, command, stdin=stdin, timeout=timeout, on_line=self.say)

    def file(self, name: str) -> bytes:
        """The content of a file of the playbook folder, as frozen when the run was made."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise WrongUse(_("{name} is no file of the playbook").format(name=name), where=str(self.folder))
        return path.read_bytes()


@dataclass(frozen=True)
class Probes:
    """What a step will ask hosts in its reading phases, as data, so that all of it goes to a host in one script.

    A promise of speed and not of content: what is asked and not named here is asked alone.
    """

    check: Sequence[Question] = ()
    before: Sequence[Question] = ()
    """Of `plan` and `before`, which follow on `check` when the step's turn has come."""
    verify: Sequence[Question] = ()


class Step(ABC, Generic[A]):
    """One act with a way back. The docstring of a kind is its manual page: promise, then one YAML example."""

    kind: ClassVar[str]
    Args: ClassVar[type[Args]]
    touches: ClassVar[Touches]
    after_crash: ClassVar[AfterCrash] = AfterCrash.AGAIN
    way_back: ClassVar[WayBack] = WayBack.UNDO
    skippable: ClassVar[bool] = False
    per_host: ClassVar[bool] = False
    """Whether the kind acts on hosts (`at:` is needed, or the environment has one host) rather than on the whole."""
    proves: ClassVar[Proof | None] = None
    """What a gate takes from a success of this kind; facts of a proven backup are `level` and the moment `taken`."""
    files: ClassVar[tuple[str, ...]] = ()
    """Arguments that name files of the playbook; they must exist and are part of the digest."""
    suites: ClassVar[tuple[str, ...]] = ()
    """Those of `files` that hold checks; they are read when the playbook is checked."""
    at_most_once: ClassVar[bool] = False
    """Whether the effect leaves our reach (a mail), so that a repeat must be told by its delivery id."""
    scales_with_data: ClassVar[bool] = False
    """Whether it takes the longer the more data there is, so that what a rehearsal measured is scaled."""
    weighs_data: ClassVar[bool] = False
    """Whether its fact `data` says how many bytes each database and file tree of the environment holds."""
    in_window: ClassVar[bool] = True
    """Whether the kind is work of the maintenance window; False of what watches the system when users are back."""

    def probes(self, ctx: StepContext[A]) -> Probes:
        """What the reading phases will ask hosts. Looks at nothing but the context."""
        return Probes()

    def check(self, ctx: StepContext[A]) -> list[Finding]:
        """Could this work here, now? Read-only."""
        return []

    def plan(self, ctx: StepContext[A]) -> list[Change]:
        """What will change, with the commands; same answer for same facts. Read-only."""
        return []

    def before(self, ctx: StepContext[A]) -> dict[str, Any]:
        """What undo will need: small, JSON, journaled before apply and never overwritten. Read-only."""
        return {}

    @abstractmethod
    def apply(self, ctx: StepContext[A]) -> Outcome:
        """Do it; may be called again after a crash and must then converge."""

    def verify(self, ctx: StepContext[A]) -> list[Finding]:
        """Did it take effect? No finding at all means "not proven". Read-only."""
        return []

    def undo(self, ctx: StepContext[A], record: Mapping[str, Any]) -> Outcome:
        """Bring back what `before` recorded; safe if apply never began or stopped half-way."""
        return Outcome(changed=False)

    def by_hand(self, ctx: StepContext[A], record: Mapping[str, Any]) -> list[str]:
        """What a person types, on which host, to do what undo would do: one line each, in order (`migrator.hands`).

        Asked when undo has failed or its host is gone, so nothing may be reached: only arguments, inventory and record
        count, and the vault and the run's folder on this machine. No line when nobody can know, or nothing is to do.
        """
        return []

    def tidy(self, ctx: StepContext[A]) -> None:
        """Remove what was left on the target only for the way back: it was walked, or it is closed. Safe to repeat."""


KINDS: dict[str, type[Step[Any]]] = {}

S = TypeVar("S", bound=type[Step[Any]])


def register(cls: S) -> S:
    """Make a step kind known under its `kind`; raises ValueError when another class has it."""
    if KINDS.setdefault(cls.kind, cls) is not cls:
        raise ValueError(f"two step kinds are named {cls.kind}")
    return cls


@cache
def kinds() -> Mapping[str, type[Step[Any]]]:
    """Every step kind: those of `migrator.steps` and of the entry points `migrator.steps`, by name."""
    for module in _modules():
        importlib.import_module(module)
    for entry in entry_points(group="migrator.steps"):
        entry.load()
    return dict(sorted(KINDS.items()))


def changes(kind: str) -> bool:
    """Whether a step kind changes what is there; one that is not installed may do so."""
    return kind not in kinds() or kinds()[kind].touches is Touches.CHANGES


def _modules() -> Iterator[str]:
    package = importlib.import_module("migrator.steps")
    return (f"migrator.steps.{m.name}" for m in pkgutil.iter_modules(package.__path__))
