"""What a role can be held in: each feature that owns such objects registers how to list and name them."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from accounts.enums import ScopeKind
from accounts.labels import SCOPE_LABELS
from kernel.access import Scopes
from kernel.text import whole
from territories.queries import below

Lister = Callable[[], list[tuple[int, str]]]
Locator = Callable[[frozenset[int]], set[int]]
_listers: dict[ScopeKind, Lister] = {}
_locators: dict[ScopeKind, Locator] = {ScopeKind.territory: set}


def scope_source(kind: ScopeKind) -> Callable[[Lister], Lister]:
    """Register the function that lists (id, name) of every object of `kind`."""

    def register(lister: Lister) -> Lister:
        _listers[kind] = lister
        return lister

    return register


def scope_territory(kind: ScopeKind) -> Callable[[Locator], Locator]:
    """Register the function that gives the territories in which scopes of `kind` (by ids) lie."""

    def register(locator: Locator) -> Locator:
        _locators[kind] = locator
        return locator

    return register


def reach(scopes: Scopes) -> set[int] | None:
    """Ids of the territories, with all below them, that `scopes` reach; None when everywhere."""
    if scopes.everywhere:
        return None
    ids: set[int] = set()
    for kind, locate in _locators.items():
        if held := scopes.of(kind.value):
            ids |= locate(held)
    return below(ids)


def scope_choices() -> list[tuple[str, str]]:
    """All scopes as ("kind:id", label) for a select."""
    choices = [("", _("Choose where")), ("site", _("Everywhere"))]
    for kind, lister in _listers.items():
        choices += [(f"{kind.value}:{scope_id}", f"{SCOPE_LABELS[kind]}: {name}") for scope_id, name in lister()]
    return choices


def read_scope(text: str) -> tuple[ScopeKind, int | None] | None:
    """ "kind:id" as `scope_choices` writes it; None when it is something else."""
    if text == ScopeKind.site.value:
        return ScopeKind.site, None
    kind, _sep, number = str(text or "").partition(":")
    scope_id = whole(number)
    if kind not in {one.value for one in ScopeKind} or scope_id is None:
        return None
    return ScopeKind(kind), scope_id


def scope_name(kind: ScopeKind, scope_id: int | None) -> str:
    """The name of a scope, kept beside the assignment so that lists need no look-up."""
    if scope_id is None or kind not in _listers:
        return ""
    return dict(_listers[kind]()).get(scope_id, "")
