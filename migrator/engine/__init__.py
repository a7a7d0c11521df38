"""Runs plans: forward, back, and on after a crash. It knows no step kind."""
