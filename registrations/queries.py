from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.models import Consent
from accounts.queries import user_by_email
from forum.kept import forum_copy
from forum.models import Format, Forum, Quota, Section
from forum.queries import local_today
from kernel.db import db
from kernel.secrets import found_by
from kernel.text import email_key, sort_key, whole
from kernel.twins import begins, holds
from registrations.details import QUESTIONS
from registrations.models import Attendance, Interest, Presence, Registration, RegistrationStatus
from territories.models import Territory


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
    """The registration whose secret address this is, with its forum. Raises NotFound."""
    found = found_by("link", link, lambda key: db.session.scalar(_BY_LINK, {"key": key}))
    if found is None:
        raise NotFound()
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


def own_page(link: str) -> tuple[Registration, Forum, set[int]]:
    """What «Мой форум» shows: the registration, a copy of its forum, ids of the sections chosen. Raises NotFound."""
    row = found_by("link", link, lambda key: db.session.execute(_TO_SHOW, {"key": key}).first())
    if row is None:
        raise NotFound()
    chosen = db.session.connection().execute(_CHOSEN, {"registration": row[0].id})
    return row[0], forum_copy(row[1]), set(chosen.scalars())


_TO_SHOW = (
    select(Registration, Forum.slug)
    .join(Registration.forum)
    .where(Registration.link_hash == bindparam("key"))
    .options(joinedload(Registration.territory).load_only(Territory.name))
)
_CHOSEN = select(Interest.__table__.c.section_id).where(
    Interest.__table__.c.registration_id == bindparam("registration")
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


class Narrowing(NamedTuple):
    """What narrows the organiser's list, as it stands in the address."""

    q: str = ""
    status: str = ""
    format: str = ""
    territory: str = ""
    section: str = ""
    came: str = ""

    @classmethod
    def of(cls, args: Any) -> Narrowing:
        return cls(**{name: args.get(name, "").strip()[:LONGEST] for name in cls._fields})


LONGEST = 120
"""So many letters of a search are read: databases count the words of a condition."""


def conditions(forum: Forum, by: Narrowing) -> list[ColumnElement[bool]]:
    """What a Registration must answer to be in the list."""
    held: list[ColumnElement[bool]] = [Registration.forum_id == forum.id]
    for word in sort_key(by.q).split() if "@" not in by.q else []:
        organisation = Registration.organisation_key.contains(word, autoescape=True)
        held.append(or_(holds(Registration.name_key, word), organisation, holds(Registration.email, word)))
    if "@" in by.q:
        held.append(holds(Registration.email, email_key(by.q)))
    if by.status in {member.value for member in RegistrationStatus}:
        held.append(Registration.status == RegistrationStatus(by.status))
    if by.format in {member.value for member in Format}:
        held.append(Registration.format == Format(by.format))
    if by.territory:
        held.append(Registration.territory_id.in_(select(Territory.id).where(Territory.oktmo == by.territory)))
    if (section_id := whole(by.section)) is not None:
        held.append(Registration.interests.any(Interest.section_id == section_id))
    if by.came in ("yes", "no"):
        came = Registration.id.in_(select(Presence.registration_id).where(Presence.forum_id == forum.id))
        held.append(came if by.came == "yes" else ~came)
    return held


def matched(forum: Forum, by: Narrowing, everybody: int) -> tuple[int, list[ColumnElement[bool]]]:
    """How many the list has, and the conditions to read it by. `everybody`: registered at the forum, in any state."""
    held = conditions(forum, by)
    if len(held) == 1:
        return everybody, held
    if not by.q:
        return db.session.connection().execute(select(func.count(Registration.id)).where(*held)).scalar_one(), held
    # Looking for words reads every row of the forum: when few are found it is done once, not again to sort them.
    found = db.session.connection().execute(select(Registration.id).where(*held)).scalars().all()
    return len(found), held if len(found) > FEW else [Registration.id.in_(found)]


COMES_FROM = case((Registration.place != "", Registration.place), else_=Territory.name)
"""As `Registration.comes_from`."""

ANSWERS = [getattr(Registration, key) for key in QUESTIONS]
FEW = 500
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
        Presence.entered_at.label("entered"),
    )
    .outerjoin(Territory, Territory.id == Registration.territory_id)
    .outerjoin(Presence, Presence.registration_id == Registration.id)
)
"""Plain rows of what the list shows."""


def export_rows(forum: Forum, by: Narrowing) -> list[tuple[Any, ...]]:
    """Plain values for the export, by name, the answers last; see `registrations.desk.exports` for the columns."""
    statement = (
        select(
            Registration.id,
            Registration.name,
            Registration.email,
            Registration.status,
            Registration.format,
            Registration.waiting_number,
            COMES_FROM,
            Registration.source,
            Registration.created_at,
            Presence.entered_at,
            *ANSWERS,
        )
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Presence, Presence.registration_id == Registration.id)
        .order_by(Registration.name_key, Registration.id)
    )
    found = statement.where(*conditions(forum, by), Registration.erased_at.is_(None))
    return [tuple(row) for row in db.session.execute(found)]


def interests_of(forum: Forum) -> dict[int, list[str]]:
    """Section titles by registration."""
    rows = db.session.execute(
        select(Interest.registration_id, Section.short_name, Section.name)
        .join(Section, Section.id == Interest.section_id)
        .where(Section.forum_id == forum.id)
        .order_by(Section.position, Section.id)
    )
    found: dict[int, list[str]] = {}
    for registration_id, short, name in rows:
        found.setdefault(registration_id, []).append(short or name)
    return found


def fingerprint(forum: Forum) -> tuple[int, int, int]:
    """Changes with every registration that comes, goes or is corrected."""
    row = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.max(Registration.id), 0),
            func.coalesce(func.sum(Registration.sequence), 0),
        ).where(Registration.forum_id == forum.id)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


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
        select(Registration, Territory.short_name, Presence.entered_at)
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Presence, Presence.registration_id == Registration.id)
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
        select(Registration, Territory.short_name, Presence.entered_at)
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Presence, Presence.registration_id == Registration.id)
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


def presence(registration: Registration) -> Presence | None:
    return db.session.get(Presence, registration.id)


def attendance_of(registration: Registration) -> list[Attendance]:
    """The log of one person, oldest first."""
    statement = select(Attendance).where(Attendance.registration_id == registration.id)
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
