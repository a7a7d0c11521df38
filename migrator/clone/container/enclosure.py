"""The network of a copy, which leads nowhere, and what stands at its only door: the sinkhole."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from migrator.clone.container.engine import Engine
from migrator.clone.container.errors import NoEngine
from migrator.clone.egress.attempts import Attempt, attempts
from migrator.commands import docker
from migrator.text import _

PATIENCE = 20.0
_FIRST_DOOR = 2200
_READY = '"ready"'
HOLE, WATCH = "hole", "watch"


@dataclass(frozen=True)
class Enclosure:
    """The closed network of one copy; all its parts carry the copy's name."""

    engine: Engine
    clone: str

    @property
    def network(self) -> str:
        return f"migrator-{self.clone}"

    def container(self, part: str) -> str:
        return f"migrator-{self.clone}-{part}"

    def close(self, doors: Mapping[str, int]) -> str:
        """Make the network and its sinkhole; `doors` are ports of our loopback that lead to the sshd of each machine.

        Returns the sinkhole's address on the network, which is also that of the network's name server.
        """
        otherwise = _("the closed network of {clone} could not be made").format(clone=self.clone)
        self.engine.ask(docker.closed_network(self.network, self.clone), otherwise)
        inner = {machine: _FIRST_DOOR + number for number, machine in enumerate(doors)}
        published = [word for machine, port in doors.items()
                     for word in ("--publish", f"127.0.0.1:{port}:{inner[machine]}")]
        options = ["--cap-add", "NET_ADMIN", "--sysctl", "net.ipv4.ip_forward=0", *published]
        leads = [f"{inner[machine]}={self.container(machine)}:22" for machine in doors]
        hole = self.container(HOLE)
        self.engine.ask(docker.create(self.engine.image("hole"), ["hole", *leads], name=hole, clone=self.clone,
                                      options=options), otherwise)
        self.engine.ask(docker.connect(self.network, hole), otherwise)
        self.engine.ask(docker.start(hole), otherwise)
        self._ready(hole)
        return self.engine.ask(docker.address(hole, self.network), otherwise)

    def watch(self, machine: str, hole: str) -> None:
        """Send what a machine sends to bare addresses towards the sinkhole, and have it told."""
        name = self.container(f"{machine}-{WATCH}")
        otherwise = _("what {machine} sends could not be watched").format(machine=machine)
        options = ["--cap-add", "NET_ADMIN", "--network", f"container:{self.container(machine)}"]
        self.engine.ask(docker.create(self.engine.image("hole"), ["watch", hole], name=name, clone=self.clone,
                                      options=options), otherwise)
        self.engine.ask(docker.start(name), otherwise)
        self._ready(name)

    def attempts(self) -> list[Attempt]:
        """All that was tried so far."""
        names = self.engine.ask(docker.containers(self.clone), _("the containers of {clone} cannot be listed").format(
            clone=self.clone)).split()
        told = [name for name in names if name.endswith((f"-{HOLE}", f"-{WATCH}"))]
        if not told:
            raise NoEngine(_("{clone} has no sinkhole").format(clone=self.clone), where=self.clone,
                           hint=_("remove this copy and make it anew"))
        return attempts(line for name in told for line in self.engine.lines(docker.logs(name)))

    def until(self, container: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until something holds of a container; raises NoEngine, with its last words, when it died or is mute."""
        deadline = time.monotonic() + patience
        while not holds():
            alive = self.engine.ask(docker.running(container), _("{name} is gone").format(name=container)) == "true"
            if not alive or time.monotonic() > deadline:
                said = self._said(container)
                raise NoEngine(_("{name} does not run").format(name=container), where=self.clone,
                               hint=_("its last words: {words}").format(words=said[-300:] or "-"))
            time.sleep(0.05)

    def _ready(self, container: str) -> None:
        self.until(container, lambda: _READY in self._said(container))

    def _said(self, container: str) -> str:
        return self.engine.ask(docker.logs(container), _("{name} cannot be read").format(name=container))
