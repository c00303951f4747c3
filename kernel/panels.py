"""How an upper feature shows itself on a lower feature's page.

The lower page names a place and calls `panels("practice.aside", practice=practice)` in its template;
the upper feature's manifest names a function that returns Markup (or "").
"""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from kernel.feature import Panel, registry
from kernel.keyed_request import left_open


def panels(place: str, **context: object) -> Markup:
    """Everything that manifests name for `place`, shown for `context`."""
    return Markup("").join(Markup(_shown(panel, context)) for panel in registry().panels.get(place, ()))


def _shown(panel: Panel, context: dict[str, object]) -> Markup | str:
    if panel.about is None:
        return panel.show(**context)
    what = panel.about(**context)
    return "" if what is None else left_open(panel.show, what)


def init_app(app: Flask) -> None:
    app.add_template_global(panels)
