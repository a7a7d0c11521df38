"""Where a host really is: the inventory first, then whatever ssh_config says, as OpenSSH itself reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from migrator.errors import WrongUse
from migrator.playbook.inventory import Host
from migrator.secret import Secret, resolve
from migrator.text import _
from migrator.transport.this_user import this_user

_DEEPEST = 8
"""Jump hosts in a row; more is a circle."""
_HINT = "ssh -G {alias}"


@dataclass(frozen=True)
class Target:
    """One machine to log in to: everything that ssh needs to know, nothing left to look up."""

    name: str
    address: str
    port: int
    user: str
    keys: tuple[Path, ...]
    known_hosts: tuple[Path, ...]
    password: Secret | None = None
    """For the login, and for a private key that is locked."""
    agent: bool = True
    key_name: str | None = None
    """The name under which the host key is recorded, where it is not the address."""
    hint: str = ""
    """What to type when the host key is unknown."""


def chain(name: str, hosts: Mapping[str, Host], environment: str = "") -> list[Target]:
    """The machines to pass through, the host itself last.

    Raises WrongUse for a host or jump host that the inventory does not hold, and for a circle of them.
    """
    if name not in hosts:
        raise WrongUse(_("no host is named {name}").format(name=name), where=environment,
                       hint=_("the inventory knows: {names}").format(names=", ".join(hosts)))
    host = hosts[name]
    settings = _settings(host.address or name)
    target = _target(name, host, settings, environment)
    if host.jump:
        return [*_inventory_jumps(name, hosts, environment), target]
    return [*_configured_jumps(_first(settings, "proxyjump")), target]


def _inventory_jumps(name: str, hosts: Mapping[str, Host], environment: str) -> list[Target]:
    passed = [name]
    while jump := hosts[passed[-1]].jump:
        if jump not in hosts:
            raise WrongUse(_("{name} jumps through {jump}, which is no host of this environment").format(
                name=passed[-1], jump=jump))
        if jump in passed:
            raise WrongUse(_("the jump hosts go round in a circle: {names}").format(
                names=" > ".join([*passed, jump])))
        passed.append(jump)
    first = passed[-1]
    outer = _configured_jumps(_first(_settings(hosts[first].address or first), "proxyjump"))
    own = [_target(n, hosts[n], _settings(hosts[n].address or n), environment) for n in reversed(passed[1:])]
    return [*outer, *own]


def _configured_jumps(text: str, depth: int = 0) -> list[Target]:
    """The hosts of a ProxyJump setting (`user@host:port,host`), each with its own settings and jumps."""
    if not text or text == "none":
        return []
    if depth == _DEEPEST:
        raise WrongUse(_("ProxyJump of ssh_config goes round in a circle: {text}").format(text=text))
    targets: list[Target] = []
    for place, one in enumerate(text.split(",")):
        user, _at, rest = one.strip().removeprefix("ssh://").rpartition("@")
        alias, _colon, port = rest.rpartition(":") if ":" in rest.rpartition("]")[2] else (rest, "", "")
        alias = alias.strip("[]")
        settings = _settings(alias)
        if place == 0:
            targets += _configured_jumps(_first(settings, "proxyjump"), depth + 1)
        host = Host.model_validate({"address": alias, "user": user or None, "port": int(port) if port else None})
        targets.append(_target(alias, host, settings, ""))
    return targets


def _target(name: str, host: Host, settings: Mapping[str, list[str]], environment: str) -> Target:
    keys = [host.key] if host.key else settings.get("identityfile", [])
    recorded = [host.known_hosts] if host.known_hosts else _files(settings)
    hint = f"inv inventory.trust --env {environment} --host {name}" if environment else ""
    return Target(
        name=name,
        address=_first(settings, "hostname") or host.address or name,
        port=host.port or int(_first(settings, "port") or 22),
        user=host.user or _first(settings, "user") or this_user(),
        keys=tuple(Path(k.replace("%d", str(Path.home()))).expanduser() for k in keys),
        known_hosts=tuple(Path(f).expanduser() for f in recorded),
        password=resolve(host.password) if host.password else None,
        agent=_first(settings, "identitiesonly") != "yes" and not host.key,
        key_name=_first(settings, "hostkeyalias") or None,
        hint=hint or _("record its key in {file} after comparing it").format(file=recorded[0]))


def _files(settings: Mapping[str, list[str]]) -> list[str]:
    listed = " ".join([*settings.get("userknownhostsfile", []), *settings.get("globalknownhostsfile", [])]).split()
    return listed or ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"]


def _first(settings: Mapping[str, list[str]], key: str) -> str:
    return settings.get(key, [""])[0]


@cache
def _settings(alias: str) -> Mapping[str, list[str]]:
    """What ssh_config says of an alias. OpenSSH knows best (Include, Match); without it paramiko reads the file.

    MIGRATOR_SSH_CONFIG names another file than the user's and the system's.
    """
    file = os.environ.get("MIGRATOR_SSH_CONFIG")
    if program := shutil.which("ssh"):
        argv = [program, *(["-F", file] if file else []), "-G", "--", alias]
        try:
            answer = subprocess.run(argv, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as late:  # a `Match exec` whose command does not end
            raise WrongUse(_("ssh_config cannot be read: {why}").format(why=late), where=alias,
                           hint=_HINT.format(alias=alias)) from None
        if answer.returncode == 0:
            return _parsed(answer.stdout)
        raise WrongUse(_("ssh_config cannot be read: {why}").format(why=answer.stderr.strip()), where=alias,
                       hint=_HINT.format(alias=alias))
    return _by_paramiko(alias, Path(file or "~/.ssh/config").expanduser())


def _parsed(text: str) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _blank, value = line.partition(" ")
        settings.setdefault(key.lower(), []).append(value)
    return settings


def _by_paramiko(alias: str, file: Path) -> dict[str, list[str]]:
    import paramiko

    if not file.is_file():
        return {}
    found = paramiko.SSHConfig.from_path(str(file)).lookup(alias)
    return {key: value if isinstance(value, list) else [value] for key, value in found.items()}
