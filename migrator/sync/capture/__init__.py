"""Capture: triggers that note the keys of rows that are written, and nothing else."""

from migrator.sync.capture.install import install as install
from migrator.sync.capture.install import remove as remove
from migrator.sync.capture.watch import CaptureBroken as CaptureBroken
from migrator.sync.capture.watch import Watch as Watch
