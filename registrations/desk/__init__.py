"""The organiser's list of participants: cards, import, export."""
