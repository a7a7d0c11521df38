"""sync.switch: make the new side the truth, with everything that was written on the old one."""

from __future__ import annotations

from migrator.in_step import Move
from migrator.step import register


@register
class SyncSwitch(Move):
    """Makes this environment's data the ones that users work on, with everything that was written on the old side.

    Everything is compared while users are at work. Then the old side refuses writes, what is left is carried over, what
    was written meanwhile is compared, and this side is opened; how long writes were refused is told. The old side goes
    on to be kept in step and to refuse writes. The way back makes it the truth again, with everything that users have
    written here since.

        - id: over
          sync.switch: {mapping: mapping/6.1-7.0.yaml, from: live}
    """

    kind = "sync.switch"
    to = "new"
