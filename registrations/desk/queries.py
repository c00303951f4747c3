"""The organiser's list of participants: what it was narrowed to, its rows, and what an import compares with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from forum.models import Format, Forum, Section
from kernel.db import Record, db
from kernel.files import StoredFile
from kernel.imports import ImportPreview
from kernel.text import email_key, sort_key, whole_number
from kernel.twins import holds
from registrations.models import Inside, Interest, Registration, RegistrationStatus
from registrations.queries import ANSWERS, COMES_FROM, LONGEST_SEARCH
from territories.models import Territory


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
        return cls(**{name: args.get(name, "").strip()[:LONGEST_SEARCH] for name in cls._fields})


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
    if (section_id := whole_number(by.section)) is not None:
        held.append(Registration.interests.any(Interest.section_id == section_id))
    if by.came in ("yes", "no"):
        came = Registration.id.in_(select(Inside.registration_id).where(Inside.forum_id == forum.id))
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
    return len(found), held if len(found) > PARTICIPANTS_ASKED_BY_ID else [Registration.id.in_(found)]


PARTICIPANTS_ASKED_BY_ID = 500


def export_rows(forum: Forum, by: Narrowing) -> list[Record]:
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
            Inside.entered_at,
            *ANSWERS,
        )
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Inside, Inside.registration_id == Registration.id)
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


def registrations_of(forum_id: int) -> Sequence[Registration]:
    """All of a forum's, in whatever state."""
    return db.session.scalars(select(Registration).where(Registration.forum_id == forum_id)).all()


def ids_by_identity(forum_id: int) -> dict[str, int]:
    mine = Registration.forum_id == forum_id
    return dict(db.session.execute(select(Registration.identity, Registration.id).where(mine)).all())


def loaded_lists(kind: str) -> Sequence[tuple[ImportPreview, StoredFile]]:
    """Previews of imports of this kind that are still kept, with their files."""
    statement = select(ImportPreview, StoredFile).join(ImportPreview.file).where(ImportPreview.kind == kind)
    return db.session.execute(statement).all()
