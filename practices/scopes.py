"""Which pages tell of what: the scopes to raise when a practice changes, or something goes on in a territory.

Each region raises parts of its own, so that writers of two regions never wait for one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.settings import site
from kernel.pages import Scope
from practices.models import Practice
from territories.models import Territory

CATALOGUE = "catalogue"
"""What practices say of themselves."""
SPREAD_SCOPE = "spread"
"""Where practices stand. The catalogue's sets follow it; pages that name every practice are made anew by the clock."""
HOME = "adoption:home"
"""What goes on in the region of the site: its pages show it at once, whatever else they count."""


def of_practice(practice: Practice) -> tuple[str, str]:
    """Its own page."""
    return f"practice:{practice.slug}", practice.territory.region.oktmo


def of_practices(practices: Iterable[Practice]) -> Mapping[Scope, list[int]]:
    """The catalogue, with the practices that changed in it, by the regions they come from."""
    found: dict[Scope, list[int]] = {}
    for practice in practices:
        found.setdefault((CATALOGUE, practice.territory.region.oktmo), []).append(practice.id)
    return found


def of_place(territory: Territory) -> list[Scope]:
    """The pages of a territory and of the region it lies in."""
    region = territory.region.oktmo
    return [f"territory:{territory.oktmo}", f"adoption:{region}", *([HOME] if region == site().region else [])]


def of_spread(practice: Practice, territory: Territory) -> list[Scope]:
    """The pages of a practice and of a territory where it now stands otherwise."""
    return [(f"practice:{practice.slug}", territory.region.oktmo), *of_place(territory)]
