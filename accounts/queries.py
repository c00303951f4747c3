from __future__ import annotations

from collections.abc import Iterable
from hmac import compare_digest
from typing import Any

from sqlalchemy import Select, func, select
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind, Role, ScopeKind
from accounts.models import ConsentText, Organisation, RoleAssignment, User
from accounts.scopes import scope_source
from accounts.settings import site
from kernel.access import Actor
from kernel.db import db
from kernel.secrets import normalise, token
from kernel.text import email_key, like_prefix, sort_key
from territories import queries as territories


def user_by_email(address: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email_key(address)))


def user_by_invitation(uuid: str, secret: str) -> User:
    """The user whose invitation or reset link this is. Raises NotFound."""
    user = db.session.scalar(select(User).where(User.uuid == uuid))
    if user is None or user.suspended_at or not user.invitation_generation:
        raise NotFound()
    if not compare_digest(
        normalise(secret).encode(), token("invitation", user.uuid, user.invitation_generation).encode()
    ):
        raise NotFound()
    return user


def users_statement(q: str = "", role: str = "") -> Select[Any]:
    """Users whose name or e-mail holds `q` and who hold `role`, for a listing."""
    statement = select(User)
    if key := sort_key(q):
        statement = statement.where(User.name_key.contains(key) | User.email.contains(email_key(q)))
    if role in {member.value for member in Role}:
        statement = statement.where(User.assignments.any(RoleAssignment.role == Role(role)))
    return statement


def user_for(uuid: str, by: Actor) -> User:
    """A user, for somebody who may edit users everywhere. Raises NotFound."""
    if not by.scopes("accounts:user:edit").everywhere:
        raise NotFound()
    user = db.session.scalar(select(User).where(User.uuid == uuid))
    if user is None:
        raise NotFound()
    return user


def administrators() -> int:
    """How many active administrators of the whole site there are."""
    return (
        db.session.scalar(
            select(func.count(func.distinct(User.id)))
            .join(User.assignments)
            .where(
                RoleAssignment.role == Role.administrator,
                RoleAssignment.scope_kind == ScopeKind.site,
                User.suspended_at.is_(None),
            )
        )
        or 0
    )


def people_with(role: Role, kind: ScopeKind, scope_ids: set[int]) -> list[User]:
    """Active users holding `role` in one of the scopes."""
    return list(
        db.session.scalars(
            select(User)
            .join(User.assignments)
            .where(
                RoleAssignment.role == role,
                RoleAssignment.scope_kind == kind,
                RoleAssignment.scope_id.in_(scope_ids),
                User.suspended_at.is_(None),
            )
            .distinct()
            .order_by(User.id)
        )
    )


def consent_text(kind: ConsentKind, language: str) -> ConsentText | None:
    """The wording in force."""
    return db.session.scalar(
        select(ConsentText)
        .where(ConsentText.kind == kind, ConsentText.language == language)
        .order_by(ConsentText.version.desc())
        .limit(1)
    )


def consent_texts(kinds: Iterable[ConsentKind], language: str) -> dict[ConsentKind, ConsentText]:
    """The wordings in force of several kinds, in one query; Russian where there is none in `language`."""
    found = db.session.scalars(
        select(ConsentText)
        .where(ConsentText.kind.in_(list(kinds)), ConsentText.language.in_({language, "ru"}))
        .order_by(ConsentText.language == language, ConsentText.version)
    )
    return {text.kind: text for text in found}


def organisation_by_code(code: str) -> Organisation | None:
    return db.session.scalar(select(Organisation).where(Organisation.code == code))


def organisation_by_name(name: str, territory_id: int | None = None) -> Organisation | None:
    """The organisation of that name (full or short), preferring the territory given."""
    key = sort_key(name)
    found = list(
        db.session.scalars(
            select(Organisation).where((Organisation.name_key == key) | (Organisation.short_name == name))
        )
    )
    here = [organisation for organisation in found if organisation.territory_id == territory_id]
    return next(iter(here or found), None)


def all_organisations() -> list[Organisation]:
    """Every organisation, for imports that match many rows."""
    return list(db.session.scalars(select(Organisation).order_by(Organisation.id)))


def organisations_in(territory_ids: set[int]) -> list[Organisation]:
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.territory_id.in_(territory_ids))
            .order_by(Organisation.name_key, Organisation.id)
        )
    )


def organisations_like(prefix: str, limit: int = 10) -> list[Organisation]:
    pattern = "%" + like_prefix(sort_key(prefix))
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.name_key.like(pattern, escape="\\"))
            .order_by(Organisation.name_key)
            .limit(limit)
        )
    )


def demo_accounts() -> list[User]:
    """The accounts shown on the sign-in page of a demonstration."""
    return list(db.session.scalars(select(User).where(User.demo.is_(True)).order_by(User.id)))


def organisations_by_key() -> dict[str, Organisation]:
    """Every organisation by the keys of its full and short names."""
    found: dict[str, Organisation] = {}
    for organisation in db.session.scalars(select(Organisation)):
        if organisation.short_name:
            found.setdefault(sort_key(organisation.short_name), organisation)
        found[organisation.name_key] = organisation
    return found


@scope_source(ScopeKind.territory)
def _territory_scopes() -> list[tuple[int, str]]:
    """The site's region and its municipalities."""
    region = territories.current(site().region)
    if region is None:
        return []
    return [(place.id, place.name) for place in (region, *territories.municipalities(region.id))]
