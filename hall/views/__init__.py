"""Pages of the day: the participant's, the moderator's, the organiser's."""
