"""What a playbook must know of the step kinds: handed in as data, so that nothing here imports them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pydantic import BaseModel

from migrator.model.proof import Proof
from migrator.model.states import Touches


class Kind(Protocol):
    """A step kind, as far as reading a playbook needs it; every `migrator.step.Step` class is one."""

    @property
    def Args(self) -> type[BaseModel]: ...  # noqa: N802 - the name that step kinds give it

    @property
    def touches(self) -> Touches: ...

    @property
    def skippable(self) -> bool: ...

    @property
    def per_host(self) -> bool: ...

    @property
    def files(self) -> tuple[str, ...]:
        """Names of arguments that name files of the playbook folder."""

    @property
    def suites(self) -> tuple[str, ...]:
        """Those of them that name files with checks."""

    @property
    def proves(self) -> Proof | None:
        """What a gate takes from a success of this kind."""


Kinds = Mapping[str, Kind]
"""Step kinds by name: `{"backup.take": BackupTake}`."""
