"""Slots and talks, the public programme, its exports and import."""
