"""The adviser's sheet: who stands still, whom to ring, what to say. Not public."""
