"""The pages of every room but the door, whose blueprint is its own."""

from __future__ import annotations

from registrations.blueprint import blueprint
from registrations.desk import views as desk
from registrations.own import views as own
from registrations.signup import views as signup

__all__ = ["blueprint", "desk", "own", "signup"]
