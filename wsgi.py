"""What a WSGI server imports."""

from __future__ import annotations

from app import create_app

app = create_app()
