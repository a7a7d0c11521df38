"""The drills of a vault, read back with their signatures verified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from migrator.drill.record import DrillRecord
from migrator.drill.scratch import DRILLS
from migrator.errors import JournalError, WrongUse
from migrator.signature import Signers
from migrator.text import _

ENDING = ".sig"


@dataclass(frozen=True)
class KnownDrill:
    """A record that was read. `signature` is none, valid, wrong (`fault` says why), or unknown where nobody says who
    may sign.
    """

    record: DrillRecord
    path: Path
    signature: Literal["none", "valid", "wrong", "unknown"] = "none"
    fault: str = ""

    @property
    def counts(self) -> bool:
        """Whether it shows a recovery: passed, and not signed wrongly."""
        return self.record.passed and self.signature != "wrong"


def drills(vault: Path, environment: str, signers: Signers | None) -> list[KnownDrill]:
    """Every drill of an environment, the newest first; files that are no record are left out."""
    found = [known for path in sorted((vault / DRILLS).glob("*.json")) if (known := _read(path, signers))]
    return sorted((k for k in found if k.record.environment == environment), key=lambda k: k.record.began, reverse=True)


def find(vault: Path, environment: str, name: str | None, signers: Signers | None) -> KnownDrill:
    """The drill with this id (None: the newest); raises WrongUse when there is none."""
    for known in drills(vault, environment, signers):
        if name in (None, known.record.id):
            return known
    raise WrongUse(_("there is no such drill of {env}").format(env=environment), where=str(vault / DRILLS),
                   hint=f"inv drill.list --env {environment}")


def path_of(vault: Path, record: DrillRecord) -> Path:
    """Where a record lies."""
    return vault / DRILLS / f"{record.id}.json"


def sign(path: Path, signers: Signers | None, key: Path | None) -> None:
    """Put a person's signature beside a record; raises WrongUse when there is no key, or no signature came of it."""
    signature = (signers or Signers(path)).sign(path.read_text(encoding="utf-8"), key)
    path.with_name(path.name + ENDING).write_text(signature, encoding="ascii")


def _read(path: Path, signers: Signers | None) -> KnownDrill | None:
    try:
        text = path.read_text(encoding="utf-8")
        record = DrillRecord.read(text, str(path))
    except (JournalError, UnicodeDecodeError):
        return None
    signature = path.with_name(path.name + ENDING)
    if not signature.exists():
        return KnownDrill(record, path)
    if signers is None:
        return KnownDrill(record, path, "unknown")
    fault = signers.fault(text, signature.read_text(errors="replace"), record.by)
    return KnownDrill(record, path, "wrong" if fault else "valid", fault)
