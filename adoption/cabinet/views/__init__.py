"""A municipality's pages, and those of whoever confirms what it reports."""

from __future__ import annotations

from adoption.cabinet.views import adoptions, launch, start

__all__ = ["adoptions", "launch", "start"]
