"""What a role can be held in: the manifest of each feature that owns such objects says how they are called."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.enums import ScopeKind
from accounts.labels import SCOPE_LABELS
from kernel.access import Scopes
from kernel.feature import registry
from kernel.text import whole_number
from territories.queries import below


def reach(scopes: Scopes) -> set[int] | None:
    """Ids of the territories, with all below them, that `scopes` reach; None when everywhere."""
    if scopes.everywhere:
        return None
    ids: set[int] = set()
    for scope in registry().scopes.values():
        if scope.territories and (held := scopes.of(scope.kind)):
            ids |= scope.territories(held)
    return below(ids)


def scope_choices() -> list[tuple[str, str]]:
    """All scopes as ("kind:id", label) for a select."""
    choices = [("", _("Choose where")), ("site", _("Everywhere"))]
    for kind, scope in registry().scopes.items():
        label = SCOPE_LABELS[ScopeKind(kind)]
        choices += [(f"{kind}:{scope_id}", f"{label}: {name}") for scope_id, name in scope.names()]
    return choices


def read_scope(text: str) -> tuple[ScopeKind, int | None] | None:
    """ "kind:id" as `scope_choices` writes it; None when it is something else."""
    if text == ScopeKind.site.value:
        return ScopeKind.site, None
    kind, _sep, number = str(text or "").partition(":")
    scope_id = whole_number(number)
    if kind not in {one.value for one in ScopeKind} or scope_id is None:
        return None
    return ScopeKind(kind), scope_id


def scope_name(kind: ScopeKind, scope_id: int | None) -> str:
    """The name of a scope, kept beside the assignment so that lists need no look-up."""
    scope = registry().scopes.get(kind.value)
    return dict(scope.names()).get(scope_id, "") if scope and scope_id is not None else ""
