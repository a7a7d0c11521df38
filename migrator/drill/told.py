"""Everything that people are told of a drill, in their language: for the terminal, for its page, and for machines."""

from __future__ import annotations

from typing import Any

from migrator.backup.sets.proof import PROVEN
from migrator.drill import words
from migrator.drill.records import KnownDrill
from migrator.drill.stopwatch import PHASES
from migrator.text import _


def told(known: KnownDrill) -> dict[str, Any]:
    """Sentences on a drill, beside its record."""
    record = known.record
    return {"record": record, "verdict": words.verdict(record), "mood": "good" if record.met else "bad",
            "rto": words.recovery(record.rto), "rpo": words.loss(record.rpo),
            "level": _("proven") if record.level >= PROVEN else _("not proven"), "phases": _phases(known),
            "forecast": words.outlook(record.forecast), "signature": words.signature(known)}


def _phases(known: KnownDrill) -> list[dict[str, Any]]:
    seconds = known.record.phases
    longest = max(seconds.values(), default=0.0) or 1.0
    return [{"label": words.phase_label(phase), "what": words.phase_meaning(phase), "seconds": seconds.get(phase),
             "share": 100 * seconds.get(phase, 0.0) / longest, "broken": phase == known.record.broken}
            for phase in PHASES]
