"""Drills: a system brought back from its backup into a scratch environment, with a stopwatch, and given back."""
