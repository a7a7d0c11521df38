"""Copy forward: every mapped row of the old side is made on the new side, once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Collection

from migrator.lens.census.census import Census
from migrator.lens.census.take import take
from migrator.lens.copy.aside.aside import Aside
from migrator.lens.copy.counters import raise_counters
from migrator.lens.copy.ledger import Ledger
from migrator.lens.copy.order import in_order
from migrator.lens.copy.progress import Copied, Progress
from migrator.lens.copy.refusals import require_ours, require_own_ledger, require_transactions
from migrator.lens.copy.session import Session
from migrator.lens.copy.turn import take_turn
from migrator.lens.copy.unit import Tally, Unit
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.put.remember import create_memories
from migrator.lens.side import Side


def forward(lens: Lens, meeting: Meeting, *, census: Census | None = None, progress: Progress | None = None,
            counted: Callable[[Census], None] | None = None, aim: float = 0.5) -> Copied:
    """Fill the new side's mapped tables from the old side, or go on where an earlier copy by this lens stopped.

    census: one of this very data; taken here if left out.
    counted: told of the census before the first row goes.
    aim: seconds that a chunk should take; each commits together with its row in the ledger.
    Raises Locked while another process copies into the target; FindingsBlock, before anything is written, where the
    data cannot be carried over or the target is not free; DatabaseError where a server refuses rows: what had been
    committed stays, and a new start goes on from there.
    """
    with meeting.connect(Side.NEW) as connection:
        target = Session(meeting.new, connection)
        target.read_without_locks()
        take_turn(target)
        ledger = Ledger(connection, lens.digest)
        units = [Unit(lens, meeting, place, aim) for place in in_order(lens)]
        tables = list({table.name: table for unit in units for table in unit.tables}.values())
        require_own_ledger(target, ledger)
        require_transactions(target, tables)
        require_ours(target, {unit.name: unit.tables for unit in units}, ledger)
        if ledger.finished():
            return Copied(tuple(unit.arrived(ledger) for unit in units), already=True)
        census = census or take(lens, meeting)
        if counted:
            counted(census)
        census.require()

        ledger.create()
        with connection.begin():
            create_memories(connection, lens)
        aside = Aside(target, lens.schemas[Side.NEW], tables)
        aside.set()
        tally = Tally([unit.count() for unit in units], progress)
        for unit in units:
            unit.prepare(target, ledger)
        pairs = tuple(unit.copy(target, ledger, _empty_memories(lens, census), tally) for unit in units)
        aside.make_again()
        raise_counters(target, tables)
        ledger.finish()
        return Copied(pairs)


def _empty_memories(lens: Lens, census: Census) -> Collection[str]:
    """Memories that need not be filled: the census has found no row that they would keep."""
    return {memory.name for memory in lens.memories if not memory.group.always
            and not any(finding.about == memory.pair.name and finding.columns == memory.group.name
                        for finding in census.needing_memory)}
