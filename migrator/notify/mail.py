"""Mail: over a connection that is encrypted before the password is said."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from migrator.errors import WrongUse
from migrator.notify.message import Message, NotDelivered, PerhapsDelivered
from migrator.secret import Secret
from migrator.text import _


@dataclass(frozen=True)
class Server:
    """A mail server; `security` is starttls, tls or none. With none no password is ever said."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password: Secret | None = None
    timeout: float = 20


class Mail:
    """Sends to some addresses. Raises WrongUse for an unknown security, or a password without encryption."""

    def __init__(self, server: Server, to: Sequence[str], *, tls: ssl.SSLContext | None = None) -> None:
        if server.security not in ("starttls", "tls", "none"):
            raise WrongUse(_("mail.security is {value}").format(value=server.security),
                           hint=_("write starttls, tls or none"))
        if server.security == "none" and server.password:
            raise WrongUse(_("a mail password would travel unencrypted"), hint=_("set mail.security to starttls"))
        self._server = server
        self._to = list(to)
        self._tls = tls or ssl.create_default_context()

    def __call__(self, message: Message) -> str:
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise self._refused(error) from None
        try:
            refused = connection.send_message(self._letter(message))
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise self._refused(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise PerhapsDelivered(_("{name} took the message and did not answer: {why}").format(
                name=self._server.host, why=error)) from None
        finally:
            connection.close()
        return _("refused for {addresses}").format(addresses=", ".join(refused)) if refused else ""

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout,
                                                        context=self._tls)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.security == "starttls":
                connection.starttls(context=self._tls)
            if server.user and server.password:
                connection.login(server.user, server.password.reveal())
        except BaseException:
            connection.close()
            raise
        return connection

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["Subject"] = message.subject
        letter["From"] = self._server.sender
        letter["To"] = ", ".join(self._to)
        letter["Date"] = formatdate(localtime=True)
        letter["Message-ID"] = f"<{message.delivery}@migrator.invalid>"
        letter.set_content(message.text)
        return letter

    def _refused(self, error: Exception) -> NotDelivered:
        return NotDelivered(_("{name} did not take the message: {why}").format(name=self._server.host, why=error),
                            hint=_("check the values mail.server, mail.user and the secret mail.password"))
