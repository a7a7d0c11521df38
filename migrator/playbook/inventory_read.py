"""The inventory file, read and checked: every name in it leads somewhere, every secret is only named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from migrator.errors import PlaybookError
from migrator.model.finding import Finding, warns
from migrator.playbook.calendars import with_calendars
from migrator.playbook.inventory import Environment, Inventory
from migrator.playbook.loader import read_tree
from migrator.playbook.nearest import unknown
from migrator.playbook.sites import with_sites
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import refuse, validate
from migrator.secret import Secret
from migrator.text import _

SOURCES = ("env:", "file:", "keyring:", "prompt:")
_SECRETS = {"hosts": ("password", "sudo_password"), "databases": ("password", "admin_password")}


def load_inventory(path: Path) -> Inventory:
    """The inventory of a file; passwords written into its URLs are known from then on and masked everywhere.

    Raises PlaybookError, or PlaybookErrors with all that is wrong.
    """
    tree = read_tree(path)
    inventory = validate(Inventory, tree)
    places: dict[str, Route] = {name: ("environments", name) for name in inventory.environments}
    places |= {name: ("sites", group, "like") for group, sites in inventory.sites.items() for name in sites.each}
    inventory = with_sites(inventory, tree)
    errors = [error for name, environment in inventory.environments.items()
              for error in _errors(environment, places[name], tree)]
    if errors := [*errors, *_no_signers(inventory, path, tree)]:
        refuse(errors)
    for password in _literal_passwords(inventory).values():
        Secret(password)
    return with_calendars(inventory, places, path.parent, tree)


def inventory_warnings(inventory: Inventory) -> list[Finding]:
    """A finding for every password that stands in a URL instead of being named."""
    return [warns("inventory.literal-password", _("{place} holds a password").format(place=place),
                  _("take it out of the URL and name it: password: env:NAME"))
            for place in _literal_passwords(inventory)]


def _errors(environment: Environment, route: Route, tree: Tree) -> Iterator[PlaybookError]:
    yield from _unknown_hosts(environment, route, tree)
    yield from _jumps_in_circles(environment, route, tree)
    yield from _written_secrets(environment, route, tree)
    for name, service in environment.services.items():
        if service.systemd is None and not (service.start and service.stop and service.status):
            yield tree.error((*route, "services", name),
                             _("a service has either systemd: UNIT or the commands start, stop and status"))
    if not environment.hosts:
        yield tree.error((*route, "hosts"), _("an environment has at least one host"))


def _no_signers(inventory: Inventory, path: Path, tree: Tree) -> Iterator[PlaybookError]:
    named = inventory.allowed_signers
    if named is not None and not (path.parent / named).is_file():
        yield tree.error(("allowed_signers",), _("there is no file {name}").format(name=named),
                         hint=_("one line for each approver: NAME ssh-ed25519 KEY; man ssh-keygen, ALLOWED SIGNERS"))


def _unknown_hosts(environment: Environment, route: Route, tree: Tree) -> Iterator[PlaybookError]:
    named: list[tuple[Route, str]] = []
    for group in ("databases", "trees", "services"):
        entries = getattr(environment, group)
        named += [((group, name, "at"), entry.at) for name, entry in entries.items()]
    named += [(("roles", role, number), host) for role, hosts in environment.roles.items()
              for number, host in enumerate(hosts)]
    named += [(("hosts", name, "jump"), host.jump) for name, host in environment.hosts.items() if host.jump]
    for inside, host in named:
        if host not in environment.hosts:
            yield tree.error(route + inside, unknown(_("host"), host, environment.hosts))


def _jumps_in_circles(environment: Environment, route: Route, tree: Tree) -> Iterator[PlaybookError]:
    jumps = {name: host.jump for name, host in environment.hosts.items()}
    for start in jumps:
        way = [start]
        while (onward := jumps.get(way[-1])) and onward not in way:
            way.append(onward)
        if onward == start:
            yield tree.error((*route, "hosts", start, "jump"),
                             _("jumps go round in a circle: {circle}").format(circle=" > ".join([*way, start])))


def _written_secrets(environment: Environment, route: Route, tree: Tree) -> Iterator[PlaybookError]:
    named: list[tuple[Route, str | None]] = [(("secrets", name), value) for name, value in environment.secrets.items()]
    for group, fields in _SECRETS.items():
        for name, entry in getattr(environment, group).items():
            named += [((group, name, field), getattr(entry, field)) for field in fields]
    for inside, value in named:
        if value is not None and not value.startswith(SOURCES):
            yield tree.error(route + inside, _("this should name a secret, not be one"),
                             hint=_("write env:NAME, file:PATH, keyring:SERVICE/USER or prompt:QUESTION"))


def _literal_passwords(inventory: Inventory) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, environment in inventory.environments.items():
        for entry, database in environment.databases.items():
            for field, url in (("url", database.url), ("admin_url", database.admin_url)):
                if password := _password(url):
                    found[f"environments.{name}.databases.{entry}.{field}"] = password
    return found


def _password(url: str | None) -> str | None:
    try:
        password = urlsplit(url or "").password
    except ValueError:
        return None  # no URL at all: the database says so when it is opened
    return unquote(password) if password and not password.startswith(SOURCES) else None
