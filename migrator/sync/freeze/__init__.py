"""Freeze: nobody but us writes a side, until it is thawed."""

from migrator.sync.freeze.freezing import arm as arm
from migrator.sync.freeze.freezing import freeze as freeze
from migrator.sync.freeze.freezing import is_frozen as is_frozen
from migrator.sync.freeze.freezing import reopen as reopen
from migrator.sync.freeze.freezing import shut as shut
from migrator.sync.freeze.freezing import thaw as thaw
