"""The Docker engine of this machine: commands run, their failures told as sentences, images made when first needed."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from importlib.resources import files

from migrator.clone.container.errors import NoEngine
from migrator.commands import docker
from migrator.commands.shell import Command
from migrator.errors import CommandFailed
from migrator.text import _
from migrator.transport.base import Transport

BUILDING = 1800.0
SOURCES: Mapping[str, tuple[str, ...]] = {
    "hole": ("container/images/hole/Dockerfile", "egress/sinkhole.py"),
    "machine": ("container/images/machine/Dockerfile", "container/images/machine/start")}
"""The files of our images, where they lie in the package `clone`."""


class Engine:
    """Runs `docker` on a host, which is this machine as a rule."""

    def __init__(self, host: Transport) -> None:
        self._host = host

    def require(self) -> str:
        """The engine's version; raises NoEngine when none answers."""
        return self.ask(docker.version(), _("no Docker engine answers"),
                        _("start one or set DOCKER_HOST, or clone into another environment of the inventory"))

    def ask(self, command: Command, otherwise: str, hint: str = "", *, input: bytes = b"",
            seconds: float = 120) -> str:
        """What a command prints. Raises NoEngine with this sentence, and with what the engine said."""
        try:
            return self._host.run(command, input=input, timeout=seconds).text.strip()
        except CommandFailed as error:
            said = (error.output or error.message).strip().splitlines()
            raise NoEngine(_("{what}: {why}").format(what=otherwise, why=said[-1] if said else error.exit_code),
                           where=self._host.name, hint=hint or _("see docker ps --all and docker logs")) from None

    def lines(self, command: Command) -> list[str]:
        """Every line that a command prints, however many; raises NoEngine when it fails."""
        printed = io.BytesIO()
        if self._host.stream_out(command, printed, check=False).exit_code:
            raise NoEngine(_("a container's words cannot be read"), where=self._host.name,
                           hint=_("see docker ps --all and docker logs"))
        return printed.getvalue().decode("utf-8", "replace").splitlines()

    def image(self, name: str, arguments: Mapping[str, str] | None = None) -> str:
        """The tag of one of our images, made when it is not there; equal files and arguments give the same tag."""
        content = {path.rpartition("/")[2]: (files("migrator.clone") / path).read_bytes() for path in SOURCES[name]}
        told = repr((sorted(content.items()), sorted((arguments or {}).items()))).encode()
        tag = f"migrator-clone-{name}:{hashlib.sha256(told).hexdigest()[:12]}"
        if self._host.read(docker.has_image(tag), check=False).exit_code:
            self.ask(docker.build(tag, arguments or {}), _("the image {name} could not be made").format(name=name),
                     _("it stands on debian:bookworm-slim and installs Debian packages; name another with --image"),
                     input=_archive(content), seconds=BUILDING)
        return tag

    def clear(self, clone: str) -> None:
        """Remove all that a copy of this name has, whoever made it."""
        self.ask(docker.remove(clone), _("what is left of {clone} could not be removed").format(clone=clone))


def _archive(content: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()
