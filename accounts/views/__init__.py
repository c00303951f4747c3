"""Signing in, people and roles, handing over, site settings."""

from __future__ import annotations

from accounts.views import handover, people, session, site
from accounts.views.base import blueprint
from accounts.views.session import DEMO_PASSWORD

__all__ = ["DEMO_PASSWORD", "blueprint", "handover", "people", "session", "site"]
