"""The demo world's forums and their programmes."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from accounts.queries import organisation_by_code
from forum import operations
from forum.models import EventKind, Format, Forum, ForumStatus, Series
from forum.queries import forum_by_slug, series_by_slug
from hall.operations import set_joining
from home.demo import Data, folder, table
from kernel.db import db, utcnow
from kernel.transaction import writing
from kernel.zones import home_zone_name
from programme.importing import importer
from programme.operations import carry_out
from programme.queries import speakers_statement
from speakers.operations import consent_on_paper
from territories.queries import current

STATUSES = {
    "finished": ForumStatus.finished,
    "registration_open": ForumStatus.announced,
    "announced": ForumStatus.announced,
}


def load_forum(name: str) -> Forum:
    """Load `demo/<name>/forum.toml` and its programme."""
    data = table(f"{name}/forum.toml")
    with writing():
        series = _series(data["series"])
        forum = _forum(series, data.get("forum", data))
        rooms = _places(forum, data)
        _sections(forum, data.get("sections", []), rooms)
    path = folder() / name / "programme.csv"
    sheet = importer.read(path.name, _on_every_day(path.read_text(encoding="utf-8"), forum).encode(), forum)
    with writing():
        plan = importer.plan_table(forum, sheet)
        if plan.errors:
            raise ValueError(f"{path}: {[row.messages for row in plan.rows if row.messages]}")
        waiting = data.get("no_consent_yet", [])
        carry_out(plan, forum, by=None, on_paper=not waiting)
        if waiting:
            signed = [one for one in db.session.scalars(speakers_statement(forum.id)) if one.name not in waiting]
            consent_on_paper(signed, forum, by=None)
        operations.publish_programme(forum, True, by=None)
    return forum


def _on_every_day(text: str, forum: Forum) -> str:
    """The programme with the rows that name no day repeated on each of the forum's."""
    rows = list(csv.DictReader(io.StringIO(text)))
    days = [forum.date_start + timedelta(days=n) for n in range((forum.date_end - forum.date_start).days + 1)]
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    for row in rows:
        dated = (
            [row]
            if row["Дата"]
            else [row | {"ID": f"{row['ID']}-{n}", "Дата": f"{day:%d.%m.%Y}"} for n, day in enumerate(days, 1)]
        )
        writer.writerows(dated)
    return out.getvalue()


def _days(data: Data, zone: str) -> tuple[date, date]:
    """As written, or so many from the day it is there now."""
    if "days" not in data:
        return data["date_start"], data["date_end"]
    today = utcnow().astimezone(ZoneInfo(zone)).date()
    return today, today + timedelta(days=data["days"] - 1)


def _series(data: Data) -> Series:
    known = series_by_slug(data["slug"])
    if known is not None:
        return known
    organiser = organisation_by_code(data.get("organiser", ""))
    region = current("25000000")
    assert region is not None
    return operations.add_series(
        by=None,
        name=data["name"],
        slug=data["slug"],
        description=data.get("description", ""),
        organiser_id=organiser.id if organiser else None,
        territory_id=region.id,
    )


def _forum(series: Series, data: Data) -> Forum:
    known = forum_by_slug(data["slug"])
    if known is not None:
        return known
    territory = current(str(data.get("territory", "25701000")))
    assert territory is not None
    zone = data.get("timezone", home_zone_name())
    begins, ends = _days(data, zone)
    values = {
        "name": data["name"],
        "subtitle": data.get("subtitle", ""),
        "kind": EventKind(data.get("kind", "forum")),
        "description": data.get("description", ""),
        "date_start": begins,
        "date_end": ends,
        "timezone": zone,
        "place": data.get("place", "Иркутск"),
        "territory_id": territory.id,
        "registration_opens": data.get("registration_opens", begins if "days" in data else None),
        "registration_closes": data.get("registration_closes", ends if "days" in data else None),
        "contact_email": data.get("contact_email", ""),
        **{name: "\n".join(data.get(name, [])) for name in ("co_organisers", "partners", "said_figures")},
        "demo": bool(data.get("demo", True)),
    }
    forum = operations.add_forum(series, values, by=None, slug=data["slug"])
    operations.set_capacity(forum, Format.in_person, data.get("capacity_in_person"), by=None)
    operations.set_capacity(forum, Format.remote, data.get("capacity_remote"), by=None)
    operations.set_status(forum, STATUSES[data["status"]], by=None)
    return forum


def _places(forum: Forum, data: Data) -> dict[str, int]:
    venues = {
        venue["id"]: operations.add_venue(forum, by=None, name=venue["name"], address=venue.get("address", ""))
        for venue in data.get("venues", [])
    }
    rooms = {}
    for room in data.get("rooms", []):
        made = operations.add_room(
            forum,
            venues[room["venue"]],
            by=None,
            name=room["name"],
            floor=str(room.get("floor", "")),
            seats=room.get("seats"),
        )
        rooms[room["id"]] = made.id
    return rooms


def _sections(forum: Forum, sections: list[Data], rooms: dict[str, int]) -> None:
    for order, section in enumerate(sorted(sections, key=lambda one: one.get("order", 0))):
        values = {
            "name": section["name"],
            "short_name": section.get("short_name", ""),
            "description": section.get("description", ""),
            "moderator": section.get("moderator_position", ""),
            "room_id": rooms.get(section.get("room", "")),
            "stream_url": section.get("stream_url", ""),
            "capacity_in_person": section.get("capacity_in_person"),
            "capacity_remote": section.get("capacity_remote"),
            "position": order,
        }
        added = operations.add_section(forum, values, by=None, slug=section["slug"])
        ways = {name: section.get(name, "") for name in ("phone", "audio_url", "word")}
        set_joining(added, **ways, by=None)
