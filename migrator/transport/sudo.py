"""Why a command did not become another user's: sudo's refusals told apart."""

from __future__ import annotations

from migrator.errors import LoginRefused
from migrator.text import _
from migrator.transport.base import Result


def refusal(host: str, user: str, result: Result) -> None:
    """Raise LoginRefused when this result is sudo's or su's refusal to become `user`, not the command's own end."""
    said = result.stderr.decode("utf-8", "replace") or result.text
    where = host
    if "sudo: not found" in said or "sudo: command not found" in said:
        raise LoginRefused(_("sudo is missing, so commands cannot run as {user}").format(user=user), where=where,
                           hint=_("install sudo there, or log in as {user}").format(user=user))
    if "is not in the sudoers file" in said or "is not allowed to" in said or "may not run sudo" in said:
        raise LoginRefused(_("sudo does not allow the login user to act as {user}").format(user=user), where=where,
                           hint=_("allow it in sudoers: LOGIN ALL=({user}) /bin/sh").format(user=user))
    if "password is required" in said or "no password was provided" in said or "askpass" in said:
        raise LoginRefused(_("sudo asks for a password and none is known").format(), where=where,
                           hint=_("name it in the inventory: sudo_password: env:NAME"))
    if "you must have a tty" in said:
        raise LoginRefused(_("sudo works only from a terminal there"), where=where,
                           hint=_("remove requiretty for this user in sudoers"))
    if "Sorry, try again" in said or "incorrect password" in said:
        raise LoginRefused(_("sudo refused the password"), where=where,
                           hint=_("check the secret that sudo_password names"))
    if "unknown user" in said or f"user {user} does not exist" in said:
        raise LoginRefused(_("there is no user {user}").format(user=user), where=where)
