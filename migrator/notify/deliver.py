"""Deliver a message at most once to each recipient, whatever crashes in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.notify.address import Sender
from migrator.notify.ledger import BEGUN, REFUSED, SENT, Ledger
from migrator.notify.message import Message, NotDelivered, PerhapsDelivered


@dataclass
class Delivered:
    """Recipients by what became of the message; `receipts` and `refused` say what the other side answered."""

    sent: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """It was sent by an earlier attempt and not again."""
    unknown: list[str] = field(default_factory=list)
    """An earlier attempt, or this one, broke off in the middle; it is not sent again."""
    refused: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)


def deliver(message: Message, senders: Mapping[str, Sender], ledger: Ledger) -> Delivered:
    """Send to each recipient that has not got it; one that refuses does not keep it from the others."""
    delivered = Delivered()
    for recipient, send in senders.items():
        match ledger.state(recipient):
            case "sent":
                delivered.before.append(recipient)
            case "begun":
                delivered.unknown.append(recipient)
            case _:
                _send(message, recipient, send, ledger, delivered)
    return delivered


def _send(message: Message, recipient: str, send: Sender, ledger: Ledger, delivered: Delivered) -> None:
    ledger.note(recipient, BEGUN)
    try:
        receipt = send(message)
    except NotDelivered as error:
        ledger.note(recipient, REFUSED, error.message)
        delivered.refused[recipient] = error.message
    except PerhapsDelivered:
        delivered.unknown.append(recipient)
    else:
        ledger.note(recipient, SENT, receipt)
        delivered.sent.append(recipient)
        delivered.receipts[recipient] = receipt
