"""Who drives runs: processes that hold environments, live and die, leave and take over."""
