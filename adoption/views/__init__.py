"""«Беру к себе», the municipality's cabinet, and the public picture of adoption."""

from __future__ import annotations

from adoption.views import cabinet, public, start
from adoption.views.base import blueprint

__all__ = ["blueprint", "cabinet", "public", "start"]
