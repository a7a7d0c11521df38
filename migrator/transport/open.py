"""Open the way to a host of the inventory, whichever kind it is."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.errors import WrongUse
from migrator.playbook.inventory import Host
from migrator.text import _
from migrator.transport.base import Transport
from migrator.transport.local import LocalTransport


def open_transport(name: str, hosts: Mapping[str, Host], environment: str = "") -> Transport:
    """The transport to one of the hosts, which are those of one environment (its name goes into advice).

    Connects on first use. Raises WrongUse for a name that is not among them.
    """
    if name not in hosts:
        raise WrongUse(_("no host is named {name}").format(name=name), where=environment,
                       hint=_("the inventory knows: {names}").format(names=", ".join(hosts)))
    if hosts[name].connect == "local":
        return LocalTransport(name)
    from migrator.transport.ssh import connect  # paramiko is loaded only where a host is reached over ssh

    return connect(name, hosts, environment)
