"""Fill the new side's tables from the old side's: in the server where that can be, as bytes between servers else."""
