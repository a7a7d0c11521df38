"""sync.forward: make the new side the truth once more, after a way back."""

from __future__ import annotations

from migrator.in_step import Move
from migrator.step import register


@register
class SyncForward(Move):
    """Makes this environment's data the ones that users work on once more, after `sync.back`.

    It does what `sync.switch` does: nothing is copied again, since both sides were kept in step all the time.

        - id: again
          sync.forward: {mapping: mapping/6.1-7.0.yaml, from: live}
    """

    kind = "sync.forward"
    to = "new"
