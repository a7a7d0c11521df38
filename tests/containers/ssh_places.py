"""Test machines as hosts of an inventory, reached by the product's own transport."""

from __future__ import annotations

from typing import Any

from rig_host import TestHost

from migrator.playbook.inventory import Host
from migrator.transport.open import open_transport
from migrator.transport.ssh import SshTransport


def entry(machine: TestHost, **changes: Any) -> Host:
    """The inventory's entry of a machine: its own key, user and recorded host keys, unless changed."""
    return Host.model_validate({"address": machine.address, "port": machine.port, "user": machine.user,
                                "key": str(machine.key_file), "known_hosts": str(machine.known_hosts_file)} | changes)


def reach(machine: TestHost, **changes: Any) -> SshTransport:
    """A transport to the machine; `changes` are keys of its inventory entry."""
    transport = open_transport(machine.name, {machine.name: entry(machine, **changes)}, "live")
    assert isinstance(transport, SshTransport)
    return transport
