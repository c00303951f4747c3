"""The draft of a forum's resolution."""
