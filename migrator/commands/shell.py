"""A shell command as data, made only by quoting words and joining commands."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Command:
    """POSIX shell text that `sh -c` will run, and the user to run it as (None: the login user).

    Never made from formatted text: use `words` and the joiners of this module.
    """

    text: str
    user: str | None = None
    apart: bool = field(default=False, compare=False, repr=False)
    """It is a shell of its own already, which needs no other one around it."""

    def __str__(self) -> str:
        return f"sudo -u {self.user} {self.text}" if self.user else self.text

    def as_user(self, user: str | None) -> Command:
        """The same command run as another user of the host."""
        return replace(self, user=user)

    def inside(self, folder: str) -> Command:
        """The same command started in a folder; fails when the folder is missing."""
        return replace(self, text=f"cd {shlex.quote(folder)} && {self.text}", apart=False)

    def with_environment(self, variables: Mapping[str, str]) -> Command:
        """The same command with variables set for it alone; values are visible on the host, so no secrets."""
        if not variables:
            return self
        pairs = [shlex.quote(f"{name}={value}") for name, value in variables.items()]
        return replace(self, text=f"env {' '.join(pairs)} sh -c {shlex.quote(self.text)}", apart=False)

    def into(self, path: str) -> Command:
        """The same command with its output written to a file."""
        return replace(self, text=f"{{ {self.text}\n}} > {shlex.quote(path)}", apart=False)


def words(*argv: str) -> Command:
    """A program and its arguments, each quoted."""
    return Command(shlex.join(argv))


def script(text: str, *arguments: str) -> Command:
    """A POSIX script taken as it is; `arguments` become $1, $2 ... so that no value is ever put into its text."""
    return Command(shlex.join(["sh", "-c", text, "sh", *arguments]), apart=True)


def chain(*commands: Command) -> Command:
    """All commands in order, stopping at the first that fails."""
    return Command(" && ".join(_group(c) for c in commands), _one_user(commands))


def pipe(*commands: Command) -> Command:
    """Each command's output into the next one; any failure fails the whole, also in shells without pipefail."""
    first, *rest = commands
    if not rest:
        return first
    # POSIX sh has no pipefail: the left side's exit code travels by file descriptor 3 around the right side.
    right = pipe(*rest)
    text = (f"{{ status=$({{ {{ {_group(first)}; echo $? >&3; }} | {_group(right)} >&4; }} 3>&1) "
            f"&& [ \"$status\" = 0 ]; }} 4>&1")
    return Command(text, _one_user(commands))


def _group(command: Command) -> str:
    return f"{{ {command.text}\n}}"


def _one_user(commands: tuple[Command, ...]) -> str | None:
    users = {c.user for c in commands}
    if len(users) > 1:
        raise ValueError("commands joined in one shell must run as one user")
    return users.pop()
