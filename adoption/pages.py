"""«Беру к себе», the municipality's cabinet, and the public picture of adoption."""

from __future__ import annotations

from adoption.blueprint import blueprint
from adoption.cabinet.views import adoptions, launch, start
from adoption.picture import views
from adoption.quarter.views import answers, files, rounds
from adoption.sheet import views as sheet_views

__all__ = ["files", "answers", "blueprint", "adoptions", "launch", "views", "rounds", "sheet_views", "start"]
