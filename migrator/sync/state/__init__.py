"""State: what both databases say of the sync between them, and who may act in it."""

from migrator.sync.state.lease import Lease as Lease
from migrator.sync.state.lease import LostLease as LostLease
from migrator.sync.state.state import Holder as Holder
from migrator.sync.state.state import Phase as Phase
from migrator.sync.state.state import State as State
from migrator.sync.state.state import read_state as read_state
