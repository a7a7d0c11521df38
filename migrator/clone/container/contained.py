"""A place for a copy in containers: made from what the inventory says of the original, found again, removed whole."""

from __future__ import annotations

import json
import random
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from migrator.backup import watch
from migrator.clone.container.described import ADMIN_PASSWORD, KEY, KNOWN_HOSTS, PASSWORD, described
from migrator.clone.container.enclosure import Enclosure
from migrator.clone.container.engine import Engine
from migrator.clone.container.known import INVENTORY
from migrator.clone.container.machine import Machine
from migrator.commands.shell import words
from migrator.commands.ssh_keygen import new_key
from migrator.database.open import make_of
from migrator.errors import WrongUse
from migrator.playbook.inventory import Environment
from migrator.secret import Secret
from migrator.text import _
from migrator.transport.base import OnLine, Transport
from migrator.written import write_whole

PACKAGES = {"postgresql": "postgresql python3-psycopg2", "mariadb": "mariadb-server python3-pymysql", "sqlite": ""}
_NAME = re.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}")
_BELOW_EPHEMERAL = range(20000, 32000)
"""Ports that the kernel hands out to nobody, so that a machine finds its own again after it was stopped."""


@dataclass(frozen=True)
class Contained:
    """A copy's containers and its folder on this machine: keys, passwords, its inventory, its backups."""

    name: str
    folder: Path
    host: Transport

    @classmethod
    def named(cls, name: str, clones: Path, host: Transport) -> Contained:
        """The copy of this name, in its folder below `clones`. Raises WrongUse for a name that could lead elsewhere."""
        if not _NAME.fullmatch(name):
            raise WrongUse(_("{name} is no name for a copy").format(name=ascii(name)),
                           hint=_("letters, digits, _ . and - alone, beginning with a letter"))
        return cls(name, clones / name, host)

    @property
    def enclosure(self) -> Enclosure:
        return Enclosure(Engine(self.host), self.name)

    @property
    def inventory(self) -> Path:
        return self.folder / INVENTORY

    def make(self, live: Environment, *, image: str | None = None, product: Path | None = None,
             say: OnLine = watch.nobody) -> None:
        """Make one machine for each host of the original, and write the inventory that every command reads.

        What an earlier try of this name has left is removed first. Raises NoEngine, with nothing left.
        """
        self.enclosure.engine.require()
        self.remove()
        with self._all_or_nothing():
            self.folder.mkdir(parents=True, mode=0o700)
            public = self._key()
            ports = dict(zip(live.hosts, _free_ports(len(live.hosts)), strict=True))
            say(_("making a closed network with a sinkhole"))
            hole = self.enclosure.close(ports)
            for name, port in ports.items():
                machine = Machine(self.enclosure, name, port)
                say(_("making the machine {name}").format(name=name))
                machine.start(image or self._image(live, name), _names(live, name), hole, public,
                              self.folder / KNOWN_HOSTS)
                self._let_in(live, machine)
            environment = described(live, self.folder, ports, product)
            whole = {"format": 1, "environments": {self.name: environment}}
            write_whole(self.inventory, json.dumps(whole, indent=1, ensure_ascii=False))

    def remove(self) -> None:
        """Remove containers, networks and the folder, of a copy that is whole or not; nothing there is fine."""
        self.enclosure.engine.clear(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.remove()
            raise

    def _key(self) -> bytes:
        """A login key and passwords of the copy's own; returns the public half of the key."""
        self.host.run(words(*new_key(self.folder / KEY, f"copy {self.name}")))
        for file in (PASSWORD, ADMIN_PASSWORD):
            (self.folder / file).touch(mode=0o600)
            (self.folder / file).write_text(secrets.token_hex(16))
        (self.folder / KNOWN_HOSTS).touch()
        return (self.folder / f"{KEY}.pub").read_bytes()

    def _image(self, live: Environment, host: str) -> str:
        makes = sorted({make_of(database.url) for database in live.databases.values() if database.at == host})
        return self.enclosure.engine.image("machine", {"PACKAGES": " ".join(filter(None, map(PACKAGES.get, makes)))})

    def _let_in(self, live: Environment, machine: Machine) -> None:
        password, admin = (Secret((self.folder / file).read_text()) for file in (PASSWORD, ADMIN_PASSWORD))
        for database in live.databases.values():
            url = make_url(database.url)
            if database.at == machine.name and (make := make_of(database.url)) != "sqlite":
                machine.let_in(make, url.username or "", url.database or "", password, admin)


def _names(live: Environment, host: str) -> list[str]:
    """What other machines may call it: its name, and its address where that is a name."""
    address = live.hosts[host].address or ""
    return [host, *([address] if any(sign.isalpha() for sign in address) and ":" not in address else [])]


def _free_ports(count: int) -> list[int]:
    """Different ports of the loopback that nobody listens on at this moment."""
    with ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            port = random.choice(_BELOW_EPHEMERAL)  # noqa: S311 - any will do
            try:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            ports.append(port)
        return ports
