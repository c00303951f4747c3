"""The organiser's pages: series, forums, the desk of a forum, places and sections."""
