"""A municipality's pages, and those of whoever confirms what it reports."""
