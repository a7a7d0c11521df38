"""What capture could not see, and what our own writes would set off: said by name before anything is started."""

from migrator.sync.blind.spots import blind_spots as blind_spots
