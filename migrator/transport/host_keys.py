"""Record the key of a host, so that from then on nobody else can answer in its place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import HostKeyUnknown, WrongUse
from migrator.playbook.inventory import Host
from migrator.text import _
from migrator.transport import known_hosts
from migrator.transport.known_hosts import PublicKey
from migrator.transport.ssh_config import chain


@dataclass(frozen=True)
class Offer:
    """The key that a host shows, the name under which it is recorded, and where; `known` when it already is."""

    host: str
    recorded_as: str
    key: PublicKey
    file: Path
    known: bool


def scan(name: str, hosts: Mapping[str, Host]) -> Offer:
    """Ask a host for its key, through its jump hosts, whose keys must be recorded.

    Raises Unreachable, HostKeyChanged when another key is recorded or this one is revoked, and for the jump hosts
    HostKeyUnknown and LoginRefused; WrongUse for this machine itself.
    """
    from migrator.transport.ssh_link import offered_key

    targets = chain(name, hosts)
    target = targets[-1]
    if hosts[name].connect == "local":
        raise WrongUse(_("{host} is this machine itself: no key is needed").format(host=name))
    key = offered_key(targets)
    recorded_as = target.key_name or known_hosts.host_name(target.address, target.port)
    try:
        known_hosts.verify(known_hosts.load(target.known_hosts), recorded_as, key, hint="", files=target.known_hosts)
        known = True
    except HostKeyUnknown as unknown:
        if type(unknown) is not HostKeyUnknown:
            raise
        known = False
    return Offer(name, recorded_as, key, target.known_hosts[0], known)


def record(offer: Offer) -> None:
    """Add the key to its file; one that is recorded already is not added again."""
    if offer.known:
        return
    offer.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(offer.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with open(descriptor, "r+b") as file:
        before = offer.file.read_bytes()
        line = f"{offer.recorded_as} {offer.key.type} {offer.key.text}\n".encode()
        file.write(line if not before or before.endswith(b"\n") else b"\n" + line)
        file.flush()
        os.fsync(file.fileno())
