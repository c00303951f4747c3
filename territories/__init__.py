"""Country → regions → municipalities, versioned; the tile map."""
