"""Public pages of practices, and the work area where they are written."""
