"""Nothing of a copy gets out: where its attempts end, and what it tried."""
