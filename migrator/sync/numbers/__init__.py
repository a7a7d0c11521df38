"""Numbers: rows that are made on both sides at once must not be given the same one."""

from migrator.sync.numbers.apart import Apart as Apart
from migrator.sync.numbers.apart import keep_apart as keep_apart
from migrator.sync.numbers.left import Left as Left
from migrator.sync.numbers.left import left as left
from migrator.sync.numbers.together import bring_together as bring_together
