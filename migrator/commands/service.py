"""Commands that start, stop and ask a service."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.commands.shell import Command, words


def act(verb: str, systemd: str | None, own: Sequence[str] | None, user: str | None) -> Command | None:
    """`start` or `stop` a unit, as root unless another user is named, or by its own command; None: neither is known."""
    if systemd:
        return words("systemctl", verb, systemd).as_user(user or "root")
    return words(*own).as_user(user) if own else None


def status(systemd: str | None, own: Sequence[str] | None, user: str | None) -> Command | None:
    """Ends with 0 while the service runs; None when there is no way to ask."""
    if systemd:
        return words("systemctl", "is-active", "--quiet", systemd)
    return words(*own).as_user(user) if own else None
