"""The inventory: are all systems reachable, and whose keys do we trust."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from migrator.commands.shell import words
from migrator.errors import Exit, HostKeyUnknown, MigratorError
from migrator.tasks.command import Call, command, needed
from migrator.tasks.watch import asked
from migrator.text import _

if TYPE_CHECKING:
    from migrator.site import Site


@command(env="only this environment")
def check(call: Call, env: str | None = None) -> int | None:
    """Reach every host and every database of the inventory, and say what answers."""
    names = [env] if env else list(call.app.inventory.environments)
    answers = {what: told for name in names for what, told in _ask_all(call.app.site(name).reading())}
    call.show("\n".join(f"{sign} {what}  {told}" for what, (sign, told) in answers.items()), answers)
    return Exit.STOPPED if any(sign == "✗" for sign, _told in answers.values()) else None


@command(env="the host's environment", host="the host's name", yes="record it without asking")
def trust(call: Call, env: str | None = None, host: str | None = None, yes: bool = False) -> int | None:
    """Show the key that a host offers and record it, so that from then on only this key is accepted."""
    from migrator.transport.host_keys import record, scan

    needed({"env": env, "host": host})
    offer = scan(str(host), call.app.site(str(env)).environment.hosts)
    call.show(_("{host} offers {type} {fingerprint}").format(
        host=offer.recorded_as, type=offer.key.type, fingerprint=offer.key.fingerprint))
    if offer.known:
        call.show(_("it is recorded in {file} already").format(file=offer.file),
                  {"known": True, "key": offer.key.fingerprint})
        return None
    if not yes and asked(_("compare it with the host's own word; type yes to record it: ")) != "yes":
        raise HostKeyUnknown(_("not confirmed; nothing was recorded"), where=str(host),
                             hint=_("compare the fingerprints, then type yes, or add --yes"))
    record(offer)
    call.show(_("recorded in {file}").format(file=offer.file), {"known": False, "key": offer.key.fingerprint})
    return None


def _ask_all(site: Site) -> Iterator[tuple[str, tuple[str, str]]]:
    for host in site.environment.hosts:
        yield f"{site.name} {host}", _answer(partial(_host, site, host))
    for name in site.environment.databases:
        sign, told = _answer(partial(_database, site, name))
        # A copy that no rehearsal has made yet has no database, and that is no fault.
        unmade = sign == "✗" and site.environment.disposable
        yield f"{site.name} {name}", ("-" if unmade else sign, told)


def _host(site: Site, name: str) -> str:
    return site.host(name).read(words("uname", "-sr")).text.strip()


def _database(site: Site, name: str) -> str:
    database = site.database(name)
    settings = (f"{key} {value}" for key, value in database.server().items() if value)
    return f"{database.make}: " + ", ".join(settings)


def _answer(ask: Callable[[], str]) -> tuple[str, str]:
    try:
        return "✓", ask()
    except MigratorError as error:
        return "✗", f"{error}" + (f" ({error.hint})" if error.hint else "")
