"""Who works with adoptions, and where."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.enums import Role, ScopeKind
from accounts.models import Organisation, RoleAssignment, User
from accounts.queries import people_with
from accounts.scopes import reach
from kernel.access import SignedIn
from kernel.db import db
from territories.models import Territory


def territories_for(user: SignedIn, permission: str) -> list[Territory]:
    """Municipalities (or regions held as such) where `user` holds `permission`, by name."""
    scopes = user.scopes(permission)
    statement = select(Territory).where(Territory.valid_to.is_(None))
    territories = reach(scopes)
    if territories is None:
        statement = statement.where(Territory.lat.is_not(None))
    else:
        statement = statement.where(Territory.id.in_(territories))
    return list(db.session.scalars(statement.order_by(Territory.level.desc(), Territory.name_key)))


def organisations_in(territories: Iterable[Territory]) -> list[Organisation]:
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.territory_id.in_([territory.id for territory in territories]))
            .options(joinedload(Organisation.territory))
            .order_by(Organisation.name_key, Organisation.id)
        )
    )


def curators_of(territory: Territory) -> list[User]:
    """Curators of the territory or of what stands above it."""
    ids = {territory.id, *([territory.parent_id] if territory.parent_id else [])}
    return people_with(Role.curator, ScopeKind.territory, ids)


def coordinators_of(territory: Territory) -> list[User]:
    return people_with(Role.coordinator, ScopeKind.territory, {territory.id})


def coordinators_in(territory_ids: Iterable[int]) -> dict[int, list[User]]:
    """Active coordinators by territory, by name. One query."""
    rows = db.session.execute(
        select(RoleAssignment.scope_id, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.role == Role.coordinator,
            RoleAssignment.scope_kind == ScopeKind.territory,
            RoleAssignment.scope_id.in_(set(territory_ids)),
            User.suspended_at.is_(None),
        )
        .order_by(User.name_key, User.id)
    )
    found: dict[int, list[User]] = {}
    for scope_id, user in rows:
        if scope_id is not None:
            found.setdefault(scope_id, []).append(user)
    return found
