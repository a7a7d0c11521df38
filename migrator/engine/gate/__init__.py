"""What must hold before a stage starts, and before each of its steps: people, proofs and time."""
