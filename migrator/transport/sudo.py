"""Why a command did not become another user's: sudo's refusals told apart."""

from __future__ import annotations

import re

from migrator.errors import LoginRefused
from migrator.text import _
from migrator.transport.base import Result

_THEIRS = re.compile(r"su(do)?: |Sorry, |.* is not in the sudoers file")
"""A line of sudo or su; the command itself may well say of somebody that he is not allowed to do something."""


def refusal(host: str, user: str, result: Result) -> None:
    """Raise LoginRefused when this result is sudo's or su's refusal to become `user`, not the command's own end."""
    everything = result.stderr.decode("utf-8", "replace") or result.text
    if "sudo: not found" in everything or "sudo: command not found" in everything:
        raise LoginRefused(_("sudo is missing, so commands cannot run as {user}").format(user=user), where=host,
                           hint=_("install sudo there, or log in as {user}").format(user=user))
    said = "\n".join(filter(_THEIRS.match, everything.splitlines()))
    if "is not in the sudoers file" in said or "is not allowed to" in said or "may not run sudo" in said:
        raise LoginRefused(_("sudo does not allow the login user to act as {user}").format(user=user), where=host,
                           hint=_("allow it in sudoers: LOGIN ALL=({user}) /bin/sh").format(user=user))
    if "password is required" in said or "no password was provided" in said or "askpass" in said:
        raise LoginRefused(_("sudo asks for a password and none is known"), where=host,
                           hint=_("name it in the inventory: sudo_password: env:NAME"))
    if "you must have a tty" in said:
        raise LoginRefused(_("sudo works only from a terminal there"), where=host,
                           hint=_("remove requiretty for this user in sudoers"))
    if "Sorry, try again" in said or "incorrect password" in said:
        raise LoginRefused(_("sudo refused the password"), where=host,
                           hint=_("check the secret that sudo_password names"))
    if "unknown user" in said or f"user {user} does not exist" in said:
        raise LoginRefused(_("there is no user {user}").format(user=user), where=host,
                           hint=_("make this user there, or name another one"))
