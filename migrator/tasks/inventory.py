"""The inventory: are all systems reachable, and whose keys do we trust."""

from __future__ import annotations

from migrator.errors import Exit, MigratorError
from migrator.tasks.command import Call, command, needed
from migrator.text import _


@command(env="only this environment")
def check(call: Call, env: str | None = None) -> int | None:
    """Reach every host and every database of the inventory, and say what answers."""
    from migrator.commands.shell import words

    answers: list[tuple[str, str]] = []
    for name in [env] if env else list(call.app.inventory.environments):
        site = call.app.site(name).reading()
        asked = [(f"{name} {host}", lambda host=host: site.host(host).read(words("uname", "-sr")).text.strip())
                 for host in site.environment.hosts]
        asked += [(f"{name} {base}", lambda base=base: ", ".join(site.database(base).server().values()))
                  for base in site.environment.databases]
        answers += [(what, _answer(ask)) for what, ask in asked]
    call.show("\n".join(f"{'✗' if told.startswith('✗') else '✓'} {what}  {told.removeprefix('✗ ')}" for what, told in answers),
              dict(answers))
    return Exit.STOPPED if any(told.startswith("✗") for _what, told in answers) else None


@command(env="the host's environment", host="the host's name", yes="record it without asking")
def trust(call: Call, env: str | None = None, host: str | None = None, yes: bool = False) -> int | None:
    """Show the key that a host offers and record it, so that from then on only this key is accepted."""
    from migrator.transport.host_keys import record, scan

    needed({"env": env, "host": host})
    offer = scan(str(host), call.app.site(str(env)).environment.hosts)
    call.show(_("{host} offers {type} {fingerprint}").format(
        host=offer.recorded_as, type=offer.key.type, fingerprint=offer.key.fingerprint))
    if offer.known:
        call.show(_("it is recorded in {file} already").format(file=offer.file), {"known": True, "key": offer.key.fingerprint})
        return None
    if not yes and input(_("compare it with the host's own word; type yes to record it: ")).strip() != "yes":
        return Exit.HOST_KEY
    record(offer)
    call.show(_("recorded in {file}").format(file=offer.file), {"known": False, "key": offer.key.fingerprint})
    return None


def _answer(ask: object) -> str:
    try:
        return str(ask())  # type: ignore[operator]
    except MigratorError as error:
        return f"✗ {error}" + (f" ({error.hint})" if error.hint else "")
