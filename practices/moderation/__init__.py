"""From an author's card to the catalogue: personal links, comments, confirmation, publication."""
