"""Public pages of practices, and the work area where they are written."""

from __future__ import annotations

from practices.views import imports, manage, public, searches
from practices.views.base import blueprint

__all__ = ["blueprint", "imports", "manage", "public", "searches"]
