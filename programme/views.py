"""The public programme: page, section, talk, speaker; JSON and iCalendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from forum.copies import public_forum, section_of
from forum.models import Forum, Room, Section
from kernel.access import public
from kernel.downloads import download
from kernel.pages import warm
from kernel.zones import zone_name
from programme import exports, queries
from programme.grid import grid
from programme.labels import TALK_FORMAT_LABELS
from programme.materials.queries import public_materials
from programme.models import SlotKind
from programme.schema import talk_json
from programme.timetable import Item, timetable

blueprint = Blueprint("programme", __name__)
SCOPES = ("site", "forum:{slug}")
TOLD_OF = (*SCOPES, "catalogue")
"""Where the practices are named that talks are about."""
VIEWS = ("", "grid", "sections", "halls")
"""By time, as a table, by section, by hall."""


class Hour(NamedTuple):
    """What begins at one time, for a list grouped by time."""

    starts: datetime
    slots: list[Item]


def _published(slug: str) -> Forum:
    forum = public_forum(slug)
    if not forum.programme_published:
        raise NotFound()
    return forum


@blueprint.get("/forums/<slug>/programme")
@public
@warm(*SCOPES, query=("view", "section", "day"))
def programme(slug: str) -> ResponseReturnValue:
    forum = _published(slug)
    sections = forum.sections
    slots = timetable(forum, sections)
    days = sorted({slot.starts.date() for slot in slots})
    day = _chosen_day(days)
    chosen = request.args.get("section", "")
    view = request.args.get("view", "")
    of_day = [slot for slot in slots if slot.starts.date() == day]
    shown = [slot for slot in of_day if chosen in ("", slot.section.slug)]
    return render_template(
        "programme/programme.html",
        forum=forum,
        sections=sections,
        numbers={section.id: index % 8 + 1 for index, section in enumerate(sections)},
        days=days,
        day=day,
        chosen=chosen,
        view=view if view in VIEWS else "",
        hours=_by_time(shown),
        groups=_by_section(shown, sections)
        if view == "sections"
        else _by_hall(shown, forum)
        if view == "halls"
        else [],
        grid=grid(of_day, sections) if view == "grid" else None,
        counts=_counts(slots),
        zone=zone_name(forum.timezone),
    )


def _chosen_day(days: list[date]) -> date | None:
    try:
        wanted = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        wanted = None
    return wanted if wanted in days else (days[0] if days else None)


def _by_time(slots: list[Item]) -> list[Hour]:
    hours: list[Hour] = []
    for slot in slots:
        if not hours or hours[-1].starts != slot.starts:
            hours.append(Hour(slot.starts, []))
        hours[-1].slots.append(slot)
    return hours


def _by_section(slots: list[Item], sections: list[Section]) -> list[tuple[Section, list[Item]]]:
    groups = [(section, [slot for slot in slots if slot.section is section]) for section in sections]
    return [(section, held) for section, held in groups if held]


def _by_hall(slots: list[Item], forum: Forum) -> list[tuple[Room | None, list[Item]]]:
    """Halls in the order of the forum's venues; what has no hall yet comes last."""
    halls = [room for venue in forum.venues for room in venue.rooms]
    groups = [(hall, [slot for slot in slots if slot.room is hall]) for hall in (*halls, None)]
    return [(hall, held) for hall, held in groups if held]


def _counts(slots: list[Item]) -> dict[str, int]:
    """What will be told: cancelled items count nowhere."""
    slots = [slot for slot in slots if not slot.cancelled]
    speakers = {person.speaker_id for slot in slots for person in slot.people}
    talks = sum(slot.kind is SlotKind.talk for slot in slots)
    return {"talks": talks, "speakers": len(speakers), "sections": len({slot.section.id for slot in slots})}


@blueprint.get("/forums/<slug>/programme.json")
@public
@warm(*TOLD_OF)
def programme_json(slug: str) -> ResponseReturnValue:
    forum = _published(slug)
    return jsonify(exports.schedule(forum, forum.sections, timetable(forum, forum.sections)))


@blueprint.get("/forums/<slug>/programme.ics")
@public
@warm(*SCOPES)
def programme_ics(slug: str) -> ResponseReturnValue:
    forum = _published(slug)
    return download(
        exports.calendar(forum, timetable(forum, forum.sections)), "text/calendar", f"{forum.slug}.ics", inline=True
    )


@blueprint.get("/forums/<slug>/sections/<section_slug>")
@public
@warm(*SCOPES)
def section(slug: str, section_slug: str) -> ResponseReturnValue:
    forum = public_forum(slug)
    found = section_of(forum, section_slug)
    slots = timetable(forum, [found]) if forum.programme_published else []
    return render_template(
        "programme/section.html",
        forum=forum,
        section=found,
        hours=_by_time(slots),
    )


@blueprint.get("/forums/<slug>/talks/<code>")
@public
@warm(*TOLD_OF)
def talk(slug: str, code: str) -> ResponseReturnValue:
    forum = public_forum(slug)
    slot = queries.public_slot(forum, code)
    return render_template(
        "programme/talk.html",
        forum=forum,
        slot=slot,
        formats=TALK_FORMAT_LABELS,
        schema=talk_json(forum, slot),
        materials=public_materials(slot),
    )


@blueprint.get("/speakers/<code>")
@public
@warm("site", "speakers", "forums", "catalogue")
def speaker(code: str) -> ResponseReturnValue:
    found = queries.public_speaker(code)
    slots = queries.public_slots_by(found)
    if not slots:
        raise NotFound()
    return render_template("programme/speaker.html", speaker=found, slots=slots)
