"""Public pages of practices, and the work area where they are written."""

from __future__ import annotations

from practices.views import (
    asking,
    author,
    deeds,
    editions,
    grading,
    imports,
    manage,
    public,
    publication,
    review,
    searches,
)
from practices.views.base import blueprint

__all__ = [
    "asking",
    "author",
    "blueprint",
    "deeds",
    "editions",
    "grading",
    "imports",
    "manage",
    "public",
    "publication",
    "review",
    "searches",
]
