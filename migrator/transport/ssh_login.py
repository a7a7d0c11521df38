"""Log in: private keys, the agent, then the password; nothing is tried that the inventory does not allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import paramiko

from migrator.errors import LoginRefused, Unreachable, WrongUse
from migrator.text import _
from migrator.transport.ssh_config import Target


def log_in(link: paramiko.Transport, target: Target) -> None:
    """Authenticate as the target's user.

    Raises LoginRefused with what was tried, WrongUse for a key file that cannot be used, Unreachable when the host
    stops answering.
    """
    tried: list[str] = []
    problems: list[str] = []
    try:
        if _by_key(link, target, tried, problems) or _by_password(link, target, tried):
            return
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise Unreachable(_("the login was cut off: {why}").format(why=error), where=target.name) from None
    raise LoginRefused(
        _("{user} was refused; tried: {tried}").format(user=target.user, tried=", ".join([*tried, *problems]) or "-"),
        where=target.name, hint=_("check user, key and password of this host in the inventory"))


def _by_key(link: paramiko.Transport, target: Target, tried: list[str], problems: list[str]) -> bool:
    for label, key in [*_from_files(target, problems), *(_from_agent() if target.agent else [])]:
        tried.append(label)
        try:
            left = link.auth_publickey(target.user, key)
        except paramiko.BadAuthenticationType:
            return False
        except paramiko.AuthenticationException:
            if not link.is_active():  # cut off, or the server has seen enough tries
                if len(tried) == 1:
                    raise EOFError(_("the connection was closed")) from None
                return False
            continue
        if not left:
            return True
        return _by_password(link, target, tried)  # the server wants a second factor
    return False


def _by_password(link: paramiko.Transport, target: Target, tried: list[str]) -> bool:
    if target.password is None or not link.is_active():
        return False
    tried.append(_("password"))
    try:
        return not link.auth_password(target.user, target.password.reveal())
    except paramiko.AuthenticationException:
        return False


def _from_files(target: Target, problems: list[str]) -> Iterator[tuple[str, paramiko.PKey]]:
    passphrase = target.password.reveal().encode() if target.password else None
    for path in target.keys:
        if path.is_file():
            try:
                yield str(path), _loaded(path, passphrase)
            except (ValueError, TypeError, OSError, paramiko.SSHException) as error:
                problems.append(_("{path} cannot be used: {why}").format(path=path, why=error))
        elif len(target.keys) == 1:
            raise WrongUse(_("the key file {path} does not exist").format(path=path), where=target.name)


def _loaded(path: Path, passphrase: bytes | None) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path, passphrase)  # type: ignore[arg-type]  # it takes bytes whatever it says
    except (TypeError, ValueError):
        if passphrase is None:
            raise
        return paramiko.PKey.from_path(path)  # the password was for the login; this key is not locked


def _from_agent() -> list[tuple[str, paramiko.PKey]]:
    try:
        return [(f"agent {key.get_name()}", key) for key in paramiko.Agent().get_keys()]
    except paramiko.SSHException:
        return []
