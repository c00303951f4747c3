from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from forum.models import Format, Forum, Section
from hall import rules
from hall.models import (
    Feedback,
    Joining,
    PresenceHour,
    PresenceRule,
    Question,
    QuestionState,
    Source,
    ViewingPoint,
)
from kernel.db import db
from kernel.errors import DeadLink
from programme.materials.models import TalkMaterial
from programme.models import Slot
from registrations.models import Attendance, AttendanceKind, Inside, Registration, RegistrationStatus
from registrations.own.tickets import OWN_LINK
from registrations.queries import COMES_FROM
from territories.models import Territory


class Viewer(NamedTuple):
    """Whose personal link it is, as far as counting minutes needs."""

    registration_id: int
    forum: str
    """The forum's slug."""


def viewer(link: str) -> Viewer:
    """Whoever has a place, in whatever format. Raises DeadLink."""
    row = OWN_LINK.find(link, lambda key: db.session.connection().execute(_VIEWER, {"key": key}).first())
    if row is None:
        raise DeadLink()
    return Viewer(*row)


_registration, _hour = Registration.__table__.c, PresenceHour.__table__.c
_VIEWER = (
    select(_registration.id, Forum.__table__.c.slug)
    .join(Forum.__table__, Forum.__table__.c.id == _registration.forum_id)
    .where(_registration.link_hash == bindparam("key"), _registration.status == RegistrationStatus.confirmed)
)


def hours_of(registration_id: int, section_id: int, source: Source) -> Mapping[int, int]:
    """Bits by hour of one person in one section, as one source told them."""
    asked = {"registration": registration_id, "section": section_id, "source": source}
    return {row.hour: row.bits for row in db.session.connection().execute(_HOURS, asked)}


_HOURS = select(_hour.hour, _hour.bits).where(
    _hour.registration_id == bindparam("registration"),
    _hour.section_id == bindparam("section"),
    _hour.source == bindparam("source"),
)


def rule_of(forum_id: int) -> PresenceRule:
    """The forum's rule; where it has said nothing, the usual one, which is of no session."""
    found = db.session.get(PresenceRule, forum_id)
    return found or PresenceRule(forum_id=forum_id, minutes=15, word_counts=True)


def joinings(forum_id: int) -> dict[int, Joining]:
    """How sections of the forum are joined besides their streams, by the section's id."""
    statement = select(Joining).join(Joining.section).where(Section.forum_id == forum_id)
    return {one.section_id: one for one in db.session.scalars(statement)}


def minutes_of(registration: Registration) -> int:
    """How long somebody took part remotely, of all sources; see `rules.united`."""
    totals = db.session.scalars(
        select(func.sum(Attendance.minutes))
        .where(Attendance.registration_id == registration.id, Attendance.kind == AttendanceKind.minutes)
        .group_by(Attendance.section_id, Attendance.source)
    )
    return rules.united(bits_of(registration), [total or 0 for total in totals])


def bits_of(registration: Registration) -> dict[int, int]:
    """Minutes of somebody at the forum by hour, of all sections and sources."""
    bits: dict[int, int] = {}
    for hour, told in db.session.execute(
        select(PresenceHour.hour, PresenceHour.bits).where(PresenceHour.registration_id == registration.id)
    ):
        bits[hour] = bits.get(hour, 0) | told
    return bits


def entered_word(registration_id: int, section_id: int) -> bool:
    """Whether the person has entered the section's code word."""
    proof = select(Attendance.id).where(
        Attendance.registration_id == registration_id,
        Attendance.section_id == section_id,
        Attendance.kind == AttendanceKind.present,
    )
    return bool(db.session.scalar(select(proof.exists())))


class Slides(NamedTuple):
    """A file that goes with a talk of this moment."""

    material_id: int
    title: str
    code: str
    """Of the talk."""


def slides(section_id: int, moment: datetime) -> Sequence[Slides]:
    """Published materials of what a section has on at the forum's wall-clock `moment`."""
    rows = db.session.execute(
        select(TalkMaterial.id, TalkMaterial.title, Slot.code)
        .join(TalkMaterial.slot)
        .where(
            Slot.section_id == section_id,
            Slot.starts <= moment,
            Slot.ends > moment,
            Slot.cancelled.is_(False),
            TalkMaterial.published,
        )
        .order_by(Slot.starts, TalkMaterial.id)
    )
    return [Slides(*row) for row in rows]


def marks_of(registration_id: int) -> dict[int, int]:
    """What a person has said of sections, by the section's id."""
    statement = select(Feedback.section_id, Feedback.mark).where(Feedback.registration_id == registration_id)
    return {row.section_id: row.mark for row in db.session.execute(statement)}


def questions_of(section_id: int) -> Sequence[Question]:
    """What the moderator has been asked, those still to be put first."""
    return db.session.scalars(
        select(Question)
        .where(Question.section_id == section_id)
        .options(joinedload(Question.registration).joinedload(Registration.territory))
        .order_by(Question.state != QuestionState.new, Question.at, Question.id)
    ).all()


def question_of(section_id: int, question_id: int) -> Question:
    """Raises NotFound."""
    found = db.session.get(Question, question_id)
    if found is None or found.section_id != section_id:
        raise NotFound()
    return found


def screens_of(forum_id: int) -> Sequence[ViewingPoint]:
    """Groups at one screen, by municipality."""
    return db.session.scalars(
        select(ViewingPoint)
        .outerjoin(ViewingPoint.territory)
        .where(ViewingPoint.forum_id == forum_id)
        .options(joinedload(ViewingPoint.territory), joinedload(ViewingPoint.registration))
        .order_by(Territory.name_key, ViewingPoint.id)
    ).all()


def screen_of(forum_id: int, point_id: int) -> ViewingPoint:
    """Raises NotFound."""
    found = db.session.get(ViewingPoint, point_id)
    if found is None or found.forum_id != forum_id:
        raise NotFound()
    return found


def people_at(registration_id: int) -> int | None:
    """How many a participant said to be at their screen."""
    return db.session.scalar(select(ViewingPoint.people).where(ViewingPoint.registration_id == registration_id))


class Present(NamedTuple):
    """Somebody who came or of whom a source told, for a list."""

    id: int
    name: str
    comes_from: str
    format: Format
    entered_at: datetime | None


def present(forum_id: int) -> list[Present]:
    """Whoever came or was there remotely, by name; those whose data were deleted stand without one."""
    remote = select(PresenceHour.registration_id).union(
        select(Attendance.registration_id).where(
            Attendance.forum_id == forum_id,
            Attendance.kind.in_((AttendanceKind.minutes, AttendanceKind.present)),
        )
    )
    statement = (
        select(Registration.id, Registration.name, COMES_FROM, Registration.format, Inside.entered_at)
        .outerjoin(Territory, Territory.id == Registration.territory_id)
        .outerjoin(Inside, Inside.registration_id == Registration.id)
        .where(
            Registration.forum_id == forum_id,
            or_(Inside.registration_id.is_not(None), Registration.id.in_(remote)),
        )
        .order_by(Registration.name_key, Registration.id)
    )
    return [Present(id_, name, place or "", *rest) for id_, name, place, *rest in db.session.execute(statement)]


def totals_of(forum_id: int, section_id: int | None, source: Source) -> dict[int, int]:
    """Minutes that a source told in all, of a section or (None) of the forum, by registration."""
    statement = select(Attendance.registration_id, func.sum(Attendance.minutes)).where(
        Attendance.forum_id == forum_id,
        Attendance.section_id.is_(None) if section_id is None else Attendance.section_id == section_id,
        Attendance.source == source.value,
        Attendance.kind == AttendanceKind.minutes,
    )
    rows = db.session.execute(statement.group_by(Attendance.registration_id))
    return {registration_id: minutes or 0 for registration_id, minutes in rows}


def hours_of_section(section_id: int, source: Source) -> dict[int, dict[int, int]]:
    """Bits by hour of everybody in a section, as one source told them."""
    statement = select(PresenceHour.registration_id, PresenceHour.hour, PresenceHour.bits)
    found: dict[int, dict[int, int]] = {}
    for person, hour, bits in db.session.execute(
        statement.where(PresenceHour.section_id == section_id, PresenceHour.source == source)
    ):
        found.setdefault(person, {})[hour] = bits
    return found
