"""Make a copy harmless and prove it; whoever starts an application on real data calls this first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator.backup import watch
from migrator.clone.neutral.apply import not_harmless, set_harmless
from migrator.clone.neutral.model import Neutral
from migrator.clone.neutral.scan import Found, scan
from migrator.errors import FindingsBlock
from migrator.model.finding import Finding, blocking, blocks, informs
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine


@dataclass(frozen=True)
class Neutralised:
    """What was changed, by integration and place, and the signs that were found before."""

    changed: Mapping[str, Mapping[str, int]]
    found: int

    def as_json(self) -> dict[str, Any]:
        return {"changed": {name: dict(places) for name, places in self.changed.items()}, "found": self.found}


def neutralise(copy: Site, rules: Neutral, *, say: OnLine = watch.nobody) -> Neutralised:
    """Make every integration of the rules harmless in the copy, and prove that none is left, known or unknown.

    Safe to repeat. Raises FindingsBlock when something cannot be made harmless, or when what is found is not listed:
    then nothing of the copy may be started. Raises it too when the environment is not marked as disposable.
    """
    if not copy.environment.disposable:
        raise FindingsBlock(_("{copy} is not marked as a copy").format(copy=copy.name),
                            hint=_("if everything in it may be replaced, write disposable: true in the inventory"))
    found = len(scan(copy, rules))
    changed = {}
    for integration in rules.integrations:
        changed[integration.name] = set_harmless(copy, integration)
        say(_("{name}: made harmless, {count} changes").format(
            name=integration.name, count=sum(changed[integration.name].values())))
    for finding in blocking(harmless(copy, rules)):
        raise FindingsBlock(finding.message, where=copy.name, hint=finding.advice)
    return Neutralised(changed, found)


def harmless(copy: Site, rules: Neutral) -> list[Finding]:
    """Whether a copy reaches nobody: what blocks its start, or one finding that says what was looked at. Reads only."""
    left = [_left(name, place) for name, place in
            ((each.name, place) for each in rules.integrations for place in not_harmless(copy, each))]
    found = [_unlisted(sign) for sign in scan(copy, rules)]
    return [*left, *found] or [informs("neutral.clean", _("{count} integrations are harmless, and no other was found")
                                       .format(count=len(rules.integrations)))]


def _left(integration: str, place: str) -> Finding:
    return blocks("neutral.left", _("{integration} is not harmless: {place}").format(
        integration=integration, place=place),
        _("correct what neutralise.yaml says of it; nothing may be started before"))


def _unlisted(sign: Found) -> Finding:
    return blocks("neutral.unlisted", _("an integration that nothing lists: {sign}").format(sign=sign),
                  _("list it in neutralise.yaml, or under look.harmless if it reaches nobody"),
                  place=sign.place, sort=sign.sort)
