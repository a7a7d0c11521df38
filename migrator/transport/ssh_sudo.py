"""The talk with sudo over standard error: the password is said once, when sudo asks for it, and never to a command."""

from __future__ import annotations

import re
import threading

from migrator.errors import LoginRefused
from migrator.secret import Secret
from migrator.text import _
from migrator.transport.base import Result
from migrator.transport.sudo import refusal


class SudoTalk:
    """Listens until the command announces itself with our random mark; what comes before is sudo's or the shell's."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.begun = False
        self.settled = threading.Event()
        """Set when the command has begun, or when nothing more will come."""
        self.process = 0
        """The process, and process group, of the command's shell on the host; 0 before it has begun."""
        self.heard = b""
        """What was said before the command began: banners, lectures, refusals."""
        self.asked = False
        self._answered = False

    def hear(self, piece: bytes) -> bytes:
        """Take a piece of standard error in; returns what of it is the command's own."""
        self.heard += piece
        prompt = f"P{self.mark}:".encode()
        if prompt in self.heard:
            self.heard = self.heard.replace(prompt, b"", 1)
            self.asked = True
        match = re.search(rb"%s (\d+)\n" % self.mark.encode(), self.heard)
        if not match:
            return b""
        rest = self.heard[match.end():]
        self.heard = self.heard[:match.start()]
        self.process = int(match[1])
        self.begun = True
        self.settled.set()
        return rest

    def answer(self, host: str, user: str | None, password: Secret | None) -> bytes:
        """What sudo gets; raises LoginRefused when there is no password, or when it was told and not believed."""
        self.asked = False
        if password is None:
            raise LoginRefused(_("sudo asks for a password to act as {user} and none is known").format(user=user),
                               where=host, hint=_("name it in the inventory: sudo_password: env:NAME"))
        if self._answered:
            raise LoginRefused(_("sudo refused the password"), where=host,
                               hint=_("check the secret that sudo_password names"))
        self._answered = True
        return password.reveal().encode() + b"\n"

    def explain(self, host: str, user: str | None, result: Result) -> None:
        """Raise LoginRefused when the command never began, with the reason where it is known."""
        if self.begun:
            return
        if user:
            refusal(host, user, result)
        raise LoginRefused(_("the login shell did not run the command: {said}").format(said=result.tail or "-"),
                           where=host, hint=_("log in by hand as this user and see what it says"))
