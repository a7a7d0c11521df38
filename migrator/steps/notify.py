"""notify: tell people something, at most once."""

from __future__ import annotations

from pydantic import Field

from migrator.errors import MigratorError
from migrator.model.finding import Finding, blocks, informs, warns
from migrator.model.outcome import Change, Outcome
from migrator.model.states import AfterCrash, Touches, WayBack
from migrator.notify.address import Sender, sender
from migrator.notify.deliver import Delivered, deliver
from migrator.notify.ledger import REFUSED, SENT, Ledger
from migrator.notify.message import Message, NotDelivered, compose
from migrator.playbook.lookups import scope
from migrator.step import Args, Step, StepContext, register
from migrator.text import _


class NotifyArgs(Args):
    to: list[str] = Field(min_length=1, description="recipients: console, webhook:SECRET, mail:VALUE")
    template: str = Field(description="file of the playbook; its first line is the subject, look-ups are filled in")
    required: bool = Field(False, description="whether the run must not go on when somebody did not get the message")


@register
class Notify(Step[NotifyArgs]):
    """Sends a message to people: on the console, to a webhook, by mail.

    A message cannot be called back, so each recipient gets it at most once: what was sent is written down before and
    after, and after a crash a message whose fate is unknown is reported and not repeated. It carries a delivery id
    (`run.step`), as the header Idempotency-Key of a webhook and as the Message-ID of a mail. A recipient that refuses
    is a warning; with `required: true` it fails the step.

    Addresses and secrets stand in the inventory. `webhook:NAME` posts to the URL that the secret NAME holds.
    `mail:NAME` sends to the addresses, with commas between them, of the value NAME, through the server `host:port` of
    the value `mail.server`, from `mail.from`; `mail.user` and the secret `mail.password` log in; `mail.security` is
    starttls (default), tls or none.

        - id: notice
          notify: {to: [console, "mail:everybody"], template: notices/start.md}
    """

    kind = "notify"
    Args = NotifyArgs
    touches = Touches.NOTHING
    way_back = WayBack.NONE
    after_crash = AfterCrash.AGAIN
    files = ("template",)
    at_most_once = True

    def check(self, ctx: StepContext[NotifyArgs]) -> list[Finding]:
        try:
            _message(ctx)
            _senders(ctx)
        except MigratorError as error:
            return [blocks("notify.impossible", str(error), error.hint or "")]
        return []

    def plan(self, ctx: StepContext[NotifyArgs]) -> list[Change]:
        subject = _message(ctx).subject
        return [Change(_("message “{subject}”").format(subject=subject), where=recipient) for recipient in ctx.args.to]

    def apply(self, ctx: StepContext[NotifyArgs]) -> Outcome:
        delivered = deliver(_message(ctx), _senders(ctx), _ledger(ctx))
        if ctx.args.required and delivered.refused:
            raise NotDelivered("; ".join(delivered.refused.values()))
        return Outcome(changed=bool(delivered.sent), summary=_summary(delivered),
                       facts={"delivery": _delivery(ctx), "sent": delivered.sent + delivered.before,
                              "unknown": delivered.unknown, "refused": delivered.refused})

    def verify(self, ctx: StepContext[NotifyArgs]) -> list[Finding]:
        ledger = _ledger(ctx)
        return [_finding(recipient, ledger) for recipient in dict.fromkeys(ctx.args.to)]


def _delivery(ctx: StepContext[NotifyArgs]) -> str:
    return f"{ctx.run}.{ctx.step}"


def _message(ctx: StepContext[NotifyArgs]) -> Message:
    known = scope(path=ctx.path, hop=ctx.hop, name=ctx.site.name, environment=ctx.site.environment, run=ctx.run)
    return compose(ctx.file(ctx.args.template), known, delivery=_delivery(ctx), name=ctx.args.template)


def _senders(ctx: StepContext[NotifyArgs]) -> dict[str, Sender]:
    return {recipient: sender(recipient, ctx.site.environment, secret=ctx.site.secret, say=ctx.say)
            for recipient in ctx.args.to}


def _ledger(ctx: StepContext[NotifyArgs]) -> Ledger:
    return Ledger(ctx.work / "deliveries" / f"{ctx.step}.json")


def _summary(delivered: Delivered) -> str:
    parts = [(_("told {count}"), len(delivered.sent)), (_("told before {count}"), len(delivered.before)),
             (_("perhaps told {count}"), len(delivered.unknown)), (_("refused {count}"), len(delivered.refused))]
    return ", ".join(sentence.format(count=count) for sentence, count in parts if count)


def _finding(recipient: str, ledger: Ledger) -> Finding:
    state = ledger.state(recipient)
    advice = _("tell {recipient} yourself").format(recipient=recipient)
    if state == SENT:
        return informs("notify.sent", _("{recipient} has got the message").format(recipient=recipient))
    if state == REFUSED:
        return warns("notify.refused", ledger.why(recipient), advice)
    return warns("notify.unknown", _("nobody knows whether {recipient} got the message").format(recipient=recipient),
                 advice)
