"""Pages of the quarterly question: the organiser's rounds, answers on the screen, answers by Excel."""

from __future__ import annotations

from adoption.quarter.views import answers, files, rounds

__all__ = ["answers", "files", "rounds"]
