"""The map of a country or a region: tiles computed, boundaries loaded and drawn."""
