"""The pages of every room."""

from __future__ import annotations

from adoption.blueprint import blueprint
from adoption.cabinet import views as cabinet
from adoption.picture import views as picture
from adoption.quarter import views as quarter
from adoption.sheet import views as sheet

__all__ = ["blueprint", "cabinet", "picture", "quarter", "sheet"]
