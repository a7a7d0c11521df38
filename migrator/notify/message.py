"""A message, composed from a template file of the playbook."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.errors import MigratorError, WrongUse
from migrator.playbook.lookups import Scope, resolve
from migrator.text import _


@dataclass(frozen=True)
class Message:
    """`delivery` names this message for ever: who gets it twice can tell by it."""

    delivery: str
    subject: str
    text: str


class NotDelivered(MigratorError):
    """The message certainly did not arrive; sending it again is safe."""


class PerhapsDelivered(MigratorError):
    """The connection broke after the message was sent and before it was acknowledged; nobody knows."""


def compose(template: bytes, scope: Scope, *, delivery: str, name: str) -> Message:
    """The message of a template: its first line, a leading `#` or `Subject:` left out, is the subject.

    Raises WrongUse when the template is empty or not UTF-8, PlaybookError for an unknown look-up.
    """
    try:
        text = str(resolve(template.decode("utf-8"), scope, name))
    except UnicodeDecodeError:
        raise WrongUse(_("the template is not UTF-8"), where=name, hint=_("save it as UTF-8")) from None
    subject, _line, body = text.strip().partition("\n")
    subject = subject.lstrip("#").removeprefix("Subject:").strip()
    if not subject:
        raise WrongUse(_("the template is empty; its first line is the subject"), where=name)
    return Message(delivery, subject, body.strip() or subject)
