"""What is planned, as statements at the target's tables."""
