"""What each role may do. A permission is "feature:thing:verb"; where it holds is the assignment's scope."""

from __future__ import annotations

from flask import Flask

from accounts.enums import Role, ScopeKind
from kernel.feature import registry

OF_A_FORUM = {
    "work:forums:open",
    "forum:forum:edit",
    "forum:programme:edit",
    "registrations:registration:view",
    "registrations:registration:edit",
    "registrations:door:work",
}
OF_PRACTICES = {"work:practices:open", "practices:practice:edit", "practices:practice:publish"}
OF_ADOPTIONS = {"work:cabinet:open", "adoption:adoption:start", "adoption:adoption:edit"}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.administrator: frozenset(
        OF_A_FORUM
        | OF_PRACTICES
        | {
            "accounts:user:edit",
            "accounts:settings:edit",
            "territories:territory:edit",
            "registrations:registration:erase",
            "activity:log:view",
            "forum:series:edit",
            "adoption:adoption:view",
            "adoption:adoption:confirm",
            "adoption:contact:ring",
            "adoption:round:lead",
        }
    ),
    Role.organiser: frozenset(
        OF_A_FORUM
        | OF_PRACTICES
        | {
            "forum:series:edit",
            "adoption:adoption:view",
            "adoption:contact:ring",
            "adoption:round:lead",
            "activity:log:view",
        }
    ),
    Role.section_moderator: frozenset({"work:hall:open"}),
    Role.assistant: frozenset({"work:hall:open"}),
    Role.door: frozenset({"registrations:door:work"}),
    Role.speaker: frozenset({"speakers:profile:own"}),
    Role.coordinator: frozenset(OF_ADOPTIONS),
    Role.curator: frozenset({"adoption:adoption:view", "adoption:adoption:confirm", "adoption:contact:ring"}),
    Role.approver: frozenset({"adoption:adoption:view", "work:approval:open"}),
    Role.methodist: frozenset({"work:practices:open", "practices:practice:edit"}),
    Role.expert: frozenset({"practices:practice:grade"}),
    Role.analyst: frozenset({"adoption:adoption:view", "work:figures:open"}),
}


SCOPES: dict[Role, tuple[ScopeKind, ...]] = {
    Role.administrator: (ScopeKind.site,),
    Role.organiser: (ScopeKind.series, ScopeKind.forum, ScopeKind.site),
    Role.section_moderator: (ScopeKind.section,),
    Role.assistant: (ScopeKind.section,),
    Role.door: (ScopeKind.forum, ScopeKind.series),
    Role.speaker: (ScopeKind.site,),
    Role.coordinator: (ScopeKind.territory,),
    Role.curator: (ScopeKind.territory,),
    Role.approver: (ScopeKind.territory,),
    Role.methodist: (ScopeKind.site, ScopeKind.territory),
    Role.expert: (ScopeKind.site, ScopeKind.territory),
    Role.analyst: (ScopeKind.territory,),
}
"""What a role can be held in: a coordinator without a municipality would coordinate the country."""


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that hold `permission`."""
    return frozenset(role for role, permissions in PERMISSIONS.items() if permission in permissions)


def init_app(app: Flask) -> None:
    """Raises ValueError when a role may do what no feature's manifest names."""
    with app.app_context():
        unknown = set().union(*PERMISSIONS.values()) - registry().permissions
    if unknown:
        raise ValueError(f"no manifest names these permissions of roles: {sorted(unknown)}")
