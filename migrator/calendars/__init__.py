"""When work may be done: working days, holidays with make-up days, freezes, and windows; usable alone."""
