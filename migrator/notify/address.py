"""Who is meant by `console`, `webhook:NAME` and `mail:NAME`: the inventory knows, the playbook only names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from migrator.errors import WrongUse
from migrator.notify.console import Console
from migrator.notify.mail import Mail, Server
from migrator.notify.message import Message
from migrator.notify.webhook import Webhook
from migrator.playbook.inventory import Environment
from migrator.secret import Secret
from migrator.text import _

PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Sender(Protocol):
    """Sends a message to one recipient and gives a receipt; raises NotDelivered or PerhapsDelivered."""

    def __call__(self, message: Message) -> str: ...


def sender(recipient: str, environment: Environment, *, secret: Callable[[str], Secret],
           say: Callable[[str], None]) -> Sender:
    """The sender for a recipient. `webhook:NAME`: the secret NAME is the URL. `mail:NAME`: the value NAME lists the
    addresses; the values mail.server (`host:port`), mail.from, mail.user, mail.security and the secret mail.password
    say how.

    Raises WrongUse when the recipient has no known form or the inventory lacks something.
    """
    way, _colon, name = recipient.partition(":")
    match way:
        case "console" if not name:
            return Console(say)
        case "webhook" if name:
            return Webhook(name, secret(name))
        case "mail" if name:
            return Mail(_server(environment, secret), _addresses(environment, name))
    raise WrongUse(_("{recipient} is no recipient").format(recipient=recipient),
                   hint=_("write console, webhook:SECRET or mail:VALUE"))


def _server(environment: Environment, secret: Callable[[str], Secret]) -> Server:
    security = environment.values.get("mail.security", "starttls")
    host, _colon, port = _value(environment, "mail.server").partition(":")
    if port and not port.isdigit():
        raise WrongUse(_("the port of mail.server is no number"))
    return Server(host=host, port=int(port or PORTS.get(security, 587)), sender=_value(environment, "mail.from"),
                  security=security, user=environment.values.get("mail.user"),
                  password=secret("mail.password") if "mail.password" in environment.secrets else None)


def _addresses(environment: Environment, name: str) -> list[str]:
    addresses = [part.strip() for part in _value(environment, name).split(",") if part.strip()]
    wrong = [address for address in addresses if "@" not in address or any(c.isspace() for c in address)]
    if wrong or not addresses:
        raise WrongUse(_("the value {name} lists no mail addresses").format(name=name))
    return addresses


def _value(environment: Environment, name: str) -> str:
    if name not in environment.values:
        raise WrongUse(_("the environment has no value {name}").format(name=name),
                       hint=_("write it in the inventory under values"))
    return environment.values[name]
