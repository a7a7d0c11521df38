"""A command that a playbook gives: with its variables, in its folder, as its user, and what it said in the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from migrator.commands.shell import Command


class Surroundings(Protocol):
    """How a playbook wants its commands to run; an argument of a step kind has all of it."""

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def folder(self) -> str | None: ...

    @property
    def user(self) -> str | None: ...


def within(surroundings: Surroundings, command: Command) -> Command:
    """The command with the variables, in the folder, as the user."""
    command = command.with_environment(surroundings.environment)
    return (command.inside(surroundings.folder) if surroundings.folder else command).as_user(surroundings.user)


def last_line(output: str) -> str:
    """The last line that is not blank, at most 200 characters of it; empty when there is none."""
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
