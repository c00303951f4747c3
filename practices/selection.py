"""What a reader of the catalogue asks for, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from accounts.enums import Sphere
from kernel.text import clean, whole_number
from practices.facets import COSTS, DISTANCES, LAUNCHES, Catalogue
from practices.models import Evidence, TargetGroup
from territories.models import SizeClass
from territories.queries import current_codes

LONGEST_QUERY_READ = 500
MAX_VALUES = 20
"""So many values of one facet are heeded."""
ORDERS_OF_PRACTICES = ("relevance", "spread", "new", "name")
CHOICES: dict[str, tuple[str, ...]] = {
    "audience": tuple(group.value for group in TargetGroup),
    "cost": (*COSTS, "more"),
    "launch": (*LAUNCHES, "longer"),
    "sphere": tuple(sphere.value for sphere in Sphere),
    "size": tuple(size.value for size in SizeClass),
    "remoteness": (*DISTANCES, "remote"),
    "readiness": ("working", "documents", "ready", "with_support"),
    "evidence": tuple(evidence.value for evidence in Evidence),
}
"""Facets whose values are always the same, in the order in which they are read."""
FACETS = ("near", "audience", "cost", "launch", "sphere", "readiness", "evidence", "territory", "size", "remoteness")
PARAMETERS = ("q", "exact", *FACETS, "sort", "page")


@dataclass(frozen=True)
class Selection:
    """Empty values ask for nothing. `chosen`: facet → values, each known, none twice."""

    q: str = ""
    exact: bool = False
    """Whether the reader insists on the words as typed."""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "spread"
    page: int = 1

    def __bool__(self) -> bool:
        return bool(self.q or any(self.chosen.values()))

    def each(self) -> list[tuple[str, str]]:
        """(facet, value) of every choice."""
        return [(name, value) for name in FACETS for value in self.chosen.get(name, ())]

    def params(self) -> dict[str, list[str]]:
        """The address's parameters, without those that say nothing."""
        found = {"q": [self.q]} if self.q else {}
        if self.exact and self.q:
            found["exact"] = ["1"]
        found |= {name: list(self.chosen[name]) for name in FACETS if self.chosen.get(name)}
        if self.sort != default_sort(self.q):
            found["sort"] = [self.sort]
        if self.page > 1:
            found["page"] = [str(self.page)]
        return found


def default_sort(q: str) -> str:
    return "relevance" if q else "spread"


def read_selection(args: MultiDict[str, str], catalogue: Catalogue) -> Selection:
    """What an address asks for; anything unknown in it is passed over."""
    q = clean(args.get("q", ""))[:LONGEST_QUERY_READ].strip()
    chosen = {name: tuple(_known(args.getlist(name), CHOICES[name])) for name in CHOICES}
    chosen["near"] = tuple(_known(args.getlist("near"), catalogue.neighbours))[:1]
    chosen["territory"] = _territories(args.getlist("territory"), catalogue)
    sort = args.get("sort", "")
    if sort not in ORDERS_OF_PRACTICES or (sort == "relevance" and not q):
        sort = default_sort(q)
    return Selection(q, bool(args.get("exact")), chosen, sort, max(1, whole_number(args.get("page", "1")) or 1))


def _known(values: list[str], choices: Mapping[str, object] | tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(value for value in values[:1000] if value in choices))[:MAX_VALUES]


def _territories(codes: list[str], catalogue: Catalogue) -> tuple[str, ...]:
    """OKTMO in force; a code of before a reform stands for its successor."""
    asked = list(dict.fromkeys(code for code in codes[:1000] if code.isascii() and code.isdigit()))[:MAX_VALUES]
    old = [code for code in asked if code not in catalogue.places]
    successors = current_codes(old) if old else {}
    found = (code if code in catalogue.places else successors.get(code, "") for code in asked)
    return tuple(dict.fromkeys(code for code in found if code))
