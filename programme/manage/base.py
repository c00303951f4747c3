"""What the organiser's pages share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("programme_desk", __name__)
