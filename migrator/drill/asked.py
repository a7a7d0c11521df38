"""What somebody asks of a drill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from migrator.checks.suite_file import SuiteFile
from migrator.drill.kept_release import KeptRelease
from migrator.drill.objectives import HOUR
from migrator.drill.places import vault_of
from migrator.site import Site


@dataclass(frozen=True)
class Drill:
    """`live` brought back into `scratch`, judged by the suites, from the set named (None: the newest that is proven).

    `failed` is the first failed probe, if it was seen; else the system is gone as the drill begins. `rto` and `rpo` are
    seconds that may pass and that may be lost; adapt, switch and release are those of Rebuild.
    """

    live: Site
    scratch: Site
    suites: Sequence[SuiteFile]
    by: str
    set: str | None = None
    failed: datetime | None = None
    rto: float = HOUR
    rpo: float | None = None
    adapt: Sequence[str] = ()
    switch: Sequence[str] = ()
    release: KeptRelease | None = None

    @property
    def vault(self) -> Path:
        """The vault of the live system: its sets, and the records of its drills."""
        return vault_of(self.live)
