"""Room on the disks that a restore writes to, asked for before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from migrator.backup.parts.part import Part
from migrator.commands import files
from migrator.errors import NoSpace
from migrator.text import _
from migrator.transport.base import Transport
from migrator.units import show_size


@dataclass(frozen=True)
class Need:
    """So many bytes will be written below this folder of a host."""

    host: Transport
    path: str
    bytes: int


class Restored(Protocol):
    """Something of a set that comes back: a database, some of its tables, a tree, a piece of one."""

    name: str

    @property
    def parts(self) -> Sequence[Part]:
        """Files of the set that hold it."""

    @property
    def reads(self) -> int:
        """Bytes of the vault that bringing it back reads."""

    def need(self) -> Need | None:
        """What will be written, None when nobody knows where to."""

    def equal(self) -> bool:
        """Whether the site holds exactly this already."""

    def check(self) -> None:
        """Prove that the files which hold it, also of earlier sets, are whole, safe, and decode to what was taken.

        Raises SetDamaged.
        """

    def restore(self) -> None:
        """Bring it back; raises RestoreDiffers when the result is not what the set holds."""

    def tidy(self) -> None:
        """Remove what a restore that was killed has left beside it."""


def require_room(due: Iterable[Restored]) -> None:
    """Raises NoSpace when one of the disks has less than all of these need on it."""
    needed: dict[tuple[str, str], int] = {}
    for need in filter(None, (each.need() for each in due)):
        mounted, free = need.host.read(files.free(need.path)).text.rsplit(maxsplit=1)
        disk = (need.host.name, mounted)
        needed[disk] = needed.get(disk, 0) + need.bytes
        if needed[disk] > int(free):
            raise NoSpace(_("{path} has {free} free and {needed} are needed").format(
                path=need.path, free=show_size(int(free)), needed=show_size(needed[disk])), where=need.host.name,
                hint=_("make room there; nothing was changed yet"))
