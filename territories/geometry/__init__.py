"""From longitudes and latitudes to outlines light enough for a page: pure functions, no database."""
