"""Test machines in containers. How to use them in a test, in five lines:

    def test_it(host_factory, postgres_host, postgres_database):
        host = host_factory("host", publish=[8080])       # a machine for this test; bare, host, postgres or mariadb
        host.copy_in(wheels, "/opt/wheels", owner="ops")  # pip has no certificates inside: --no-index --find-links
        code, out = host.exec(["sqlite3", "--version"])   # a look past ssh; the product itself logs in with host.user,
        url = postgres_database(postgres_host).url        # .address, .port, .key_file and .known_hosts_file

`ssh_host`, `postgres_host` and `mariadb_host` serve the whole session: leave them as you found them. `host_factory`
makes machines for one test, `module_host_factory` for one file. Users: `ops` (sudo by OPS_PASSWORD), `deploy` (sudo
without), root. Ports are published on our loopback: `host.published[8080]`. Machines that see each other by name:
`net = host_factory.network()`, `host_factory(name="inner", network=net)`; one known_hosts file covers them all.
Databases listen on the loopback inside; on `open_postgres_host` and `open_mariadb_host` (or with publish=[5432]) they
have a `direct_url` too. `kill` and `start` are a power cut and a boot; the kernel's boot id does not change by them.
"""

from __future__ import annotations

import itertools
import random
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from docker.errors import APIError
from rig_host import SshBanner, TestHost
from rig_images import ensure_image
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

LOOPBACK = "127.0.0.1"
SSH_PORT = 22
PORT_TAKEN = re.compile("port is already allocated|address already in use")
BELOW_EPHEMERAL = range(20000, 32000)  # the kernel hands these out to nobody, so a stopped machine finds its port again


@dataclass(frozen=True)
class LoginKey:
    """The key pair that opens every user account, root included, on every test machine of this session."""

    private_file: Path
    public: bytes

    @classmethod
    def generate(cls, folder: Path) -> LoginKey:
        """A fresh ed25519 pair; the private half is written to `folder`, readable by its owner alone."""
        key = Ed25519PrivateKey.generate()
        private_file = folder / "login_key"
        private_file.touch(mode=0o600)
        private_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        return cls(private_file, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b"\n")


@dataclass(frozen=True)
class HostFactory:
    """Starts test machines and networks that end with `until`; all their host keys are pinned in one file."""

    key: LoginKey
    known_hosts_file: Path
    until: ExitStack
    numbers: Iterator[int]

    def network(self) -> Network:
        """A private network on which machines find each other by name."""
        return self.until.enter_context(Network())

    def __call__(
        self,
        image: str = "host",
        *,
        name: str = "",
        user: str = "ops",
        network: Network | None = None,
        publish: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
        tmpfs: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestHost:
        """A running machine that greets on ssh, with its host key pinned.

        publish: ports that the test process reaches as host.published[port]; databases then listen beyond loopback.
        tmpfs: small file systems to fill up, such as {"/var/small": "size=8m"}.
        options: passed to the engine, such as mem_limit="256m" or cap_add=["NET_ADMIN"].
        """
        name = name or f"{image}-{next(self.numbers)}"
        variables = {"RIG_LISTEN": "0.0.0.0" if publish else LOOPBACK, **(environment or {})}
        container = DockerContainer(ensure_image(image), env=variables, hostname=name, **options)
        container.tmpfs.update(tmpfs or {})
        container.with_copy_into_container(self.key.public, "/etc/ssh/authorized_keys/rig", 0o644)
        if network:
            container.with_network(network).with_network_aliases(name)
        ports = self._start(container, [SSH_PORT, *publish])
        host = TestHost(
            name=name,
            address=LOOPBACK,
            port=ports.pop(SSH_PORT),
            user=user,
            key_file=self.key.private_file,
            known_hosts_file=self.known_hosts_file,
            container=container,
            published=ports,
        )
        self._pin(host)
        return host

    def _start(self, container: DockerContainer, inside: Sequence[int]) -> dict[int, int]:
        """Start it on free ports of our loopback and wait for sshd; try again when someone took a port just now."""
        for last_try in (False, False, False, True):
            ports = dict(zip(inside, _free_ports(len(inside)), strict=True))
            container.ports = {f"{port}/tcp": (LOOPBACK, outside) for port, outside in ports.items()}  # type: ignore[misc]
            container.waiting_for(SshBanner(LOOPBACK, ports[SSH_PORT]))
            try:
                self.until.enter_context(container)
                break
            except APIError as refusal:
                if last_try or not PORT_TAKEN.search(str(refusal)):
                    raise
        return ports

    def _pin(self, host: TestHost) -> None:
        """Read the host key past ssh, as a careful administrator would, and pin it under every name of the machine."""
        host_key = host.must(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]).rsplit(maxsplit=1)[0]
        with self.known_hosts_file.open("a") as file:
            file.write(f"[{host.address}]:{host.port},{host.name} {host_key}\n")


@contextmanager
def host_factory_in(folder: Path, key: LoginKey) -> Iterator[HostFactory]:
    """A factory whose machines are removed, newest first, on leaving; its known_hosts file lies in `folder`."""
    with ExitStack() as until:
        known_hosts_file = folder / "known_hosts"
        known_hosts_file.touch()
        yield HostFactory(key, known_hosts_file, until, itertools.count(1))


def _free_ports(count: int) -> list[int]:
    """Different ports of the loopback that nobody listens on at this moment."""
    with ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            port = random.choice(BELOW_EPHEMERAL)
            try:
                held.enter_context(socket.create_server((LOOPBACK, port)))
            except OSError:
                continue
            ports.append(port)
        return ports
