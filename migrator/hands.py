"""Lines for the list for hands: which command a person types on which host. Nothing is reached to write them."""

from __future__ import annotations

from pathlib import Path

from migrator.commands import by_hand
from migrator.commands.by_hand import SshWay
from migrator.commands.login import Login
from migrator.commands.shell import Command
from migrator.commands.typed_clients import TypedClient, TypedMariadb, TypedPostgres, TypedSqlite
from migrator.database.open import make_of
from migrator.playbook.inventory import Host
from migrator.reach import file_of, owner_of
from migrator.site import Site
from migrator.text import _

CLIENTS: dict[str, type[TypedPostgres] | type[TypedMariadb]] = {"postgresql": TypedPostgres, "mariadb": TypedMariadb}
PORTS = {"postgresql": 5432, "mariadb": 3306}


def on(host: str, command: Command) -> str:
    """The line that has a command typed on a host: `on web2: systemctl start web`."""
    return _("on {host}: {command}").format(host=host, command=by_hand.line(command))


def here(command: Command) -> str:
    """The line that has a command typed on the machine from which everything is driven."""
    return _("on this machine: {command}").format(command=by_hand.line(command))


def fed(site: Site, host: str, source: Path, command: Command, *, packed: bool = False, key: str | None = None) -> str:
    """The line that feeds a file of this machine into a command on a host; `packed` by zstd, it is unpacked first, and
    opened with the age identity in the file `key` if it is sealed.
    """
    way = _way(site, host)
    typed = by_hand.fed(str(source), command, packed=packed, way=way, key=key)
    if way is None:
        return _("on {host}: {command}").format(host=host, command=typed)
    return _("on this machine, for {host}: {command}").format(host=host, command=typed)


def _way(site: Site, name: str) -> SshWay | None:
    """How a person gets to a host; None when it is this machine."""
    entry = site.environment.hosts[name]
    return None if entry.connect == "local" else _to(site, name, entry)


def _to(site: Site, name: str, entry: Host) -> SshWay:
    jump = _to(site, entry.jump, site.environment.hosts[entry.jump]) if entry.jump else None
    return SshWay(entry.address or name, entry.user, entry.port, entry.key, entry.known_hosts, jump)


class AsWritten:
    """Paths as the inventory has them: whoever types fills in `~/`."""

    def expand(self, path: str) -> str:
        return path


AS_WRITTEN = AsWritten()


def client(site: Site, name: str, *, admin: bool = False) -> TypedClient:
    """What is typed on the database's host; by the role that may create databases where `admin`, and one is named."""
    from sqlalchemy.engine import make_url

    entry = site.database_entry(name)
    make = make_of(entry.url)
    if make == "sqlite":
        return TypedSqlite(file_of(entry, AS_WRITTEN), owner_of(site.environment, entry, AS_WRITTEN))
    url = make_url(entry.url)
    role = make_url(entry.admin_url) if admin and entry.admin_url else url
    login = Login(role.host or "127.0.0.1", role.port or PORTS[make], role.username or "")
    return CLIENTS[make](login, url.database or "")
