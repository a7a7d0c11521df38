"""How a database's own client programs are told where to go and as whom, the password apart from all that."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.commands.shell import Command


@dataclass(frozen=True)
class Login:
    """A database server as its host sees it; the password is never part of this."""

    address: str
    port: int
    user: str


def password_first(variable: str, command: Command) -> Command:
    """The same command, which takes its password from the first line of its input.

    The line goes into the environment variable of the program alone: it is in no argument that `ps` shows and in
    no file. `read` takes one line and not a byte more, so the program finds the rest of the input untouched.
    """
    return Command(f"IFS= read -r {variable} && export {variable} && exec {command.text}", command.user)
