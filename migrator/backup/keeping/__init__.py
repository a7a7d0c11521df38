"""Which sets are kept, for how long, and where else."""
