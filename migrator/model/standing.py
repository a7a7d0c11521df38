"""Where a group stands on a plan: what each of its people has decided, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """One person's newest decision for a group; `void` says why it does not count, `until` when it expires."""

    who: str
    decision: str
    reason: str
    at: str
    until: str
    signed: bool
    void: str

    @property
    def agrees(self) -> bool:
        return self.decision == "approve" and not self.void


@dataclass(frozen=True)
class Standing:
    """Where a group's approval stands: `who` agrees (or has refused), or the reason why it is not granted.

    `reason` is a word of `labels.standing`, or a sentence. `missing` people of `at_least` have not agreed yet.
    """

    group: str
    granted: bool
    who: str = ""
    reason: str = ""
    at_least: int = 1
    missing: int = 0
    voices: tuple[Voice, ...] = ()
