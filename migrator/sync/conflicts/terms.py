"""Terms: who is right where both sides have changed the same, or where they never agreed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """What a carrier goes by beside the policies of the pairs.

    baseline: not every row has been looked at yet, so the old side is the truth, and nothing counts as a conflict.
    skew: seconds that the new side's clock is ahead of the old side's.
    """

    baseline: bool = False
    skew: float = 0.0
