"""The demo world's participants: generated people with visibly fictional names, and who of them came.

Generated from the pools of `demo/names.toml` with fixed seeds, so every loading gives the same people.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import insert

from forum.models import Format, Forum
from forum.queries import forum_by_slug, sections_of
from home.demo import table
from home.queries import confirmed_at
from kernel.db import db, set_clock
from kernel.text import slugify
from kernel.transaction import writing
from registrations.desk import importer, operations
from registrations.details import Details
from registrations.door.attendance import admit_many
from registrations.models import Attendance, AttendanceKind
from territories.queries import current, municipalities

DAYS, SATURDAY = 20, 5


def load_participants() -> None:
    """2,900 people of 2026, more than 2,500 of whom took part; the first 640 of 2027."""
    past, coming = forum_by_slug("prosemyu-2026"), forum_by_slug("prosemyu-2027")
    assert past is not None
    assert coming is not None
    people = _People(Random(2026))
    with writing():
        _register(past, people, in_person=850, remote=2050, until=datetime(2026, 5, 26, 18, tzinfo=past.zone))
        _attend(past, Random(53))
        _register(coming, people, in_person=588, remote=52, until=datetime(2026, 11, 20, 18, tzinfo=coming.zone))


class _People:
    """An endless row of different people."""

    def __init__(self, random: Random) -> None:
        self.random, self.pools = random, table("names.toml")
        region = current("25000000")
        assert region is not None
        self.territories = municipalities(region.id)
        self.weights = [(territory.population or 5_000) ** 0.6 for territory in self.territories]
        self.seen: set[str] = set()

    def next(self, number: int) -> Details:
        random, pools = self.random, self.pools
        name = self._name()
        while name in self.seen:
            name = self._name()
        self.seen.add(name)
        territory = random.choices(self.territories, self.weights)[0]
        organisation = random.choice(pools["organisations"]).replace("{territory}", territory.name)
        # Every seventh mailbox is an institution's, shared by colleagues.
        box = f"office{number // 40}" if number % 7 == 0 else f"{slugify(name.split()[0])}.{number}"
        answers = {"organisation": organisation[:255], "position": random.choice(pools["positions"])}
        return Details(name, f"{box}@example.org", territory.id, answers=answers)

    def _name(self) -> str:
        random, pools = self.random, self.pools
        sex = "female" if random.random() < 0.86 else "male"
        surname = random.choice(pools["surnames"])[0 if sex == "female" else 1]
        return f"{surname} {random.choice(pools['first_names'][sex])} {random.choice(pools['patronymics'][sex])}"


def _register(forum: Forum, people: _People, *, in_person: int, remote: int, until: datetime) -> None:
    sections = [section.id for section in sections_of(forum.id)]
    formats = [Format.in_person] * in_person + [Format.remote] * remote
    people.random.shuffle(formats)
    entries = []
    for number, kind in enumerate(formats):
        entry = importer.Entry(number, people.next(number), kind)
        entry.section_ids = tuple(people.random.sample(sections, people.random.choice((1, 1, 1, 2))))
        entries.append(entry)
    taken = 0
    try:
        for moment, share in _rhythm(until, Random(forum.slug)):
            set_clock(lambda moment=moment: moment)  # type: ignore[misc]
            upto = round(share * len(entries))
            if entries[taken:upto]:
                operations.create(forum, entries[taken:upto], letters=False, source="import", demo=True)
            taken = upto
    finally:
        set_clock(None)


def _rhythm(until: datetime, random: Random) -> list[tuple[datetime, float]]:
    """Twenty days before `until`, each with the share of people who have signed up by its end: working days, and
    more of them towards the end."""
    days = [until - timedelta(days=DAYS - day, hours=day % 7) for day in range(DAYS)]
    weights = [
        (0.2 if day.weekday() >= SATURDAY else 1) * random.uniform(0.6, 1.4) * (1 + number / DAYS)
        for number, day in enumerate(days)
    ]
    return [(day, sum(weights[: number + 1]) / sum(weights)) for number, day in enumerate(days)]


def _attend(forum: Forum, random: Random) -> None:
    """Who came through the door, and who watched for at least a quarter of an hour."""
    rows = confirmed_at(forum.id)
    opening = datetime.combine(forum.date_start, time(9, 0), forum.zone)
    here = [number for number, kind in rows if kind is Format.in_person and random.random() < 0.93]
    admit_many(forum, [(number, opening - timedelta(minutes=random.triangular(-50, 35, 5))) for number in here])
    watched = [number for number, kind in rows if kind is Format.remote and random.random() < 0.86]
    minutes = [_minutes(forum.id, number, random, opening) for number in watched]
    db.session.execute(insert(Attendance), minutes)


def _minutes(forum_id: int, number: int, random: Random, opening: datetime) -> dict[str, object]:
    return {
        "forum_id": forum_id,
        "registration_id": number,
        "kind": AttendanceKind.minutes,
        "minutes": int(random.triangular(16, 210, 95)),
        "source": "link",
        "gate": "",
        "nonce": f"link-{number}",
        "verdict": "",
        "at": opening + timedelta(hours=7),
    }
