"""People who speak at forums; they may never sign in."""
