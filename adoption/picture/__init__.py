"""The public picture: map, figures, curve, table practices × municipalities; pages and files."""
