"""The organiser's programme: list, one item by hand, speakers, papers, import with preview."""
