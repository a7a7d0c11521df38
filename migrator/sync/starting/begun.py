"""Whether there is a sync between two databases, and whether it has come so far that both sides are in step."""

from __future__ import annotations

from migrator.errors import FindingsBlock, WrongUse
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.sync.state import Phase, State, read_state
from migrator.text import _


def begun(meeting: Meeting) -> State:
    """The state of the sync. Raises WrongUse where none was ever begun."""
    state = read_state(meeting)
    if state is None:
        raise WrongUse(_("these databases are not kept in step"), where=_both(meeting),
                       hint=_("inv sync.start, with the same mapping and sides"))
    return state


def in_step(lens: Lens, meeting: Meeting) -> State:
    """The same, of a sync that goes on. Raises WrongUse before its start has ended, and after it is finished;
    FindingsBlock where another lens rules.
    """
    state = begun(meeting)
    if state.phase is Phase.BASELINE:
        raise WrongUse(_("the start of this sync has not ended, so not every row has been looked at"),
                       where=_both(meeting), hint=_("inv sync.start goes on with it"))
    if state.phase is Phase.FINISHED:
        raise WrongUse(_("this sync is finished; nothing is noted or carried over any more"), where=_both(meeting),
                       hint=_("inv sync.start begins anew"))
    if state.lens != lens.digest:
        raise FindingsBlock(
            _("these databases are kept in step by another mapping, or a table has changed since that began"),
            where=_both(meeting), hint=_("inv sync.start with the mapping that is to rule from now on"))
    return state


def _both(meeting: Meeting) -> str:
    return f"{meeting.old.name}, {meeting.new.name}"
