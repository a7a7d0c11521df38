"""Commands as a person types them where no program of ours can act: one line each, with standard tools alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.commands.shell import Command


@dataclass(frozen=True)
class SshWay:
    """How a person reaches a host: what its inventory entry says; None is left to the person's own ssh_config."""

    address: str
    user: str | None = None
    port: int | None = None
    key: str | None = None
    known_hosts: str | None = None
    jump: SshWay | None = None

    @property
    def name(self) -> str:
        return f"{self.user}@{self.address}" if self.user else self.address


def typed(*argv: str) -> Command:
    """A program and its arguments, each quoted; a leading `~/` is left for the shell to fill in."""
    return Command(" ".join(map(_word, argv)))


def both(first: Command, second: Command) -> Command:
    """The second command where the first has succeeded, on one line."""
    return Command(f"{first.text} && {second.text}", first.user)


def copied(source: str, path: str, user: str | None) -> Command:
    """Write a file of the login user over another one, whose mode and owner stay and which `user` may write."""
    if user is None:
        return Command(f"cat {_word(source)} > {_word(path)}")
    return Command(f"cat {_word(source)} | sudo -u {_word(user)} tee {_word(path)} > /dev/null")


def written_to(path: str) -> Command:
    """Write standard input over a file, whose mode and owner stay."""
    return Command(f"cat > {_word(path)}")


def line(command: Command) -> str:
    """What somebody who is logged in on the host types, as whatever user."""
    return command.text if command.user is None else f"sudo -u {shlex.quote(command.user)} -- {_one(command)}"


def fed(source: str, command: Command, *, packed: bool, way: SshWay | None, key: str | None = None) -> str:
    """What is typed on this machine to feed one of its files, unpacked by zstd where `packed`, into the command.

    `key` is the file of the age identity that opens a sealed one. The command runs on the host that `way` leads to,
    None standing for this machine itself.
    """
    target = shlex.join([*_ssh(way), line(command)]) if way else line(Command(_one(command), command.user))
    if key:
        return f"age -d -i {_word(key)} {_word(source)} | {'zstd -dc | ' if packed else ''}{target}"
    return f"zstd -dc {_word(source)} | {target}" if packed else f"{target} < {_word(source)}"


def _one(command: Command) -> str:
    """The command as one program with its arguments, so that sudo and streams take the whole of it."""
    one = typed(*shlex.split(command.text)).text == command.text
    return command.text if one else f"sh -c {shlex.quote(command.text)}"


def _ssh(way: SshWay) -> Sequence[str]:
    options = {"-p": way.port, "-i": way.key, "-o": way.known_hosts and f"UserKnownHostsFile={way.known_hosts}",
               "-J": way.jump and f"{way.jump.name}:{way.jump.port or 22}"}
    return ["ssh", *(word for option, value in options.items() if value for word in (option, str(value))), way.name]


def _word(text: str) -> str:
    return "~/" + shlex.quote(text[2:]) if text.startswith("~/") and text != "~/" else shlex.quote(text)
