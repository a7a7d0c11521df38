"""How fast an applier has been of late: over its last batches, so that a quiet night does not hide a slow morning."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import ceil
from typing import Any

LAST = 200
"""Batches that count."""


class Figures:
    """Learns of each batch that had something to do."""

    def __init__(self) -> None:
        self._keys: deque[int] = deque(maxlen=LAST)
        self._seconds: deque[float] = deque(maxlen=LAST)
        self._lags: deque[float] = deque(maxlen=LAST)

    def learn(self, keys: int, seconds: float, lag: float | None) -> None:
        """A batch of so many keys took so long; its oldest change had waited `lag` seconds when it was applied."""
        if not keys:
            return
        self._keys.append(keys)
        self._seconds.append(seconds)
        if lag is not None:
            self._lags.append(lag)

    def as_json(self) -> dict[str, Any]:
        """Keys a second of work, and middle and 95th of 100 of batches and lags, in seconds; None while unknown."""
        busy = sum(self._seconds)
        return {"keys_per_second": round(sum(self._keys) / busy, 1) if busy else None,
                "batch_p50": quantile(self._seconds, 0.5), "batch_p95": quantile(self._seconds, 0.95),
                "lag_p50": quantile(self._lags, 0.5), "lag_p95": quantile(self._lags, 0.95)}


def quantile(values: Sequence[float] | deque[float], share: float) -> float | None:
    """The smallest value that at least this share of them do not exceed (nearest rank); None of no values."""
    ordered = sorted(values)
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], 4) if ordered else None
