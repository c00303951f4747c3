"""The log of those who organise forums, and how forums and their parts are opened from it."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import Select, select

from activity.reading import Subject
from forum.models import Forum, Room, Section, Series, Venue
from forum.queries import within
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission


def places(user: SignedIn) -> set[str]:
    """The forums and series where the user may read the log."""
    scopes = user.scopes(Permission.VIEW_LOG)
    condition = within(scopes)
    statement = select(Forum.id)
    ids = db.session.scalars(statement if condition is None else statement.where(condition))
    return {f"forum:{forum_id}" for forum_id in ids} | {f"series:{series_id}" for series_id in scopes.of("series")}


def slugs(user: SignedIn, permission: Permission = Permission.OPEN_FORUMS) -> dict[int, str]:
    """Slugs of the forums the user may work at, by id."""
    statement = select(Forum.id, Forum.slug)
    condition = within(user.scopes(permission))
    rows = db.session.execute(statement if condition is None else statement.where(condition))
    return {row.id: row.slug for row in rows}


def forums(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    mine = slugs(user)
    rows = db.session.execute(select(Forum.id, Forum.name).where(Forum.id.in_(ids)))
    return {row.id: Subject(row.name, _address("forum_desk.desk", mine.get(row.id))) for row in rows}


def series(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    scopes = user.scopes(Permission.EDIT_SERIES)
    rows = db.session.execute(select(Series.id, Series.name, Series.slug).where(Series.id.in_(ids)))
    return {
        row.id: Subject(
            row.name,
            url_for("forum_desk.edit_series", slug=row.slug)
            if scopes.everywhere or row.id in scopes.of("series")
            else "",
        )
        for row in rows
    }


def _address(endpoint: str, slug: str | None) -> str:
    return url_for(endpoint, slug=slug) if slug else ""


def _parts(user: SignedIn, statement: Select[int, str, int]) -> dict[int, Subject]:
    """Parts of forums by (id, name, forum id): they open on the page of places."""
    mine = slugs(user)
    return {
        part_id: Subject(name, _address("forum_desk.places", mine.get(forum_id)))
        for part_id, name, forum_id in db.session.execute(statement)
    }


def sections(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    return _parts(user, select(Section.id, Section.name, Section.forum_id).where(Section.id.in_(ids)))


def venues(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    return _parts(user, select(Venue.id, Venue.name, Venue.forum_id).where(Venue.id.in_(ids)))


def rooms(user: SignedIn, ids: set[int]) -> dict[int, Subject]:
    return _parts(user, select(Room.id, Room.name, Venue.forum_id).join(Room.venue).where(Room.id.in_(ids)))
