"""A person's decision on a plan, and the text that is signed for it: lines that anybody can read, years later too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from migrator.errors import WrongUse
from migrator.model.plan import Plan
from migrator.text import _

TITLE = "decision on a plan of migrator"
NOTES = ("title", "environment", "not rehearsed", "waived")
"""Lines that tell the reader more about the plan; the digests say it already."""
LINES = ("title", "environment", "stage", "plan", "group", "who", "decision", "reason", "at", "expires",
         "not rehearsed", "waived", "digest", "bindings", "content")
"""What the text says, in this order: first what a person wants to know."""
NOTHING = "-"
_OF_PLAN = ("content", "gate", "people", "rules", "on_failure", "budget")
_OF_STEP = ("id", "kind", "args", "hop", "timeout", "retries", "way_back", "skippable", "point_of_no_return", "digest",
            "needs")
_ARMOUR = "-----BEGIN SSH SIGNATURE-----"


@dataclass(frozen=True)
class Decision:
    """What one person has decided for a group; every field is one line of the signed text.

    `content` is the digest of the plan as it is kept, `at` and `expires` are moments of the journal.
    """

    plan: str
    stage: str
    digest: str
    bindings: str
    content: str
    group: str
    who: str
    decision: str
    reason: str
    at: str
    expires: str

    @classmethod
    def on(cls, plan: Plan, *, group: str, who: str, decision: str, reason: str, at: str, expires: str) -> Decision:
        """A decision on this very plan; line breaks in the reason become blanks."""
        return cls(plan=plan.id, stage=plan.stage, digest=plan.digest, bindings=plan.bindings,
                   content=content_digest(plan), group=group, who=who, decision=decision, reason=one_line(reason),
                   at=at, expires=expires)

    def text(self, notes: Mapping[str, str] | None = None) -> str:
        """The text to sign; `notes` are among NOTES."""
        said = {**asdict(self), **{name: one_line((notes or {}).get(name, "")) for name in NOTES}}
        return "\n".join([TITLE, *(f"{name}: {said[name] or NOTHING}" for name in LINES), ""])

    @classmethod
    def read(cls, text: str) -> Decision:
        """The decision that a text states; raises WrongUse when it is none, or says something twice."""
        title, *lines = text.rstrip("\n").split("\n")
        pairs = [line.partition(": ")[::2] for line in lines]
        values = {name: "" if value == NOTHING else value for name, value in pairs}
        if title != TITLE or tuple(name for name, _value in pairs) != LINES:
            raise WrongUse(_("this is not the text of a decision"), hint=_("inv approve.request writes it"))
        return cls(**{field.name: values[field.name] for field in fields(cls)})

    def differs(self, other: Decision) -> str:
        """The name of the first field in which two decisions differ; nothing when they are the same."""
        mine, theirs = asdict(self), asdict(other)
        return next((name for name in mine if mine[name] != theirs[name]), "")


def content_digest(plan: Plan) -> str:
    """The digest of everything in a kept plan that decides what happens.

    What was measured since is not part of it, nor are the targets: those are in `bindings`, and a plan for a fleet has
    others on each site.
    """
    kept = plan.as_json()
    said = {name: kept[name] for name in _OF_PLAN}
    said["steps"] = [{name: step[name] for name in _OF_STEP} for step in kept["steps"]]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def one_line(text: str) -> str:
    """A text without line breaks and doubled blanks."""
    return " ".join(text.split())


def taken_apart(document: str) -> tuple[str, str]:
    """Text and signature of a signed document, which is the one behind the other; empty what is not there."""
    text, found, rest = document.partition(_ARMOUR)
    return text, found + rest
