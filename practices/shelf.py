"""The catalogue's page in words and addresses: choices with their counts, what was chosen, orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext as _

from accounts.labels import SPHERE_LABELS
from kernel.db import Columns
from kernel.links import public_url
from kernel.listing import Filter, Listing
from practices import labels
from practices.facets import Catalogue
from practices.models import Practice
from practices.queries import PRACTICES_A_PAGE, Found
from practices.selection import CHOICES, FACETS, ORDERS_OF_PRACTICES, Selection, default_sort
from territories.labels import SIZE_LABELS
from territories.queries import names_of, with_town

TERRITORIES_SHOWN = 8
"""So many territories are offered as ticks; the rest stand in a list."""
OPEN_FACETS = ("audience", "readiness")
"""Facets that stand open."""
WORDS: Mapping[str, Mapping[Any, object]] = {
    "audience": labels.GROUP_LABELS,
    "sphere": SPHERE_LABELS,
    "size": SIZE_LABELS,
    "remoteness": labels.REMOTENESS_LABELS,
    "readiness": labels.READINESS_LABELS,
    "evidence": labels.EVIDENCE_LABELS,
}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    chosen: bool


class Facet(NamedTuple):
    name: str
    label: str
    options: list[Option]
    more: list[Option]
    """Offered in a list below the ticks."""

    @property
    def chosen(self) -> int:
        return sum(option.chosen for option in self.options)

    @property
    def open(self) -> bool:
        return self.name in OPEN_FACETS or self.chosen > 0


class Answered(NamedTuple):
    """What the search has to say about itself."""

    text: str
    """The question that was answered."""
    instead_of: str = ""
    none: bool = False
    """Whether what was typed finds nothing at all."""
    insist_url: str = ""
    suggestion: str = ""
    suggestion_url: str = ""


def listing(selection: Selection, found: Found) -> Listing[Practice]:
    """The page with the addresses of the others; each chosen value can be taken away by itself."""
    path = request.script_root + request.path
    shown = Listing(
        found.items, found.total, found.page, PRACTICES_A_PAGE, selection.sort, selection.q, selection.params(), path
    )
    known = _names(selection, found.catalogue)
    for name, value in selection.each():
        rest = [other for other in selection.chosen[name] if other != value] or None
        text = known.get((name, value), value)
        shown.filters.append(Filter(str(labels.FACET_LABELS[name]), text, shown.url(**{name: rest})))
    return shown


def conditions(selection: Selection, catalogue: Catalogue) -> list[tuple[str, str]]:
    """(label, value) of everything asked for."""
    known = _names(selection, catalogue)
    words = [(_("Words"), selection.q)] if selection.q else []
    return words + [
        (str(labels.FACET_LABELS[name]), known.get((name, value), value)) for name, value in selection.each()
    ]


def _names(selection: Selection, catalogue: Catalogue) -> dict[tuple[str, str], str]:
    """(facet, value) → what people read."""
    found = {
        (name, str(getattr(member, "value", member))): str(label)
        for name, words in WORDS.items()
        for member, label in words.items()
    }
    places = {oktmo: place.name for oktmo, place in catalogue.places.items()}
    if strange := [oktmo for oktmo in selection.chosen.get("territory", ()) if oktmo not in places]:
        places |= names_of(strange)
    return found | {(name, oktmo): text for oktmo, text in places.items() for name in ("territory", "near")}


def facets(selection: Selection, found: Found) -> list[Facet]:
    """Every facet of ticks, with the count of each choice under the other filters."""
    known = _names(selection, found.catalogue)
    made = []
    for name in FACETS[1:]:
        values = CHOICES.get(name) or _territories(selection, found)
        chosen, counts = selection.chosen.get(name, ()), found.counts.get(name, {})
        options = [
            Option(value, known.get((name, value), value), counts.get(value, 0), value in chosen) for value in values
        ]
        few = len(options) if name in CHOICES else max(TERRITORIES_SHOWN, len(chosen))
        shown, rest = options[:few], sorted(options[few:], key=lambda one: one.label)
        made.append(Facet(name, str(labels.FACET_LABELS[name]), shown, rest))
    return made


def _territories(selection: Selection, found: Found) -> list[str]:
    """Territories to choose: those chosen, then those with most practices. Regions only where there are several."""
    catalogue, counts, chosen = found.catalogue, found.counts["territory"], selection.chosen.get("territory", ())
    parents = {place.parent_id for place in catalogue.places.values()}
    several = len({place.parent_id for place in catalogue.places.values() if place.id not in parents}) > 1
    offered = [oktmo for oktmo, place in catalogue.places.items() if several or place.id not in parents]
    offered.sort(key=lambda oktmo: -counts.get(oktmo, 0))
    return [*chosen, *(oktmo for oktmo in offered if oktmo not in chosen)]


class Near(NamedTuple):
    """«Already works nearby»: the municipalities to choose from, and who is near to the one chosen."""

    options: list[Option]
    names: list[str]


def near(selection: Selection, found: Found) -> Near:
    catalogue, counts = found.catalogue, found.counts.get("near", {})
    chosen = selection.chosen.get("near", ())
    options = [
        Option(oktmo, with_town(place.name, place.kind, place.center), counts.get(oktmo, 0), oktmo in chosen)
        for oktmo in catalogue.neighbours
        for place in (catalogue.places[oktmo],)
    ]
    around = [catalogue.places[oktmo].name for one in chosen for oktmo in catalogue.neighbours[one]]
    return Near(options, around)


def sorts(selection: Selection, shown: Listing[Practice]) -> list[tuple[str, str, bool]]:
    """(label, address, whether chosen) of each order."""
    names = ORDERS_OF_PRACTICES if selection.q else ORDERS_OF_PRACTICES[1:]
    default = default_sort(selection.q)
    return [
        (str(labels.SORT_LABELS[name]), shown.url(sort=None if name == default else name), name == selection.sort)
        for name in names
    ]


def answered(selection: Selection, found: Found, shown: Listing[Practice]) -> Answered | None:
    answer = found.answer
    if answer is None:
        return None
    return Answered(
        answer.question.text,
        answer.instead_of,
        bool(answer.instead_of) and answer.none,
        shown.url(exact=1) if answer.instead_of else "",
        answer.suggestion,
        shown.url(q=answer.suggestion, exact=None) if answer.suggestion else "",
    )


def unpaged(selection: Selection) -> Columns:
    """The selection's parameters for an address, from the first page."""
    return {name: values for name, values in selection.params().items() if name != "page"}


def whole_url(shown: Listing[Practice], page: int) -> str:
    return public_url(shown.url(page=page).removeprefix(request.script_root))
