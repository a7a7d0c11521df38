"""One test machine: a running container with sshd, as a test sees it."""

from __future__ import annotations

import socket
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple

import docker
from rig_images import ensure_image
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import WaitStrategy, WaitStrategyTarget

OPS_PASSWORD = "ops-password"  # of user `ops`, who needs it for sudo; `deploy` has sudo without one


class Answer(NamedTuple):
    """What a command inside a machine answered; standard output and error output together."""

    code: int
    out: str


@dataclass(frozen=True)
class TestHost:
    """A machine that answers ssh on the loopback of the test process, and under its name on its private network."""

    __test__: ClassVar[bool] = False  # not a test class, whatever its name begins with

    name: str
    address: str
    port: int
    user: str
    key_file: Path
    known_hosts_file: Path
    container: DockerContainer = field(repr=False)
    published: Mapping[int, int] = field(default_factory=dict)  # port inside -> port on our loopback

    def exec(self, argv: Sequence[str], user: str = "root") -> Answer:
        """Run a command inside, past ssh: the test's own way to prepare and to look."""
        code, out = self.container.get_wrapped_container().exec_run(list(argv), user=user)
        return Answer(code, out.decode(errors="replace"))

    def must(self, argv: Sequence[str], user: str = "root") -> str:
        """What the command printed; AssertionError with its output when it fails."""
        code, out = self.exec(argv, user)
        assert code == 0, f"{self.name}: {argv} ended with {code}: {out}"
        return out

    def copy_in(self, source: Path, target: str, owner: str = "root") -> None:
        """Copy a file or a whole folder to the absolute path `target`; it and all below belong to `owner`."""
        user_id, group_id = self._ids(owner)

        def owned(member: tarfile.TarInfo) -> tarfile.TarInfo:
            member.uid, member.gid, member.uname, member.gname = user_id, group_id, "", ""
            return member

        with tempfile.TemporaryFile() as archive:
            with tarfile.open(fileobj=archive, mode="w") as tar:
                tar.add(source, arcname=target.lstrip("/"), filter=owned)
            archive.seek(0)
            assert self.container.get_wrapped_container().put_archive("/", archive)

    def _ids(self, user: str) -> tuple[int, int]:
        """Number of a user and of its group; asked again when a busy engine has lost what the command printed."""
        for _again in range(5):
            said = self.must(["sh", "-c", 'id -u "$1"; id -g "$1"', "sh", user]).split()
            if len(said) == 2:
                return int(said[0]), int(said[1])
        raise AssertionError(f"{self.name}: nobody tells who {user} is")

    def pause(self) -> None:
        """Freeze every process: connections stay open and nothing answers."""
        self.container.get_wrapped_container().pause()

    def unpause(self) -> None:
        """Let the frozen processes go on."""
        self.container.get_wrapped_container().unpause()

    def cut(self) -> None:
        """Kill every process of sshd that serves a connection; the next one is served again."""
        self.must(["sh", "-c", "for p in /proc/[0-9]*; do read -r title < $p/cmdline; case $title in "
                               "*listener*) ;; 'sshd: '*) kill -9 ${p#/proc/} ;; esac; done 2>/dev/null; true"])

    def unplug(self) -> None:
        """Pull the network cable: every packet is lost, and neither side is told."""
        self._turn_link("down")

    def plug_in(self) -> None:
        """Put the cable back; connections that nobody has given up go on."""
        self._turn_link("up")

    def _turn_link(self, state: str) -> None:
        """From a second container in its network namespace, with the rights and the program that this one lacks."""
        docker.from_env().containers.run(
            ensure_image("posix"), ["busybox", "ip", "link", "set", "eth0", state], remove=True, cap_add=["NET_ADMIN"],
            network_mode=f"container:{self.container.get_wrapped_container().id}")

    def kill(self) -> None:
        """Pull the plug: every process dies at once, the disk stays as it is."""
        self.container.get_wrapped_container().kill()

    def start(self) -> None:
        """Boot again after `kill`: same disk, same host key, same ports. Returns when sshd answers."""
        self.container.get_wrapped_container().start()
        SshBanner(self.address, self.port).wait_until_ready(self.container)


class SshBanner(WaitStrategy):
    """Ready when sshd greets. An open port says nothing: the engine's proxy accepts before sshd runs."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__()
        self.where = (address, port)

    def wait_until_ready(self, container: WaitStrategyTarget) -> None:
        """Return at the first greeting; RuntimeError with the log if the machine stopped, TimeoutError if mute."""

        def greets() -> bool:
            container.reload()
            if container.status in ("exited", "dead"):
                raise RuntimeError(f"the machine stopped: {container.get_wrapped_container().logs().decode()[-3000:]}")
            with socket.create_connection(self.where, timeout=2) as connection:
                return connection.recv(4) == b"SSH-"

        if not self._poll(greets):
            raise TimeoutError(f"sshd at {self.where} did not greet within {self._startup_timeout:.0f} s")
