from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind, Role, ScopeKind
from accounts.models import INVITATION_LINK, ConsentText, Organisation, RoleAssignment, User
from accounts.scopes import read_scope
from accounts.settings import site
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from kernel.text import email_key, sort_key
from kernel.twins import holds
from territories import queries as territories


def user_by_email(address: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email_key(address)))


def user_by_invitation(uuid: str, secret: str) -> User:
    """The user whose invitation or reset link this is. Raises NotFound."""
    user = db.session.scalar(select(User).where(User.uuid == uuid))
    if user is None or user.suspended_at or not user.invitation_generation:
        raise NotFound()
    if not INVITATION_LINK.opens(user.uuid, user.invitation_generation, secret):
        raise NotFound()
    return user


class Narrowing(NamedTuple):
    """What narrows the list of people, as it stands in the address; what makes no sense is left out."""

    q: str = ""
    role: str = ""
    state: str = ""
    scope: str = ""

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> Narrowing:
        role, state, scope = args.get("role", ""), args.get("state", ""), args.get("scope", "")
        return cls(
            args.get("q", "").strip()[:200],
            role if role in {member.value for member in Role} else "",
            state if state in _STATES else "",
            scope if read_scope(scope) else "",
        )


_STATES: dict[str, tuple[ColumnElement[bool], ...]] = {
    "active": (User.suspended_at.is_(None), User.password_hash.is_not(None)),
    "invited": (User.suspended_at.is_(None), User.password_hash.is_(None), User.invited_at.is_not(None)),
    "waiting": (User.suspended_at.is_(None), User.password_hash.is_(None), User.invited_at.is_(None)),
    "suspended": (User.suspended_at.is_not(None),),
}


def users_statement(narrowing: Narrowing = Narrowing()) -> Select[User]:
    """Users that `narrowing` leaves, for a listing; role and scope must be of one assignment."""
    statement = select(User)
    if key := sort_key(narrowing.q):
        statement = statement.where(holds(User.name_key, key) | holds(User.email, email_key(narrowing.q)))
    held = []
    if narrowing.role:
        held.append(RoleAssignment.role == Role(narrowing.role))
    if found := read_scope(narrowing.scope):
        kind, scope_id = found
        held += [RoleAssignment.scope_kind == kind, RoleAssignment.scope_id == scope_id]
    if held:
        statement = statement.where(User.assignments.any(and_(*held)))
    if narrowing.state:
        statement = statement.where(*_STATES[narrowing.state])
    return statement


def users_for_export(narrowing: Narrowing) -> list[User]:
    return list(db.session.scalars(users_statement(narrowing).order_by(User.name_key, User.id)))


def assignment_of(user: User, assignment_id: int) -> RoleAssignment:
    """A role of a person already authorised. Raises NotFound."""
    for assignment in user.assignments:
        if assignment.id == assignment_id:
            return assignment
    raise NotFound()


def active_people(*, but: User) -> list[tuple[str, str, str]]:
    """(uuid, name, e-mail) of everybody who may work here, without `but`, by name."""
    statement = select(User.uuid, User.name, User.email).where(User.suspended_at.is_(None), User.id != but.id)
    rows = db.session.execute(statement.order_by(User.name_key, User.id))
    return [(row.uuid, row.name, row.email) for row in rows]


def user_for(uuid: str, by: SignedIn) -> User:
    """A user, for somebody who may edit users everywhere. Raises NotFound."""
    if not by.scopes(Permission.EDIT_USERS).everywhere:
        raise NotFound()
    user = db.session.scalar(select(User).where(User.uuid == uuid))
    if user is None:
        raise NotFound()
    return user


def user_by_id(user_id: int) -> User:
    return db.session.get_one(User, user_id)


_ADMINISTERS = (RoleAssignment.role == Role.administrator, RoleAssignment.scope_kind == ScopeKind.site)


def administrators() -> int:
    """How many administrators of the whole site can sign in: whoever has set no password yet cannot."""
    return (
        db.session.scalar(
            select(func.count(func.distinct(User.id)))
            .join(User.assignments)
            .where(*_ADMINISTERS, User.suspended_at.is_(None), User.password_hash.is_not(None))
        )
        or 0
    )


def administrators_statement() -> Select[int]:
    """Ids of everybody who administers the site, for a condition."""
    return select(RoleAssignment.user_id).where(*_ADMINISTERS)


def roles_of(user_ids: Iterable[int]) -> dict[int, set[Role]]:
    """The roles each of these people holds now, wherever; whoever holds none is left out."""
    found: dict[int, set[Role]] = {}
    statement = select(RoleAssignment.user_id, RoleAssignment.role).where(RoleAssignment.user_id.in_(list(user_ids)))
    for row in db.session.execute(statement):
        found.setdefault(row.user_id, set()).add(row.role)
    return found


def people_with(role: Role, kind: ScopeKind, scope_ids: set[int]) -> list[User]:
    """Active users holding `role` in one of the scopes."""
    held = User.assignments.any(
        and_(RoleAssignment.role == role, RoleAssignment.scope_kind == kind, RoleAssignment.scope_id.in_(scope_ids))
    )
    return list(db.session.scalars(select(User).where(held, User.suspended_at.is_(None)).order_by(User.id)))


def consent_text(kind: ConsentKind, language: str) -> ConsentText | None:
    """The wording in force."""
    return db.session.scalar(
        select(ConsentText)
        .where(ConsentText.kind == kind, ConsentText.language == language)
        .order_by(ConsentText.version.desc())
        .limit(1)
    )


def organisation_by_code(code: str) -> Organisation | None:
    return db.session.scalar(select(Organisation).where(Organisation.code == code))


def is_called(organisation: Organisation, name: str) -> bool:
    """Whether the name, full or short, is the organisation's."""
    return sort_key(name) in (organisation.name_key, sort_key(organisation.short_name) or None)


class OrganisationNames:
    """Organisations by what people call them, for whoever has only a name."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._full: dict[str, list[Organisation]] = {}
        self._short: dict[str, list[Organisation]] = {}
        for organisation in organisations:
            self._full.setdefault(sort_key(organisation.name), []).append(organisation)
            if organisation.short_name:
                self._short.setdefault(sort_key(organisation.short_name), []).append(organisation)

    def find(self, name: str, territory_id: int | None = None) -> list[Organisation]:
        """Whom the name means: nobody, one, or several of whom somebody must choose.

        Those of the territory go before the others, a full name before a short one.
        """
        key = sort_key(name)
        called = [self._full.get(key, []), self._short.get(key, [])]
        here = [[one for one in found if one.territory_id == territory_id] for found in called]
        return next((found for found in [*here, *called] if found), [])


def organisations_there(name: str, territory_id: int) -> list[Organisation]:
    """Whom the name means in the territory, and nobody elsewhere. One query."""
    called = (Organisation.name_key == sort_key(name)) | (Organisation.short_name != "")
    there = select(Organisation).where(Organisation.territory_id == territory_id, called)
    return OrganisationNames(db.session.scalars(there.order_by(Organisation.id))).find(name)


def organisations_named(name: str, territory_id: int | None = None) -> list[Organisation]:
    """As `OrganisationNames.find`, of everybody.

    Databases do not fold Cyrillic: the short names of all are read, but only when nothing nearer is meant.
    """
    if territory_id is not None and (there := organisations_there(name, territory_id)):
        return there
    key, known = sort_key(name), select(Organisation).order_by(Organisation.id)
    if full := list(db.session.scalars(known.where(Organisation.name_key == key))):
        return full
    shorts = db.session.execute(select(Organisation.id, Organisation.short_name).where(Organisation.short_name != ""))
    ids = [row.id for row in shorts if sort_key(row.short_name) == key]
    return list(db.session.scalars(known.where(Organisation.id.in_(ids)))) if ids else []


def all_organisations() -> list[Organisation]:
    """Every organisation, for imports that match many rows."""
    return list(db.session.scalars(select(Organisation).order_by(Organisation.id)))


def demo_accounts() -> list[User]:
    """The accounts shown on the sign-in page of a demonstration."""
    return list(db.session.scalars(select(User).where(User.demo.is_(True)).order_by(User.id)))


def territory_scopes() -> list[tuple[int, str]]:
    """The site's region and its municipalities."""
    region = territories.current(site().region)
    if region is None:
        return []
    return [(place.id, place.name) for place in (region, *territories.municipalities(region.id))]


_text = ConsentText.__table__.c
_IN_FORCE = (
    select(_text.kind, _text.id, _text.body)
    .where(_text.language.in_([bindparam("language"), "ru"]))
    .order_by(_text.language == bindparam("language"), _text.version)
)


def wordings(language: str) -> Iterable[tuple[ConsentKind, int, str]]:
    """Wordings of consents as (kind, id, body): of each kind the one in force in `language`, else in Russian, last."""
    rows: Any = db.session.connection().execute(_IN_FORCE, {"language": language})
    return rows


def known_wordings() -> set[tuple[ConsentKind, str]]:
    """(kind, language) of every wording there is."""
    return {(kind, language) for kind, language in db.session.execute(select(ConsentText.kind, ConsentText.language))}


def user_with_roles(user_id: int) -> User | None:
    """In one statement composed once: every signed-in request begins with it."""
    return db.session.scalars(_WITH_ROLES, {"id": user_id}).unique().first()


_WITH_ROLES = select(User).where(User.id == bindparam("id")).options(joinedload(User.assignments))


def invited_since(moment: datetime) -> list[User]:
    """Whoever was sent an invitation or a link for a new password since `moment` that still works."""
    fresh = (User.invitation_generation > 0, User.suspended_at.is_(None), User.invited_at >= moment)
    return list(db.session.scalars(select(User).where(*fresh).order_by(User.id)))
