"""The organiser's programme: list, one item by hand, speakers, papers, import with preview."""

from __future__ import annotations

from programme.manage import imports, papers, programme, slots, speakers
from programme.manage.base import blueprint

__all__ = ["blueprint", "imports", "papers", "programme", "slots", "speakers"]
