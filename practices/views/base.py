from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("practices", __name__)
