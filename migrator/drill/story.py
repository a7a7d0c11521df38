"""What is known when a drill has ended, as its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import make_url

from migrator import __version__, clock
from migrator.backup.sets import catalog
from migrator.drill.asked import Drill
from migrator.drill.forecast import Forecast, forecast, size, sizes, whole
from migrator.drill.heartbeat import newest_beat
from migrator.drill.objectives import Measured, lost
from migrator.drill.rebuild import Rebuild
from migrator.drill.record import DrillRecord
from migrator.drill.records import path_of
from migrator.text import _


@dataclass
class Story:
    """One drill that has begun. `failed` is the moment from which its time counts."""

    asked: Drill
    rebuild: Rebuild
    parts: list[dict[str, str]]
    began: datetime
    failed: datetime

    def ended(self, why: str = "") -> DrillRecord:
        """Write the record of its end, failed if there is a reason; while the scratch is still as it was restored."""
        asked, rebuild, kept = self.asked, self.rebuild, self.rebuild.kept
        record = DrillRecord(
            id=f"{asked.live.name}.{self.began:%Y%m%d-%H%M%S}", environment=asked.live.name, scratch=asked.scratch.name,
            by=asked.by, began=clock.stamp(self.began), ended=clock.stamp(), failed=clock.stamp(self.failed),
            told=asked.failed is not None, set=kept.id, taken=kept.manifest.taken, level=kept.proof.level,
            passed=not why, why=why, broken=rebuild.stopwatch.phase if why else "", phases=rebuild.stopwatch.seconds,
            outside=rebuild.stopwatch.aside, bytes=rebuild.bytes, checks=rebuild.shown_checks(),
            rto=None if why else Measured(rebuild.stopwatch.total, asked.rto), rpo=None if why else self._lost(),
            forecast=Forecast(None, _("the drill failed, so nothing was measured")) if why else self._forecast(),
            release=asked.release.version if asked.release else "", parts=self.parts, differs=self._differs(),
            notes=rebuild.notes, tool=__version__)
        record.save(path_of(asked.vault, record))
        return record

    def _lost(self) -> Measured:
        kept = self.rebuild.kept
        newest = newest_beat(self.asked.scratch, kept.manifest.databases)
        return lost(self.failed, newest, kept.manifest.taken, self.asked.rpo)

    def _forecast(self) -> Forecast:
        seconds = self.rebuild.stopwatch.seconds
        moving = seconds["database"] + seconds["files"]
        kept = self.rebuild.kept
        if self.asked.release:
            return Forecast(None, _("an old release does not grow any more"))
        if not whole(kept):
            return Forecast(None, _("a log was replayed, and its bytes are no measure; drill a whole set"))
        known = sizes(catalog.backups(catalog.sets(self.asked.vault, self.asked.live.name)), kept)
        return forecast(known, moved=size(kept), moving=moving, fixed=self.rebuild.stopwatch.total - moving,
                        target=self.asked.rto)

    def _differs(self) -> list[str]:
        """In what the restored system is not the live one: where it lies, and which files speak of that."""
        live, scratch = self.asked.live.environment, self.asked.scratch.environment
        places = [(name, live.trees[name].path, tree.path) for name, tree in scratch.trees.items()
                  if name in live.trees]
        places += [(name, _shown(live.databases[name].url), _shown(entry.url))
                   for name, entry in scratch.databases.items() if name in live.databases]
        return [*(f"{name}: {there} → {here}" for name, there, here in places if there != here),
                *(_("{file} was adapted").format(file=name) for name in self.rebuild.done.adapted)]


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
