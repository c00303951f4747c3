"""Who did what, and letters on their way. Names actors and subjects by type and id, imports no feature."""
