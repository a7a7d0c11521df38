"""One batch: what is dirty on one side is brought to the other, in one stroke."""
