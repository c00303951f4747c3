from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.exceptions import NotFound

from forum.copies import forum_copy
from forum.models import Format, Forum, ForumStatus, Quota, Room, Section, Series, Venue
from kernel.access import Scopes, SignedIn
from kernel.db import Model, db, utcnow
from kernel.permissions import Permission
from kernel.text import sort_key
from kernel.zones import today

T = TypeVar("T")


def public_forum(slug: str) -> Forum:
    """A forum anybody may see, with its sections and venues. Raises NotFound."""
    found = db.session.scalar(
        select(Forum)
        .where(Forum.slug == slug, Forum.status != ForumStatus.draft)
        .options(joinedload(Forum.series).joinedload(Series.organiser))
    )
    if found is None:
        raise NotFound()
    return found


def public_forums() -> list[Forum]:
    """Every public forum, newest first."""
    return list(
        db.session.scalars(
            select(Forum)
            .where(Forum.status != ForumStatus.draft)
            .options(joinedload(Forum.series))
            .order_by(Forum.date_start.desc(), Forum.id.desc())
        )
    )


def coming_forums(limit: int = 3) -> list[Forum]:
    """Announced forums that have not ended, the nearest first."""
    statement = (
        select(Forum)
        .where(Forum.status == ForumStatus.announced, Forum.date_end >= today())
        .options(joinedload(Forum.territory))
        .order_by(Forum.date_start, Forum.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def last_finished() -> Forum | None:
    return db.session.scalar(
        select(Forum).where(Forum.status == ForumStatus.finished).order_by(Forum.date_start.desc()).limit(1)
    )


def local_today(forum: Forum) -> date:
    """Today where the forum is."""
    return utcnow().astimezone(forum.zone).date()


def is_over(forum: Forum) -> bool:
    """Whether the forum's last day has passed by its own clock."""
    return local_today(forum) > forum.date_end


def phase(forum: Forum) -> str:
    """Where the forum stands by its own clock: "before", "during" (its days) or "after" (closed by hand, too)."""
    if forum.status is ForumStatus.finished or is_over(forum):
        return "after"
    if forum.status is ForumStatus.announced and local_today(forum) >= forum.date_start:
        return "during"
    return "before"


def formats_of(forum_id: int) -> set[Format]:
    """How one can take part: a format without any places is none."""
    return {quota.format for quota in quotas_of(forum_id).values() if quota.capacity != 0}


def sections_of(forum_id: int) -> list[Section]:
    return list(
        db.session.scalars(
            select(Section)
            .where(Section.forum_id == forum_id)
            .options(joinedload(Section.room).joinedload(Room.venue))
            .order_by(Section.position, Section.id)
        )
    )


def venues_of(forum_id: int) -> list[Venue]:
    return list(
        db.session.scalars(
            select(Venue)
            .where(Venue.forum_id == forum_id)
            .options(selectinload(Venue.rooms))
            .order_by(Venue.position, Venue.id)
        )
    )


def rooms_of(forum_id: int) -> list[Room]:
    return list(
        db.session.scalars(
            select(Room)
            .join(Room.venue)
            .where(Venue.forum_id == forum_id)
            .options(joinedload(Room.venue))
            .order_by(Venue.position, Room.position, Room.id)
        )
    )


def quotas_of(forum_id: int) -> dict[str, Quota]:
    """The forum's quotas by format value."""
    return {quota.format.value: quota for quota in db.session.scalars(select(Quota).where(Quota.forum_id == forum_id))}


def within(scopes: Scopes) -> ColumnElement[bool] | None:
    """The condition on Forum that `scopes` allow; None when they allow everything."""
    if scopes.everywhere:
        return None
    held: list[ColumnElement[bool]] = []
    if series := scopes.of("series"):
        held.append(Forum.series_id.in_(series))
    if forums := scopes.of("forum"):
        held.append(Forum.id.in_(forums))
    if sections := scopes.of("section"):
        held.append(Forum.id.in_(select(Section.forum_id).where(Section.id.in_(sections))))
    return or_(false(), *held)


def holds(scopes: Scopes, forum: Forum) -> bool:
    """Whether `scopes` reach this forum as a whole."""
    return scopes.everywhere or forum.series_id in scopes.of("series") or forum.id in scopes.of("forum")


def forum_for(user: SignedIn, slug: str, permission: Permission) -> Forum:
    """The forum, when `user` holds `permission` in it, its series or everywhere. Raises NotFound."""
    statement = select(Forum).where(Forum.slug == slug).options(joinedload(Forum.series))
    return _one(_narrow(statement, user.scopes(permission)))


def copy_for(user: SignedIn, slug: str, permission: Permission) -> Forum:
    """The forum that `forum_for` finds, as a copy kept in this process: for what is asked often. Raises NotFound."""
    forum = forum_copy(slug)
    if not holds(user.scopes(permission), forum):
        raise NotFound()
    return forum


def forums_for(user: SignedIn, permission: Permission) -> list[Forum]:
    """Forums where `user` holds `permission`, newest first."""
    statement = select(Forum).options(joinedload(Forum.series), selectinload(Forum.quotas))
    statement = _narrow(statement, user.scopes(permission))
    return list(db.session.scalars(statement.order_by(Forum.date_start.desc(), Forum.id.desc())))


def series_for(user: SignedIn, slug: str, permission: Permission) -> Series:
    """The series, when `user` holds `permission` in it. Raises NotFound."""
    scopes = user.scopes(permission)
    statement = select(Series).where(Series.slug == slug)
    if not scopes.everywhere:
        statement = statement.where(Series.id.in_(scopes.of("series")))
    return _one(statement)


def all_series_for(user: SignedIn, permission: Permission) -> list[Series]:
    scopes = user.scopes(permission)
    statement = select(Series).order_by(Series.name_key)
    if not scopes.everywhere:
        statement = statement.where(Series.id.in_(scopes.of("series")))
    return list(db.session.scalars(statement))


def may_begin(user: SignedIn) -> bool:
    """Whether `user` begins series and forums of their own: whoever organises a single forum begins none."""
    scopes = user.scopes(Permission.EDIT_SERIES)
    return scopes.everywhere or bool(scopes.of("series"))


def section_of(forum: Forum, slug: str) -> Section:
    """A section of a forum already authorised or public. Raises NotFound."""
    return _one(
        select(Section)
        .where(Section.forum_id == forum.id, Section.slug == slug)
        .options(joinedload(Section.room).joinedload(Room.venue))
    )


def venue_of(forum: Forum, venue_id: int) -> Venue:
    return _one(select(Venue).where(Venue.forum_id == forum.id, Venue.id == venue_id))


def room_of(forum: Forum, room_id: int) -> Room:
    return _one(select(Room).join(Room.venue).where(Venue.forum_id == forum.id, Room.id == room_id))


def slug_taken(model: type[Model], slug: str, **where: object) -> bool:
    statement = select(func.count()).select_from(model).filter_by(slug=slug, **where)
    return bool(db.session.scalar(statement))


def same_forum(series: Series, name: str, begins: date) -> Forum | None:
    """The series' forum of this title that begins on this day."""
    statement = select(Forum).where(Forum.series_id == series.id, Forum.name_key == sort_key(name))
    return db.session.scalar(statement.where(Forum.date_start == begins).order_by(Forum.id).limit(1))


def series_named(name: str, territory_id: int) -> Series | None:
    statement = select(Series).where(Series.name_key == sort_key(name), Series.territory_id == territory_id)
    return db.session.scalar(statement.order_by(Series.id).limit(1))


def section_named(forum: Forum, name: str) -> Section | None:
    statement = select(Section).where(Section.forum_id == forum.id, Section.name_key == sort_key(name))
    return db.session.scalar(statement.order_by(Section.id).limit(1))


def venue_named(forum: Forum, name: str, address: str) -> Venue | None:
    """The forum's venue of this name at this address."""
    wanted = sort_key(name), sort_key(address)
    return next((one for one in venues_of(forum.id) if (sort_key(one.name), sort_key(one.address)) == wanted), None)


def room_named(venue: Venue, name: str) -> Room | None:
    return next((one for one in venue.rooms if sort_key(one.name) == sort_key(name)), None)


def forum_by_slug(slug: str) -> Forum | None:
    """For commands: a forum by slug."""
    return db.session.scalar(select(Forum).where(Forum.slug == slug))


def series_by_slug(slug: str) -> Series | None:
    return db.session.scalar(select(Series).where(Series.slug == slug))


def _narrow(statement: Select[T], scopes: Scopes) -> Select[T]:
    condition = within(scopes)
    return statement if condition is None else statement.where(condition)


def _one(statement: Select[T]) -> T:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def series_scopes() -> list[tuple[int, str]]:
    return list(db.session.execute(select(Series.id, Series.name).order_by(Series.name_key)))


def series_territories(ids: frozenset[int]) -> set[int]:
    return set(db.session.scalars(select(Series.territory_id).where(Series.id.in_(ids))))


def forum_scopes() -> list[tuple[int, str]]:
    return list(db.session.execute(select(Forum.id, Forum.name).order_by(Forum.date_start.desc())))


def section_scopes() -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Section.id, Section.name, Forum.name)
        .join(Forum, Forum.id == Section.forum_id)
        .order_by(Forum.date_start.desc(), Section.position)
    )
    return [(section_id, f"{name} ({forum})") for section_id, name, forum in rows]
