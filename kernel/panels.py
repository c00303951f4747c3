"""How an upper feature shows itself on a lower feature's page.

The lower page names a place and calls `panels("practice.aside", practice=practice)` in its template;
the upper feature's manifest names a function that returns Markup (or "").
"""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from kernel.feature import registry


def panels(place: str, **context: object) -> Markup:
    """Everything that manifests name for `place`, shown for `context`."""
    return Markup("").join(Markup(show(**context)) for show in registry().panels.get(place, ()))


def init_app(app: Flask) -> None:
    app.add_template_global(panels)
