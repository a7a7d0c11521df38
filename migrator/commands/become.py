"""Run a command as another user of the host."""

from __future__ import annotations

from migrator.commands.resource import packaged
from migrator.commands.shell import Command, script


def announced(command: Command, mark: str) -> Command:
    """The command as its user, announced on standard error: `MARK PROCESS` in a line of its own when it begins.

    Where sudo wants a password it asks with the prompt `P` + mark; the password is read from standard input.
    """
    if command.user is None:
        return script('printf "%s %s\\n" "$1" "$$" >&2; exec sh -c "$2"', mark, command.text)
    return packaged("become", arguments=(mark, command.user, command.text, "-S"))


def unasked(command: Command) -> Command:
    """The command as its user, failing where sudo wants a password."""
    return packaged("become", arguments=("", command.user or "", command.text, "-n"))


def stop_group(leader: int) -> Command:
    """Stop a process group, gently and after a second for good."""
    return script('kill -s TERM -- "-$1" && sleep 1 && kill -s KILL -- "-$1"', str(leader))
