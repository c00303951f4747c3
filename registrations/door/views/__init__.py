"""A phone, a queue, a second for each person. Everything also works without JavaScript."""

from __future__ import annotations

from registrations.door.views import arrivals, door
from registrations.door.views.base import blueprint

__all__ = ["arrivals", "blueprint", "door"]
