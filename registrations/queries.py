from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, case, cast, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.models import Consent
from accounts.queries import user_by_email
from forum.copies import forum_copy
from forum.models import Format, Forum, Quota
from forum.queries import local_today
from kernel.db import db
from kernel.errors import DeadLink
from kernel.text import email_key, sort_key
from kernel.twins import begins
from registrations.details import QUESTIONS
from registrations.models import Attendance, AttendanceKind, Inside, Interest, Registration, RegistrationStatus
from registrations.own.tickets import OWN_LINK
from territories.models import Territory

COMES_FROM = case((Registration.place != "", Registration.place), else_=Territory.name)
"""As `Registration.comes_from`."""
ANSWERS = [getattr(Registration, key) for key in QUESTIONS]


def is_open(forum: Forum) -> bool:
    return forum.registration_open_on(local_today(forum))


def same_mailbox(forum_id: int, email: str) -> list[Registration]:
    """Registrations of an address at a forum, oldest first."""
    return list(db.session.scalars(_SAME_MAILBOX, {"forum": forum_id, "email": email}))


_SAME_MAILBOX = (
    select(Registration)
    .where(Registration.forum_id == bindparam("forum"), Registration.email == bindparam("email"))
    .order_by(Registration.id)
)


def registration_by_link(link: str) -> Registration:
    """The registration whose secret address this is, with its forum. Raises DeadLink."""
    found = OWN_LINK.find(link, lambda key: db.session.scalar(_BY_LINK, {"key": key}))
    if found is None:
        raise DeadLink()
    return found


_BY_LINK = (
    select(Registration)
    .where(Registration.link_hash == bindparam("key"))
    .options(
        joinedload(Registration.forum),
        joinedload(Registration.territory),
        selectinload(Registration.interests).joinedload(Interest.section),
    )
)


class OwnPage(NamedTuple):
    """What «Мой форум» shows."""

    registration: Registration
    forum: Forum
    """A copy."""
    chosen: set[int]
    """Ids of the sections chosen."""
    awaited: bool
    """As `is_awaited`."""


def own_page(link: str) -> OwnPage:
    """In one query. Raises DeadLink."""
    row = OWN_LINK.find(link, lambda key: db.session.execute(_TO_SHOW, {"key": key}).first())
    if row is None:
        raise DeadLink()
    registration, slug, chosen, others_wait = row
    awaited = others_wait and registration.status is not RegistrationStatus.waitlisted
    return OwnPage(registration, forum_copy(slug), set(map(int, (chosen or "").split())), awaited)


_waiting = aliased(Registration)
_TO_SHOW = (
    select(
        Registration,
        Forum.slug,
        select(func.aggregate_strings(cast(Interest.section_id, String), " "))
        .where(Interest.registration_id == Registration.id)
        .correlate(Registration)
        .scalar_subquery(),
        select(_waiting.id)
        .where(
            _waiting.forum_id == Registration.forum_id,
            _waiting.format == Registration.format,
            _waiting.status == RegistrationStatus.waitlisted,
            _waiting.id != Registration.id,
        )
        .correlate(Registration)
        .exists(),
    )
    .join(Registration.forum)
    .where(Registration.link_hash == bindparam("key"))
    .options(joinedload(Registration.territory).load_only(Territory.name))
)


def registration_of(forum: Forum, uuid: str) -> Registration:
    """A registration of a forum the caller was given by `forum_for`. Raises NotFound."""
    found = db.session.scalar(
        select(Registration)
        .where(Registration.forum_id == forum.id, Registration.uuid == uuid, Registration.erased_at.is_(None))
        .options(joinedload(Registration.territory), selectinload(Registration.interests))
    )
    if found is None:
        raise NotFound()
    return found


def place_in_line(registration: Registration) -> int:
    """1 for the next to get a place."""
    ahead = db.session.scalar(
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.forum_id == registration.forum_id,
            Registration.format == registration.format,
            Registration.status == RegistrationStatus.waitlisted,
            Registration.waiting_number < registration.waiting_number,
        )
    )
    return (ahead or 0) + 1


def is_awaited(registration: Registration) -> bool:
    """Whether a place this person has, or had, goes to somebody waiting for it."""
    if registration.status is RegistrationStatus.waitlisted:
        return False
    whose = {"forum": registration.forum_id, "format": registration.format, "own": registration.id}
    return bool(db.session.connection().execute(_AWAITED, whose).scalar())


_AWAITED = select(
    select(Registration.id)
    .where(
        Registration.forum_id == bindparam("forum"),
        Registration.format == bindparam("format"),
        Registration.status == RegistrationStatus.waitlisted,
        Registration.id != bindparam("own"),
    )
    .exists()
)


def quota(forum_id: int, format: Format) -> Quota | None:
    return db.session.scalar(select(Quota).where(Quota.forum_id == forum_id, Quota.format == format))


# ── the organiser's list ─────────────────────────────────────────────────────────────────────────


LONGEST_SEARCH = 120
"""So many letters of a search are read: databases count the words of a condition."""


LIST: Any = (
    select(
        Registration.uuid,
        Registration.name,
        Registration.email,
        Registration.status,
        Registration.format,
        Registration.waiting_number,
        *ANSWERS,
        Registration.created_at,
        COMES_FROM.label("territory"),
        Inside.entered_at.label("entered"),
    )
    .outerjoin(Territory, Territory.id == Registration.territory_id)
    .outerjoin(Inside, Inside.registration_id == Registration.id)
)
"""Plain rows of what the list shows."""


def total(forum: Forum) -> int:
    """How many are registered, cancelled ones left out."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Registration)
            .where(Registration.forum_id == forum.id, Registration.status != RegistrationStatus.cancelled)
        )
        or 0
    )


# ── the door ─────────────────────────────────────────────────────────────────────────────────────


NAMES_SHOWN = 20


class Found(NamedTuple):
    """People found by name: (registration, territory's name, entered_at), and how many fit in all."""

    people: list[tuple[Registration, str | None, datetime | None]]
    total: int


def by_name(forum: Forum, q: str, limit: int = NAMES_SHOWN) -> Found:
    """People any of whose names begin with each word of `q`; whose surname begins with the first word come first."""
    words = sort_key(q).split()
    if not words:
        return Found([], 0)
    held = [begins(Registration.name_key, word) for word in words]
    held.insert(0, Registration.forum_id == forum.id)
    total = db.session.scalar(select(func.count(Registration.id)).where(*held)) or 0
    if not total:
        return Found([], 0)
    surname = case((begins(Registration.name_key, words[0], anywhere=False), 0), else_=1)
    rows = db.session.execute(
        select(Registration, Territory.short_name, Inside.entered_at)
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Inside, Inside.registration_id == Registration.id)
        .where(*held)
        .order_by(surname, Registration.name_key, Registration.id)
        .limit(limit)
    )
    return Found([(registration, territory, entered) for registration, territory, entered in rows], total)


def same_person(registration: Registration) -> list[Registration]:
    """Registrations of the same address and name at every forum, by forum; this one among them."""
    statement = select(Registration).where(Registration.identity == registration.identity)
    return list(db.session.scalars(statement.order_by(Registration.forum_id, Registration.id)))


def mailbox_is_used(email: str) -> bool:
    """Whether somebody registered, or with an account, has this address."""
    registered = select(Registration.id).where(Registration.email == email)
    return bool(db.session.scalar(select(registered.exists()))) or user_by_email(email) is not None


def erased_keys() -> set[str]:
    """Keyed hashes of everybody who was erased, at whatever forum."""
    return set(db.session.scalars(select(Registration.erased_key).where(Registration.erased_at.is_not(None))))


def namesakes(forum: Forum, name: str, email: str) -> Found:
    """People of exactly this name under another address: perhaps the same person, who forgot which was given."""
    rows = db.session.execute(
        select(Registration, Territory.short_name, Inside.entered_at)
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Inside, Inside.registration_id == Registration.id)
        .where(
            Registration.forum_id == forum.id,
            Registration.name_key == sort_key(name),
            Registration.email != email_key(email),
        )
        .order_by(Registration.id)
        .limit(NAMES_SHOWN)
    )
    found: list[Any] = [tuple(row) for row in rows]
    return Found(found, len(found))


def registration_by_id(registration_id: int) -> Registration:
    return db.session.get_one(Registration, registration_id)


# ── a participant's card ─────────────────────────────────────────────────────────────────────────


def inside_now(registration: Registration) -> Inside | None:
    return db.session.get(Inside, registration.id)


def attendance_of(registration: Registration) -> list[Attendance]:
    """Entries at the door of one person, those taken back too, oldest first."""
    door = Attendance.kind.in_((AttendanceKind.entry, AttendanceKind.exit, AttendanceKind.undo))
    statement = select(Attendance).where(Attendance.registration_id == registration.id, door)
    return list(db.session.scalars(statement.order_by(Attendance.at, Attendance.id)))


def consents(registration: Registration) -> list[Consent]:
    """Consents given with a registration, oldest first."""
    statement = (
        select(Consent)
        .where(Consent.subject_type == "registration", Consent.subject_id == registration.id)
        .options(joinedload(Consent.text))
        .order_by(Consent.id)
    )
    return list(db.session.scalars(statement))


def still_taking_part(ids: Sequence[int]) -> Sequence[Registration]:
    """Of these whoever has a place or waits for one, with the forum, in order of their ids."""
    return db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(ids), Registration.status != RegistrationStatus.cancelled)
        .options(joinedload(Registration.forum))
        .order_by(Registration.id)
    ).all()
