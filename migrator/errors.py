"""Every error says what happened, where we are, and what to do next; each family has a fixed exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code tells; codes not listed here mean failure."""

    DONE = 0
    UNEXPECTED = 1
    WRONG_USE = 2
    FINDINGS_BLOCK = 10
    LOCKED = 11
    APPROVAL_MISSING = 12
    HOST_KEY = 13
    STOPPED = 20
    BROUGHT_BACK = 21
    HANDS_NEEDED = 22
    OUT_OF_TIME = 23
    WAITING = 24
    CANCELLED = 130


@dataclass(frozen=True)
class Position:
    """A place in a file; line and column count from 1. `place` says it in keys: `stages.trial.steps[2]`."""

    file: str
    line: int
    column: int
    place: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" + (f" {self.place}" if self.place else "")


class MigratorError(Exception):
    """An error meant for the user: shown as sentences, never as a traceback.

    `where` is a position in a file, a host, or host and command; `hint` is what to do next.
    """

    code: Exit = Exit.UNEXPECTED

    def __init__(self, message: str, *, where: Position | str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class WrongUse(MigratorError):
    """The command was typed wrongly, or names something that does not exist."""

    code = Exit.WRONG_USE


class FileRefused(WrongUse):
    """This machine refuses a file or folder that is needed or was named; `where` is its path."""


class PlaybookError(WrongUse):
    """A playbook, inventory, versions or checks file is wrong; `where` is its position."""


class PlaybookErrors(PlaybookError):
    """Several such errors, all told at once; `errors` holds them in the order of the file."""

    def __init__(self, errors: Sequence[PlaybookError]) -> None:
        super().__init__("\n".join(str(e) for e in errors), hint=next((e.hint for e in errors if e.hint), None))
        self.errors = list(errors)


class FindingsBlock(MigratorError):
    """A check found something that forbids to go on."""

    code = Exit.FINDINGS_BLOCK


class Locked(MigratorError):
    """Another run holds the environment."""

    code = Exit.LOCKED


class Fenced(Locked):
    """Another process has taken the run over meanwhile, so this one must not act in it any more."""


class ApprovalMissing(MigratorError):
    """An approval is missing, expired, or was given for another plan."""

    code = Exit.APPROVAL_MISSING


class HostKeyUnknown(MigratorError):
    """The host's key is not recorded, so nobody knows who answers."""

    code = Exit.HOST_KEY


class HostKeyChanged(HostKeyUnknown):
    """The host answers with another key than the recorded one, or with a revoked one."""


class HostError(MigratorError):
    """Something on a target host failed; `where` names the host."""

    code = Exit.STOPPED


class Unreachable(HostError):
    """The host could not be reached, or stopped answering."""


class HostAway(Unreachable):
    """The host went away while a job worked on it, or may have: the job is found again when the host is back."""


class LoginRefused(HostError):
    """The host answered but refused the user, the key or the password (ssh, sudo or database)."""


class CommandFailed(HostError):
    """A command ended with another exit code than 0; carries the code and the tail of its output."""

    def __init__(self, message: str, *, exit_code: int, output: str = "", where: str | None = None,
                 hint: str | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.exit_code = exit_code
        self.output = output


class TimedOut(HostError):
    """A command did not end within its time limit and was stopped."""


class OutcomeUnknown(HostError):
    """A command began on the host and nobody can say whether it ended; the system must be asked."""


class ReadOnly(MigratorError):
    """Somebody tried to change a target in check, plan, before or verify: a fault in a step kind."""


class DatabaseError(MigratorError):
    """A database refused or could not do what was asked; `where` names it."""

    code = Exit.STOPPED


class NoSpace(HostError):
    """There is not enough free space; nothing was written."""


class PackageWrong(MigratorError):
    """A package is missing or its checksum is not the expected one."""

    code = Exit.FINDINGS_BLOCK


class JournalError(MigratorError):
    """The journal cannot be read or written, or comes from a newer version."""

    code = Exit.STOPPED
