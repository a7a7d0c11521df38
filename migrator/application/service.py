"""A service of the application: whether it runs, and how it is brought to run or to stand still."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from migrator.commands import service as commands
from migrator.commands.shell import Command
from migrator.errors import TimedOut, WrongUse
from migrator.playbook.inventory import Service
from migrator.site import Site
from migrator.text import _
from migrator.transport.asked import Question

Verb = Literal["start", "stop"]
_ASKED_EVERY = 0.2


class Run(Protocol):
    """Runs a command on a host of the site, under a label that is its own."""

    def __call__(self, command: Command, *, on: str, label: str) -> object: ...


@dataclass(frozen=True)
class ServiceOnHost:
    """One service of a site, with the host it runs on."""

    site: Site
    name: str

    @property
    def entry(self) -> Service:
        return self.site.service(self.name)

    def command(self, verb: Verb) -> Command:
        """What starts or stops it; raises WrongUse when the inventory does not say."""
        own = self.entry.start if verb == "start" else self.entry.stop
        command = commands.act(verb, self.entry.systemd, own, self.entry.user)
        if command is None:
            raise WrongUse(_("the inventory does not say how to {verb} the service {name}").format(
                verb=verb, name=self.name), hint=_("give it `systemd:`, or `start:`, `stop:` and `status:`"))
        return command

    def runs(self) -> bool:
        """Whether it runs now, by its own status; raises WrongUse when there is no way to ask."""
        asked = self.question()
        return self.site.host(asked.host).read(asked.command, check=False).exit_code == 0

    def question(self) -> Question:
        """What `runs` asks; raises WrongUse when there is no way to ask."""
        ask = commands.status(self.entry.systemd, self.entry.status, self.entry.user)
        if ask is None:
            raise WrongUse(_("the inventory does not say how to see whether the service {name} runs").format(
                name=self.name), hint=_("give it `systemd:` or `status:`, a command that ends with 0 while it runs"))
        return Question(self.entry.at, ask)

    def bring(self, verb: Verb, run: Run, within: float) -> bool:
        """Start or stop it unless it is so already, and wait until its status agrees; whether anything was done.

        Raises TimedOut when it does not come true within so many seconds.
        """
        wanted = verb == "start"
        if self.runs() is wanted:
            return False
        run(self.command(verb), on=self.entry.at, label=f"{verb}-{self.name}")
        deadline = time.monotonic() + within
        while self.runs() is not wanted:
            if time.monotonic() > deadline:
                raise TimedOut(_("the service {name} did not {verb} within {seconds:.0f} s").format(
                    name=self.name, verb=verb, seconds=within), where=self.entry.at,
                    hint=_("see its own log on the host"))
            time.sleep(_ASKED_EVERY)
        return True


def bring_all(services: Iterable[ServiceOnHost], verb: Verb, run: Run, within: float) -> list[str]:
    """Start or stop services one after the other, each within so many seconds; names of those that had to be."""
    return [service.name for service in services if service.bring(verb, run, within)]
