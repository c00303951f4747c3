"""What each role may do. A permission is "feature:thing:verb"; where it holds is the assignment's scope."""

from __future__ import annotations

from flask import Flask

from accounts.enums import Role, ScopeKind
from kernel.feature import registry
from kernel.permissions import Permission

OF_A_FORUM = {
    Permission.OPEN_FORUMS,
    Permission.EDIT_FORUMS,
    Permission.EDIT_PROGRAMME,
    Permission.VIEW_REGISTRATIONS,
    Permission.EDIT_REGISTRATIONS,
    Permission.WORK_AT_THE_DOOR,
}
OF_PRACTICES = {Permission.OPEN_PRACTICES, Permission.EDIT_PRACTICES, Permission.PUBLISH_PRACTICES}
OF_ADOPTIONS = {Permission.OPEN_CABINET, Permission.START_ADOPTIONS, Permission.EDIT_ADOPTIONS}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.administrator: frozenset(
        OF_A_FORUM
        | OF_PRACTICES
        | {
            Permission.EDIT_USERS,
            Permission.EDIT_SETTINGS,
            Permission.EDIT_TERRITORIES,
            Permission.ERASE_REGISTRATIONS,
            Permission.VIEW_LOG,
            Permission.EDIT_SERIES,
            Permission.VIEW_ADOPTIONS,
            Permission.CONFIRM_LAUNCHES,
            Permission.RING_CONTACTS,
            Permission.LEAD_ROUNDS,
        }
    ),
    Role.organiser: frozenset(
        OF_A_FORUM
        | OF_PRACTICES
        | {
            Permission.EDIT_SERIES,
            Permission.VIEW_ADOPTIONS,
            Permission.START_ADOPTIONS,
            Permission.RING_CONTACTS,
            Permission.LEAD_ROUNDS,
            Permission.VIEW_LOG,
        }
    ),
    Role.section_moderator: frozenset({Permission.OPEN_HALL}),
    Role.assistant: frozenset({Permission.OPEN_HALL}),
    Role.door: frozenset({Permission.WORK_AT_THE_DOOR}),
    Role.speaker: frozenset({Permission.OWN_PROFILE}),
    Role.coordinator: frozenset(OF_ADOPTIONS),
    Role.curator: frozenset(
        {
            Permission.VIEW_ADOPTIONS,
            Permission.START_ADOPTIONS,
            Permission.CONFIRM_LAUNCHES,
            Permission.RING_CONTACTS,
        }
    ),
    Role.approver: frozenset({Permission.VIEW_ADOPTIONS, Permission.OPEN_APPROVAL}),
    Role.methodist: frozenset({Permission.OPEN_PRACTICES, Permission.EDIT_PRACTICES}),
    Role.expert: frozenset({Permission.GRADE_PRACTICES}),
    Role.analyst: frozenset({Permission.VIEW_ADOPTIONS, Permission.OPEN_FIGURES}),
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


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that hold `permission`."""
    return frozenset(role for role, permissions in PERMISSIONS.items() if permission in permissions)


def init_app(app: Flask) -> None:
    """Raises ValueError when a role may do what no feature's manifest names."""
    with app.app_context():
        unknown = set().union(*PERMISSIONS.values()) - registry().permissions
    if unknown:
        raise ValueError(f"no manifest names these permissions of roles: {sorted(unknown)}")
