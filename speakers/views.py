from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("speakers", __name__)
