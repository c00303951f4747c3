"""A hall at its screens: 1,700 people tell ten minutes each, with reloads, second devices, retries and gaps.

The minutes of every person are compared with what was really open; a beat is timed by turns with a bare page.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from typing import NamedTuple

from flask import Flask

from bench.client import Client
from bench.servers import bare, product

FORUM, SECTION = "repetitsiya", "efir"
PEOPLE, MINUTES, CONNECTIONS, TIMED = 1700, 10, 4, 300
SLEEPS, RELOADS, DEVICES, LATE = 0.1, 0.1, 0.15, 0.2
"""Shares: of minutes asleep, of minutes with a reload, of people with two devices, of those whose line dropped."""


class Viewer(NamedTuple):
    path: str
    open: frozenset[int]
    """Minutes in which a page was really open."""


class Result(NamedTuple):
    people: int
    beats: int
    wrong: int
    """People whose minutes are not those their pages were open."""
    failed: int
    """Answers other than 200."""
    a_second: float
    """Beats over several connections at once."""
    ms: float
    ratio: float


def run(app: Flask, seed: int = 13) -> Result:
    source, now = random.Random(seed), int(time.time()) // 60
    first = now - MINUTES
    viewers = [Viewer(path, _open(source, first)) for path in _enrol(app)]
    beats = [beat for viewer in viewers for beat in _beats(source, viewer, first)]
    source.shuffle(beats)  # late, doubled and out of order, as lines deliver them
    with product() as ours, bare() as theirs:
        timed, rest = beats[:TIMED], beats[TIMED:]
        client, other = Client(ours.port), Client(theirs.port)
        own, plain, failed = [], [], 0
        for path, minutes in timed:
            started = time.perf_counter()
            failed += client.post(path, _fields(minutes)).status != 200
            middle = time.perf_counter()
            other.get("/")
            own.append((middle - started) * 1000)
            plain.append((time.perf_counter() - middle) * 1000)
        started = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            parts = [rest[number::CONNECTIONS] for number in range(CONNECTIONS)]
            failed += sum(pool.map(lambda part: _send(ours.port, part), parts))
        seconds = time.perf_counter() - started
    ratio = median(a / b for a, b in zip(own, plain, strict=True))
    return Result(len(viewers), len(beats), _wrong(app, viewers), failed, len(rest) / seconds, median(own), ratio)


def _open(source: random.Random, first: int) -> frozenset[int]:
    return frozenset(minute for minute in range(first, first + MINUTES) if source.random() >= SLEEPS)


def _beats(source: random.Random, viewer: Viewer, first: int) -> Iterator[tuple[str, list[int]]]:
    """What one person's pages send: each minute told, some twice, some late and together with others."""
    devices, kept = 1 + (source.random() < DEVICES), list[int]()
    late = source.random() < LATE
    for minute in sorted(viewer.open):
        kept.append(minute)
        if late and minute < first + MINUTES // 2:
            continue
        for _device in range(devices + (source.random() < RELOADS)):
            yield viewer.path, list(kept)
        kept = []
    if kept:
        yield viewer.path, kept


def _fields(minutes: list[int]) -> dict[str, object]:
    return {"section": SECTION, "at": minutes}


def _send(port: int, beats: list[tuple[str, list[int]]]) -> int:
    client = Client(port)
    return sum(client.post(path, _fields(minutes)).status != 200 for path, minutes in beats)


def _enrol(app: Flask) -> list[str]:
    """Addresses where each of the people tells minutes."""
    from forum.models import Format
    from forum.queries import forum_by_slug
    from kernel.db import db
    from kernel.transaction import writing
    from registrations.desk import importer, operations
    from registrations.desk.queries import registrations_of
    from registrations.details import Details
    from registrations.own.tickets import link_path

    number = count(1)
    with app.app_context():
        forum = forum_by_slug(FORUM)
        assert forum is not None
        entries = [
            importer.Entry(n, Details(f"Зрителев Номер {n}", f"viewer{n}@example.org", None), Format.remote)
            for n in (next(number) for _person in range(PEOPLE))
        ]
        with writing():
            operations.create(forum, entries, letters=False, source="import", demo=True)
        found = [f"{link_path(one)}/presence" for one in registrations_of(forum.id)]
        db.session.remove()
    return found


def _wrong(app: Flask, viewers: list[Viewer]) -> int:
    from forum.queries import forum_by_slug
    from hall.counts import figures
    from kernel.db import db
    from registrations.desk.queries import registrations_of
    from registrations.own.tickets import link_path

    with app.app_context():
        forum = forum_by_slug(FORUM)
        assert forum is not None
        shares = figures(forum).shares
        counted = {f"{link_path(one)}/presence": shares.get(one.id) for one in registrations_of(forum.id)}
        db.session.remove()
    return sum((told.minutes if (told := counted[one.path]) else 0) != len(one.open) for one in viewers)


def rows(found: Result) -> list[list[str]]:
    return [
        ["presence", "figure", "aim", ""],
        ["people, beats", f"{found.people:,}, {found.beats:,}", "", ""],
        ["people with a wrong number of minutes", str(found.wrong), "0", "holds" if not found.wrong else "MISSES"],
        ["answers other than 200", str(found.failed), "0", "holds" if not found.failed else "MISSES"],
        ["a beat", f"{found.ms:.2f} ms, × {found.ratio:.1f} bare", "≤ × 6", "holds" if found.ratio <= 6 else "MISSES"],
        [f"beats a second over {CONNECTIONS} connections", f"{found.a_second:.0f}", "", ""],
    ]
