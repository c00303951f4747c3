"""«Беру к себе», the municipality's cabinet, and the public picture of adoption."""

from __future__ import annotations

from adoption.views import answer_files, answers, cabinet, launch, public, rounds, sheet, start
from adoption.views.base import blueprint

__all__ = ["answer_files", "answers", "blueprint", "cabinet", "launch", "public", "rounds", "sheet", "start"]
