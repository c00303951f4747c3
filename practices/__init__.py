"""The catalogue: card and passport of practices, sample documents, search."""
