"""Make one side say what the other says, and change nothing else."""
