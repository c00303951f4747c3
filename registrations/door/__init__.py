"""The door: who may enter, who is in."""
