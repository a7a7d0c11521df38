"""One machine of a copy: a container that is logged in to by key, with roles in its database server."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from migrator.clone.container.enclosure import Enclosure
from migrator.clone.container.errors import NoEngine
from migrator.commands import docker
from migrator.commands.quoting import quoted, text_value
from migrator.secret import Secret
from migrator.text import _

ADMIN = "migrator_admin"
PATIENCE = 60.0
_KEY_IN = ["sh", "-c", "mkdir -p -m 700 /root/.ssh && cat >> /root/.ssh/authorized_keys && "
                       "chmod 600 /root/.ssh/authorized_keys"]
_HOST_KEY = ["sh", "-c", "cat /etc/ssh/ssh_host_ed25519_key.pub"]
_CLIENTS = {"postgresql": (["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"], "postgres"),
            "mariadb": (["mariadb"], "root")}


@dataclass(frozen=True)
class Machine:
    """A machine named as the host of the original that it stands for, reached at a port of our loopback."""

    enclosure: Enclosure
    name: str
    port: int

    @property
    def container(self) -> str:
        return self.enclosure.container(self.name)

    def start(self, image: str, names: Sequence[str], hole: str, public_key: bytes, known_hosts: Path) -> None:
        """Start it inside the closed network; returns when sshd answers, its key recorded.

        names: what other machines of the copy call it. Raises NoEngine when the container dies.
        """
        enclosure = self.enclosure
        otherwise = _("the machine {name} could not be made").format(name=self.name)
        aliases = [word for name in names for word in ("--network-alias", name)]
        options = ["--hostname", self.name, "--network", enclosure.network, "--dns", hole, *aliases]
        enclosure.engine.ask(docker.create(image, name=self.container, clone=enclosure.clone, options=options),
                             otherwise)
        enclosure.engine.ask(docker.start(self.container), otherwise)
        enclosure.until(self.container, self._greets, PATIENCE)
        enclosure.watch(self.name, hole)
        enclosure.engine.ask(docker.inside(self.container, _KEY_IN), otherwise, input=public_key)
        with known_hosts.open("a", encoding="ascii") as file:
            file.write(f"[127.0.0.1]:{self.port} {self._host_key()}\n")

    def let_in(self, make: str, user: str, database: str, password: Secret, admin: Secret) -> None:
        """Give the database server the application's user and one that may make databases, both with new passwords."""
        client, user_of_client = _CLIENTS[make]
        sql = _postgresql(user, password, admin) if make == "postgresql" else _mariadb(user, database, password, admin)
        otherwise = _("the database server of {name} does not take its users").format(name=self.name)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.enclosure.engine.ask(docker.inside(self.container, client, user_of_client), otherwise,
                                          input=sql.encode())
                return
            except NoEngine:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)  # the server may be starting still

    def _greets(self) -> bool:
        """Whether sshd answers; an open port says nothing, since the sinkhole takes connections before."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 2) as connection:
            connection.settimeout(2)
            return connection.recv(4) == b"SSH-"
        return False

    def _host_key(self) -> str:
        said = self.enclosure.engine.ask(docker.inside(self.container, _HOST_KEY),
                                         _("the machine {name} has no host key").format(name=self.name))
        return " ".join(said.split()[:2])


def _postgresql(user: str, password: Secret, admin: Secret) -> str:
    """A role that is there already keeps what it may do and gets the password."""
    lines = []
    for role, rights, secret in ((user, "LOGIN", password), (ADMIN, "SUPERUSER LOGIN", admin)):
        there = f"SELECT 1 FROM pg_roles WHERE rolname = {text_value(role)}"  # noqa: S608 - both are quoted
        lines.append(f"SELECT format('CREATE ROLE %I {rights}', {text_value(role)}) WHERE NOT EXISTS ({there}) \\gexec")
        lines.append(f"ALTER ROLE {quoted(role)} PASSWORD {text_value(secret.reveal())};")
    return "\n".join(lines) + "\n"


def _mariadb(user: str, database: str, password: Secret, admin: Secret) -> str:
    lines = []
    for role, place, secret in ((user, f"{quoted(database, '`')}.*", password),
                                (ADMIN, "*.*", admin)):
        who = f"{text_value(role)}@'%'"
        lines += [f"CREATE OR REPLACE USER {who} IDENTIFIED BY {text_value(secret.reveal())};",
                  f"GRANT ALL PRIVILEGES ON {place} TO {who}{' WITH GRANT OPTION' if role == ADMIN else ''};"]
    return "\n".join(lines) + "\n"
