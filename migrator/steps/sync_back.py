"""sync.back: make the old side the truth again, with everything that was written on the new one."""

from __future__ import annotations

from migrator.in_step import Move
from migrator.step import register


@register
class SyncBack(Move):
    """Makes the old side's data the ones that users work on again, with everything that was written on this side.

    It is `sync.switch` the other way: this side refuses writes and is kept in step, so that users can come again at any
    time. In a rehearsal it proves the way back that a pilot may need.

        - id: home
          sync.back: {mapping: mapping/6.1-7.0.yaml, from: live}
    """

    kind = "sync.back"
    to = "old"
