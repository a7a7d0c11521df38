"""Lines that a long command tells while it goes."""

from __future__ import annotations

from collections.abc import Callable

from migrator import clock
from migrator.tasks.command import Call
from migrator.tasks.streams import flush


def teller(call: Call) -> Callable[[str], None]:
    """Tells one line at once, with its time."""
    def tell(line: str) -> None:
        at = clock.stamp()
        call.show(f"{clock.local(at, form='%H:%M:%S')}  {line}", {"at": at, "told": line})
        flush()

    return tell
