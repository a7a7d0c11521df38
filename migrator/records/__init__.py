"""Business records on paper and in sheets, so that they can be read when the software cannot be used any more."""
