"""Figures of presence: statements beside the sentence that says what is counted, bits united in Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select

from forum.models import Forum, Section
from hall import queries, rules
from hall.models import Feedback, PresenceHour, PresenceRule, Source, Trouble, ViewingPoint
from kernel.db import db, utcnow
from registrations.models import Attendance, AttendanceKind, Inside, Registration, RegistrationStatus
from territories.models import Territory

NOW_MINUTES = 3
"""Whoever was there within so many minutes is there now."""


class Person(NamedTuple):
    """Somebody registered, in whatever state."""

    id: int
    territory_id: int | None
    status: RegistrationStatus


class Share(NamedTuple):
    """What is known of one person at a forum."""

    minutes: int = 0
    proved: bool = False
    sources: frozenset[str] = frozenset()


def share_of(registration: Registration) -> Share:
    told = select(Attendance.source, Attendance.kind).where(
        Attendance.registration_id == registration.id,
        Attendance.kind.in_((AttendanceKind.minutes, AttendanceKind.present)),
    )
    rows = db.session.execute(told).all()
    seen = select(PresenceHour.source).where(PresenceHour.registration_id == registration.id).distinct()
    sources = {row.source for row in rows} | {source.value for source in db.session.scalars(seen)}
    proved = any(row.kind is AttendanceKind.present for row in rows)
    return Share(queries.minutes_of(registration), proved, frozenset(sources))


class SectionFigures(NamedTuple):
    section: Section
    people: int
    """Present remotely, for however long."""
    enough: int
    """… and for as long as the forum asks."""
    minutes: int
    """Of all of them."""
    words: int
    troubles: int
    marks: Counter[int]


class TerritoryFigures(NamedTuple):
    name: str
    registered: int
    came: int
    remote: int
    collective: int
    troubles: int


class Figures(NamedTuple):
    """A forum's presence; what each number means stands beside it on the screen."""

    rule: PresenceRule
    registered: int
    came: int
    remote: int
    collective: int
    unique: int
    visits: int
    sources: Counter[str]
    """People by who told of them; one person may be told of by several."""
    shares: dict[int, Share]
    sections: list[SectionFigures]
    territories: list[TerritoryFigures]
    hours: list[tuple[datetime, int, int]]
    """Each hour by the forum's clock: people with at least a minute in it, most at one minute."""

    @property
    def by_section(self) -> bool:
        """Whether anything is known of single sections."""
        return any(one.people or one.troubles or one.marks for one in self.sections)

    def took_part(self, registration_id: int) -> bool:
        share = self.shares.get(registration_id, Share())
        rule = self.rule
        return rules.takes_part(share.minutes, share.proved, threshold=rule.minutes, word_counts=rule.word_counts)


class _Told:
    """Everything told of a forum, by (registration, section); section None: of the forum as a whole."""

    def __init__(self, forum_id: int) -> None:
        self.bits: dict[tuple[int, int | None], dict[int, int]] = defaultdict(dict)
        self.totals: dict[tuple[int, int | None], list[int]] = defaultdict(list)
        self.proved: set[tuple[int, int | None]] = set()
        self.sources: dict[int, set[str]] = defaultdict(set)
        for person, section, hour, bits, source in db.session.execute(_bits(forum_id)):
            held = self.bits[person, section]
            held[hour] = held.get(hour, 0) | bits
            self.sources[person].add(source.value)
        for whose, where, teller, minutes, proofs in db.session.execute(_totals(forum_id)):
            self.sources[whose].add(teller)
            if proofs:
                self.proved.add((whose, where))
            if minutes is not None:
                self.totals[whose, where].append(minutes)

    def pairs(self) -> set[tuple[int, int | None]]:
        return {*self.bits, *self.totals, *self.proved}

    def visits(self) -> int:
        """Sections followed; whoever is told of without a section followed one."""
        sections = Counter(person for person, section in self.pairs() if section is not None)
        return sum(max(1, sections[person]) for person in self.sources)

    def shares(self) -> dict[int, Share]:
        """Of each person over all sections: minutes of one moment in two sections are one."""
        bits: dict[int, dict[int, int]] = defaultdict(dict)
        totals: dict[int, list[int]] = defaultdict(list)
        for (person, _section), hours in self.bits.items():
            for hour, told in hours.items():
                bits[person][hour] = bits[person].get(hour, 0) | told
        for (person, _section), told_minutes in self.totals.items():
            totals[person] += told_minutes
        proved = {person for person, _section in self.proved}
        return {
            person: Share(rules.united(bits[person], totals[person]), person in proved, frozenset(self.sources[person]))
            for person in self.sources
        }

    def minutes(self, key: tuple[int, int | None]) -> int:
        return rules.united(self.bits.get(key, {}), self.totals.get(key, []))


def _bits(forum_id: int) -> Select[int, int, int, int, Source]:
    columns = (PresenceHour.registration_id, PresenceHour.section_id, PresenceHour.hour)
    statement = select(*columns, PresenceHour.bits, PresenceHour.source)
    return statement.join(Section, Section.id == PresenceHour.section_id).where(Section.forum_id == forum_id)


def _totals(forum_id: int) -> Select[int, int | None, str, int | None, int]:
    """Sittings that one source tells of one section are added, as they always were; sources are not."""
    who = (Attendance.registration_id, Attendance.section_id, Attendance.source)
    proofs = func.count().filter(Attendance.kind == AttendanceKind.present)
    return (
        select(*who, func.sum(Attendance.minutes), proofs)
        .where(
            Attendance.forum_id == forum_id,
            Attendance.kind.in_((AttendanceKind.minutes, AttendanceKind.present)),
        )
        .group_by(*who)
    )


def figures(forum: Forum) -> Figures:
    """About ten statements, whatever the number of people; 2,900 of them take a tenth of a second."""
    rule, told = queries.rule_of(forum.id), _Told(forum.id)
    shares = told.shares()
    people, troubles = _people(forum.id), _troubles(forum.id)
    came = set(db.session.scalars(select(Inside.registration_id).where(Inside.forum_id == forum.id)))
    points = queries.screens_of(forum.id)
    found = Figures(
        rule,
        registered=sum(row.status is not RegistrationStatus.cancelled for row in people),
        came=len(came),
        remote=0,
        collective=sum(point.people for point in points),
        unique=0,
        visits=len(came) + told.visits(),
        sources=Counter(source for share in shares.values() for source in share.sources),
        shares=shares,
        sections=_sections(forum, rule, told, troubles),
        territories=[],
        hours=_hours(forum, told),
    )
    remote = {person for person in shares if found.took_part(person)}
    persons = came | remote
    hosts = sum(point.registration_id in persons for point in points)
    return found._replace(
        remote=len(remote),
        unique=len(persons) + found.collective - hosts,
        territories=_territories(people, came, remote, points, troubles),
    )


def _people(forum_id: int) -> list[Person]:
    statement = select(Registration.id, Registration.territory_id, Registration.status).where(
        Registration.forum_id == forum_id
    )
    return [Person(*row) for row in db.session.execute(statement)]


def _troubles(forum_id: int) -> list[tuple[int, int | None]]:
    """Section and municipality of each person who could not follow, once an hour and section."""
    statement = (
        select(Trouble.section_id, Registration.territory_id)
        .join(Registration, Registration.id == Trouble.registration_id)
        .where(Registration.forum_id == forum_id)
    )
    return [(section, territory) for section, territory in db.session.execute(statement)]


def _sections(
    forum: Forum, rule: PresenceRule, told: _Told, troubles: list[tuple[int, int | None]]
) -> list[SectionFigures]:
    marks: dict[int, Counter[int]] = defaultdict(Counter)
    statement = (
        select(Feedback.section_id, Feedback.mark, func.count())
        .join(Section, Section.id == Feedback.section_id)
        .where(Section.forum_id == forum.id)
        .group_by(Feedback.section_id, Feedback.mark)
    )
    for section_id, mark, number in db.session.execute(statement):
        marks[section_id][mark] = number
    bad = Counter(section_id for section_id, _territory in troubles)
    found = []
    for section in forum.sections:
        keys = [key for key in told.pairs() if key[1] == section.id]
        minutes = [told.minutes(key) for key in keys]
        words = sum(key in told.proved for key in keys)
        enough = sum(
            rules.takes_part(one, key in told.proved, threshold=rule.minutes, word_counts=rule.word_counts)
            for key, one in zip(keys, minutes, strict=True)
        )
        found.append(
            SectionFigures(section, len(keys), enough, sum(minutes), words, bad[section.id], marks[section.id])
        )
    return found


def _territories(
    people: Sequence[Person],
    came: set[int],
    remote: set[int],
    points: Sequence[ViewingPoint],
    troubles: list[tuple[int, int | None]],
) -> list[TerritoryFigures]:
    registered, present, watched = Counter[int | None](), Counter[int | None](), Counter[int | None]()
    for row in people:
        registered[row.territory_id] += row.status is not RegistrationStatus.cancelled
        present[row.territory_id] += row.id in came
        watched[row.territory_id] += row.id in remote
    collective, bad = Counter[int | None](), Counter(territory for _section, territory in troubles)
    for point in points:
        collective[point.territory_id] += point.people
    ids = {*registered, *collective}
    statement = select(Territory.id, Territory.name).where(Territory.id.in_(ids - {None})).order_by(Territory.name_key)
    names: list[tuple[int | None, str]] = [(row.id, row.name) for row in db.session.execute(statement)]
    names += [(None, "")] if None in ids else []
    return [
        TerritoryFigures(name, registered[id_], present[id_], watched[id_], collective[id_], bad[id_])
        for id_, name in names
    ]


def _hours(forum: Forum, told: _Told) -> list[tuple[datetime, int, int]]:
    everybody: dict[int, dict[int, int]] = defaultdict(dict)
    for (person, _section), hours in told.bits.items():
        for hour, bits in hours.items():
            everybody[hour][person] = everybody[hour].get(person, 0) | bits
    found = []
    for hour in sorted(everybody):
        at = datetime.fromtimestamp(hour * 3600, UTC).astimezone(forum.zone).replace(tzinfo=None)
        people = everybody[hour].values()
        most = max(sum(bits >> minute & 1 for bits in people) for minute in range(rules.HOUR))
        found.append((at, len(people), most))
    return found


def watching_now(forum: Forum) -> int:
    """Who was on the live page within the last minutes, each person once."""
    latest = rules.minute_of(utcnow())
    masks = rules.packed(range(latest - NOW_MINUTES + 1, latest + 1))
    people: set[int] = set()
    for hour, mask in masks.items():
        people.update(
            db.session.scalars(
                select(PresenceHour.registration_id)
                .join(Section, Section.id == PresenceHour.section_id)
                .where(
                    Section.forum_id == forum.id,
                    PresenceHour.hour == hour,
                    PresenceHour.source == Source.link,
                    PresenceHour.bits.bitwise_and(mask) != 0,
                )
            )
        )
    return len(people)
