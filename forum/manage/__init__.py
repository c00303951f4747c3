"""The organiser's pages: series, forums, the desk of a forum, places and sections."""

from __future__ import annotations

from forum.manage import desk, forums, places, series
from forum.manage.base import blueprint

__all__ = ["blueprint", "desk", "forums", "places", "series"]
