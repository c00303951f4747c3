"""«Беру к себе», the municipality's cabinet, and the public picture of adoption."""

from __future__ import annotations

from adoption.views import cabinet, public, sheet, start
from adoption.views.base import blueprint

__all__ = ["blueprint", "cabinet", "public", "sheet", "start"]
