from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("adoption", __name__)
