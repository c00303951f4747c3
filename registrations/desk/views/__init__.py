"""The organiser's pages about participants."""

from __future__ import annotations

from registrations.desk.views import imports, participants

__all__ = ["imports", "participants"]
