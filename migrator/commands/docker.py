"""Commands of the Docker engine; everything of one copy carries its name in one label, so that all of it is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.commands.shell import Command, chain, pipe, words

LABEL = "migrator.clone"
CLOSED = "com.docker.network.bridge.inhibit_ipv4=true"
"""The engine's machine has no address on such a network, so nothing of it can be reached from there."""


def version() -> Command:
    """Print the engine's version; fails when no engine answers."""
    return words("docker", "version", "--format", "{{.Server.Version}}")


def has_image(tag: str) -> Command:
    return words("docker", "image", "inspect", "--format", "{{.Id}}", tag)


def build(tag: str, arguments: Mapping[str, str]) -> Command:
    """Make an image from the tar archive, with its Dockerfile, on standard input."""
    given = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    return words("docker", "build", "--quiet", "--rm", "--force-rm", "--tag", tag, *given, "-")


def closed_network(name: str, clone: str) -> Command:
    """Make a network without any way out, not even to the machine that the engine runs on."""
    return words("docker", "network", "create", "--internal", "--opt", CLOSED, "--label", f"{LABEL}={clone}", name)


def create(image: str, arguments: Sequence[str] = (), *, name: str, clone: str, options: Sequence[str] = ()) -> Command:
    """Make a container, not started yet."""
    return words("docker", "create", "--name", name, "--label", f"{LABEL}={clone}", *options, image, *arguments)


def connect(network: str, container: str) -> Command:
    return words("docker", "network", "connect", network, container)


def start(container: str) -> Command:
    return words("docker", "start", container)


def address(container: str, network: str) -> Command:
    """Print the container's address on a network."""
    return words("docker", "inspect", "--format",
                 "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}", container)


def running(container: str) -> Command:
    """Print true or false."""
    return words("docker", "inspect", "--format", "{{.State.Running}}", container)


def logs(container: str) -> Command:
    return words("docker", "logs", container)


def inside(container: str, command: Sequence[str], user: str = "root") -> Command:
    """Run a program in a container, with our standard input as its own."""
    return words("docker", "exec", "--interactive", "--user", user, container, *command)


def containers(clone: str) -> Command:
    """Print the names of all containers of a copy, one a line."""
    return words("docker", "ps", "--all", "--filter", f"label={LABEL}={clone}", "--format", "{{.Names}}")


def remove(clone: str) -> Command:
    """Remove all containers and networks of a copy; nothing there is fine."""
    label = f"label={LABEL}={clone}"
    return chain(pipe(words("docker", "ps", "--all", "--quiet", "--filter", label),
                      words("xargs", "-r", "docker", "rm", "--force", "--volumes")),
                 pipe(words("docker", "network", "ls", "--quiet", "--filter", label),
                      words("xargs", "-r", "docker", "network", "rm")))
