"""How an upper feature shows itself on a lower feature's page.

The lower page names a place and calls `panels("practice.aside", practice=practice)` in its template;
the upper feature registers a function that returns Markup (or "").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from markupsafe import Markup

from kernel.kept import left_open

Panel = Callable[..., Markup | str]
P = TypeVar("P", bound=Panel)
Own = Callable[[Any], Markup | str]
_places: dict[str, list[tuple[int, Panel]]] = defaultdict(list)


def panel(place: str, order: int = 50) -> Callable[[P], P]:
    """Register a function to be shown at `place`; lower `order` comes first."""

    def register(show: P) -> P:
        if all(known is not show for _, known in _places[place]):
            _places[place].append((order, show))
            _places[place].sort(key=lambda item: item[0])
        return show

    return register


def personal_panel(place: str, about: Callable[..., Any], order: int = 50) -> Callable[[Own], Own]:
    """Register what each reader sees for themselves: a kept page has a gap there, filled at each reading.

    `about(**context)` gives plain values that are the same for every reader (None: there is nothing to show anybody);
    `show` takes them and asks who is signed in.
    """

    def register(show: Own) -> Own:
        def here(**context: Any) -> Markup | str:
            what = about(**context)
            return "" if what is None else left_open(show, what)

        panel(place, order)(here)
        return show

    return register


def panels(place: str, **context: object) -> Markup:
    """Everything registered at `place`, shown for `context`."""
    return Markup("").join(Markup(show(**context)) for _, show in _places[place])


def init_app(app: Flask) -> None:
    app.add_template_global(panels)
