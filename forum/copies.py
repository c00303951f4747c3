"""A public forum as many read it at once: a copy in each process, made again when the forum changes.

The models in it belong to no session: for reading only, never to be stored or tied to what is stored.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import BindParameter, Executable, bindparam, select
from werkzeug.exceptions import NotFound

from forum.models import Format, Forum, ForumStatus, Quota, Room, Section, Venue
from kernel import pages
from kernel.db import db

M = TypeVar("M")


def public_forum(slug: str) -> Forum:
    """A forum that visitors may see, as `forum_copy` gives it. Raises NotFound."""
    forum = forum_copy(slug)
    if forum.status is ForumStatus.draft:
        raise NotFound()
    return forum


def forum_copy(slug: str) -> Forum:
    """A forum with its sections, venues, rooms and formats. Raises NotFound.

    What moves without a new version, the places taken, is not in it: ask `places_left`.
    """
    return pages.remembered(f"forum.{slug}", (f"forum:{slug}",), lambda: _copy(slug))


def section_of(forum: Forum, slug: str) -> Section:
    """A section of a copy. Raises NotFound."""
    for section in forum.sections:
        if section.slug == slug:
            return section
    raise NotFound()


def places_left(forum_id: int) -> dict[Format, int | None]:
    """Places left now by format; None: not limited."""
    rows = db.session.connection().execute(_LEFT, {"forum": forum_id})
    return {format: None if capacity is None else max(0, capacity - taken) for format, capacity, taken in rows}


def _copy(slug: str) -> Forum:
    found = _models(Forum, _FORUM, slug=slug)
    if not found:
        raise NotFound()
    forum = found[0]
    forum.venues = _models(Venue, _VENUES, forum=forum.id)
    venues = {venue.id: venue for venue in forum.venues}
    rooms = {room.id: room for room in _models(Room, _ROOMS, forum=forum.id)}
    for room in rooms.values():
        room.venue = venues[room.venue_id]
    forum.sections = _models(Section, _SECTIONS, forum=forum.id)
    for section in forum.sections:
        section.room = rooms.get(section.room_id or 0)
    forum.quotas = _models(Quota, _FORMATS, forum=forum.id)
    return forum


def _models(model: type[M], statement: Executable, **values: object) -> list[M]:
    rows = db.session.connection().execute(statement, values).mappings()
    return [model(**row) for row in rows]


_forum, _venue, _room, _section, _quota = (model.__table__.c for model in (Forum, Venue, Room, Section, Quota))
_of: BindParameter[int] = bindparam("forum")
_FORUM = select(Forum.__table__).where(_forum.slug == bindparam("slug"))
_VENUES = select(Venue.__table__).where(_venue.forum_id == _of).order_by(_venue.position, _venue.id)
_ROOMS = (
    select(Room.__table__)
    .where(_room.venue_id.in_(select(_venue.id).where(_venue.forum_id == _of)))
    .order_by(_room.position, _room.id)
)
_SECTIONS = select(Section.__table__).where(_section.forum_id == _of).order_by(_section.position, _section.id)
_FORMATS = select(_quota.format, _quota.capacity).where(_quota.forum_id == _of).order_by(_quota.format)
_LEFT = select(_quota.format, _quota.capacity, _quota.taken).where(_quota.forum_id == _of)
