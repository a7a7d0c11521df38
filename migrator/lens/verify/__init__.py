"""Verify: prove cell by cell that the new side holds what the lens makes of the old one."""

from migrator.lens.verify.comparison import compare as compare
from migrator.lens.verify.report import Report as Report
