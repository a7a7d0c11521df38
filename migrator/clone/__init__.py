"""Make one environment a copy of another, and never the other way round."""
