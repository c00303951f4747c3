"""A forum in figures: who signed up, who came, and the day as it goes."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, func, select

from activity.models import Letter, LetterStatus
from forum.models import Format, Forum, Section
from forum.queries import local_today
from kernel.db import db, utcnow
from registrations.models import Inside, Interest, Registration, RegistrationStatus
from territories.models import Level, Territory


class Figures(NamedTuple):
    """Counts of a forum; what each means stands beside it on the screen."""

    registered: int
    confirmed: int
    in_person: int
    remote: int
    waiting: int
    cancelled: int
    came: int
    territories: frozenset[int]
    """Ids of all that somebody comes from, whatever their state."""

    @property
    def everybody(self) -> int:
        return self.registered + self.cancelled


_forum: BindParameter[int] = bindparam("forum")
_STATES = (
    select(Registration.status, Registration.format, Registration.territory_id, func.count())
    .where(Registration.forum_id == _forum)
    .group_by(Registration.status, Registration.format, Registration.territory_id)
)
_CAME = select(func.count()).select_from(Inside).where(Inside.forum_id == _forum)


def figures(forum: Forum) -> Figures:
    """Two queries, both answered from indexes."""
    connection = db.session.connection()
    counts, territories = Counter[tuple[RegistrationStatus, Format]](), set[int]()
    for status, format, territory_id, number in connection.execute(_STATES, {"forum": forum.id}):
        counts[status, format] += number
        if territory_id is not None:
            territories.add(territory_id)
    came = connection.execute(_CAME, {"forum": forum.id}).scalar_one()

    def of(*statuses: RegistrationStatus, formats: tuple[Format, ...] = tuple(Format)) -> int:
        return sum(counts[status, format] for status in statuses for format in formats)

    confirmed, waitlisted = RegistrationStatus.confirmed, RegistrationStatus.waitlisted
    return Figures(
        registered=of(confirmed, waitlisted),
        confirmed=of(confirmed),
        in_person=of(confirmed, formats=(Format.in_person,)),
        remote=of(confirmed, formats=(Format.remote,)),
        waiting=of(waitlisted),
        cancelled=of(RegistrationStatus.cancelled),
        came=came,
        territories=frozenset(territories),
    )


def _count(statement: Select[int] | Select[int | None]) -> int:
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


CHART_DAYS = 14
TEMPO = timedelta(minutes=10)


def signups_by_day(forum: Forum) -> list[tuple[date, int]]:
    """How many of those registered now signed up on each of the last two weeks' days, by the forum's own calendar."""
    today = local_today(forum)
    first = today - timedelta(days=CHART_DAYS - 1)
    since = datetime.combine(first, time.min, forum.zone)
    moments = db.session.scalars(
        select(Registration.created_at).where(
            Registration.forum_id == forum.id,
            Registration.created_at >= since,
            Registration.status != RegistrationStatus.cancelled,
        )
    )
    counts = Counter(moment.astimezone(forum.zone).date() for moment in moments)
    return [(day, counts[day]) for day in (first + timedelta(days=n) for n in range(CHART_DAYS))]


class DoorNow(NamedTuple):
    """The day as it goes: who is in, how fast people come in."""

    inside: int
    lately: int


def door_now(forum: Forum) -> DoorNow:
    """Two counts, answered from indexes."""
    lately = select(Inside.registration_id).where(Inside.forum_id == forum.id, Inside.entered_at > utcnow() - TEMPO)
    return DoorNow(
        inside=_count(select(Inside.registration_id).where(Inside.forum_id == forum.id)),
        lately=_count(lately),
    )


def undelivered_to(forum: Forum) -> list[str]:
    """Addresses of participants to whom a letter could not be delivered, in order."""
    registered = select(Registration.email).where(
        Registration.forum_id == forum.id, Registration.status != RegistrationStatus.cancelled
    )
    statement = select(Letter.to).where(Letter.status == LetterStatus.dead, Letter.to.in_(registered))
    return sorted(set(db.session.scalars(statement)))


def municipalities_of(forum: Forum) -> int:
    """How many municipalities the registered people come from."""
    statement = (
        select(Registration.territory_id)
        .join(Territory, Territory.id == Registration.territory_id)
        .where(
            Registration.forum_id == forum.id,
            Registration.status != RegistrationStatus.cancelled,
            Territory.level == Level.municipality,
        )
    )
    return _count(statement.distinct())


def chosen_by_section(forum: Forum) -> list[tuple[str, int]]:
    """(title, how many registered people want to follow it) of each section, in order."""
    rows = db.session.execute(
        select(Section.short_name, Section.name, func.count(Registration.id))
        .outerjoin(Interest, Interest.section_id == Section.id)
        .outerjoin(
            Registration,
            (Registration.id == Interest.registration_id) & (Registration.status != RegistrationStatus.cancelled),
        )
        .where(Section.forum_id == forum.id)
        .group_by(Section.id)
        .order_by(Section.position, Section.id)
    )
    return [(short or name, count) for short, name, count in rows]
