from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from werkzeug.exceptions import NotFound

from accounts.enums import Role, ScopeKind
from accounts.operations import assign
from accounts.queries import user_by_id
from activity.operations import record
from forum import moving
from forum.models import Format, Forum, ForumStatus, Quota, Room, Section, Series, Venue
from forum.moving import Answer, Days, Move, ProgrammeWaits
from forum.queries import quotas_of, slug_taken
from forum.signals import parent_changed, programme_hides, programme_moves, quota_changed
from kernel.access import Actor, SignedIn
from kernel.db import Columns, Model, db, utcnow
from kernel.pages import Scope, bump
from kernel.permissions import Permission
from kernel.text import slugify


class StaleVersion(Exception):
    """The object changed after its form was opened."""


class CapacityBelowTaken(ValueError):
    """`taken` places of a format are given out already."""

    def __init__(self, kind: Format, taken: int) -> None:
        super().__init__(f"{taken} places are taken ({kind.value})")
        self.kind, self.taken = kind, taken


def free_slug(model: type[Model], text: str, **where: object) -> str:
    """A slug of `text` nobody has within `where`."""
    base = slugify(text)
    slug, number = base, 2
    while slug_taken(model, slug, **where):
        slug, number = f"{base[:74]}-{number}", number + 1
    return slug


def _add_free(model: type[Model], slug: str, columns: Columns) -> Any:
    """Add a thing under `slug`, or under a free one of its name: when another request takes that one
    at the same moment, under the next."""
    while True:
        wanted = slug or free_slug(model, columns["name"])
        made = model(slug=wanted, **columns)
        try:
            with db.session.begin_nested():
                db.session.add(made)
        except IntegrityError:
            if slug or not slug_taken(model, wanted):
                raise
        else:
            return made


def change(thing: Any, values: dict[str, object], *, opened_version: int | None = None) -> dict[str, object]:
    """Set columns; gives those that changed, as they were. Raises StaleVersion when `opened_version` is not today's."""
    if opened_version is not None and opened_version != thing.version:
        raise StaleVersion()
    before = {name: old for name, value in values.items() if (old := getattr(thing, name)) != value}
    for name in before:
        setattr(thing, name, values[name])
    db.session.flush()
    return before


def add_series(*, by: Actor | None, name: str, territory_id: int, slug: str = "", **columns: object) -> Series:
    series: Series = _add_free(Series, slug, columns | {"name": name, "territory_id": territory_id})
    record(by, "series.added", series)
    return series


def begin_series(organiser: SignedIn, **columns: Any) -> Series:
    """A series begun by hand: whoever organises only some series organises this one, too."""
    series = add_series(by=organiser, **columns)
    if not organiser.scopes(Permission.EDIT_SERIES).everywhere:
        assign(
            user_by_id(organiser.id), Role.organiser, ScopeKind.series, series.id, by=organiser, scope_name=series.name
        )
    return series


def edit_series(
    series: Series, values: dict[str, object], *, by: Actor | None, opened_version: int | None = None
) -> None:
    changed = change(series, values, opened_version=opened_version)
    if changed:
        record(by, "series.changed", series, fields=list(changed))
        bump(("forums", series.territory.region.oktmo))


def hold(parent: Any) -> None:
    """Lock a territory, a series, a forum or a venue until the transaction ends: what is being added comes one by one.

    Raises NotFound when it has been removed meanwhile.
    """
    kind, key = type(parent), inspect(parent).identity
    # Ids alone: with what is joined to a loaded forum, PostgreSQL refuses to lock.
    if db.session.scalar(select(kind.id).where(kind.id == key[0]).with_for_update()) is None:
        raise NotFound()
    db.session.refresh(parent)


def add_forum(series: Series, values: dict[str, object], *, by: Actor | None, slug: str = "") -> Forum:
    """Add a forum as a draft, with a quota for each format."""
    forum: Forum = _add_free(Forum, slug, values | {"series_id": series.id})
    for kind in Format:
        db.session.add(Quota(forum_id=forum.id, format=kind, capacity=None))
    db.session.flush()
    record(by, "forum.added", forum)
    return forum


def edit_forum(
    forum: Forum,
    values: Columns,
    *,
    by: Actor | None,
    opened_version: int | None = None,
    programme: Answer | None = None,
) -> Move | None:
    """Give the move when the days change, or the programme comes into them. Raises StaleVersion and ProgrammeWaits.

    `programme`: what becomes of it then.
    """
    before = change(forum, values, opened_version=opened_version)
    if not before and programme is not Answer.move:
        return None
    record(by, "forum.changed", forum, fields=list(before))
    _raise_sequence(forum)
    move = _move(forum, before, programme)
    if move:
        record(by, "forum.moved", forum, **move.details)
    parent_changed(forum, forum, before, "")
    _bump(forum)
    return move


def _move(forum: Forum, changed: Columns, programme: Answer | None) -> Move | None:
    """Let the programme move, or stay, as was answered."""
    after = Days(forum.date_start, forum.date_end)
    before = Days(changed.get("date_start", after.first), changed.get("date_end", after.last))
    asked = moving.question(forum, before) if before != after or programme is Answer.move else None
    if asked is not None and programme not in asked.answers:
        raise ProgrammeWaits(asked)
    days = asked.days if asked is not None and programme is Answer.move else 0
    if days:
        programme_moves(forum, days)
    return Move(before, after, days) if days or before != after else None


def move_back(forum: Forum, *, by: Actor | None) -> None:
    """Take the last change of days back, the programme's too. Raises NotFound and ProgrammeWaits."""
    hold(forum)
    move = moving.last_move(forum)
    if move is None:
        raise NotFound()
    values = {"date_start": move.before.first, "date_end": move.before.last}
    edit_forum(forum, values, by=by, programme=Answer.move if move.days else Answer.stay)


def set_status(forum: Forum, status: ForumStatus, *, by: Actor | None) -> None:
    hold(forum)
    if forum.status is not status:
        record(by, "forum.status", forum, before=forum.status.value, after=status.value)
        if status is ForumStatus.draft:
            programme_hides(forum)
        forum.status = status
        touch(forum)


def publish_programme(forum: Forum, published: bool, *, by: Actor | None) -> None:
    hold(forum)
    if forum.programme_published is not published:
        if not published:
            programme_hides(forum)
        forum.programme_published = published
        record(by, "programme.published" if published else "programme.hidden", forum)
        touch(forum)


def set_capacity(forum: Forum, kind: Format, capacity: int | None, *, by: Actor | None) -> None:
    """Set how many places a format has; None is unlimited. Raises CapacityBelowTaken."""
    quota = quotas_of(forum.id)[kind.value]
    db.session.refresh(quota, with_for_update=True)
    if quota.capacity == capacity:
        return
    if capacity is not None and capacity < quota.taken:
        raise CapacityBelowTaken(kind, quota.taken)
    before, quota.capacity = quota.capacity, capacity
    forum.updated_at = utcnow()
    flag_modified(forum, "updated_at")  # a new version: a form opened before would set the old number again
    db.session.flush()
    record(by, "quota.changed", forum, format=kind.value, before=before, after=capacity)
    if capacity is None or (before is not None and capacity > before):
        quota_changed(quota.forum_id, quota.format)
    touch(forum)


def add_venue(forum: Forum, *, by: Actor | None, name: str, address: str = "", directions: str = "") -> Venue:
    venue = Venue(forum_id=forum.id, name=name, address=address, directions=directions, position=len(forum.venues))
    db.session.add(venue)
    db.session.flush()
    record(by, "venue.added", venue, forum=forum.slug)
    touch(forum)
    return venue


def add_room(
    forum: Forum, venue: Venue, *, by: Actor | None, name: str, floor: str = "", seats: int | None = None
) -> Room:
    """Add a room. Raises IntegrityError when the venue has one of this name."""
    room = Room(venue_id=venue.id, name=name, floor=floor, seats=seats, position=len(venue.rooms))
    db.session.add(room)
    db.session.flush()
    record(by, "room.added", room, forum=forum.slug)
    touch(forum)
    return room


def edit_place(forum: Forum, place: Venue | Room, values: dict[str, object], *, by: Actor | None) -> None:
    hold(forum)  # before its parts, as everybody does who plans something in them
    before = change(place, values)
    if before:
        record(by, f"{type(place).__tablename__}.changed", place, fields=list(before))
        _spread(forum, place, before)


def remove_place(forum: Forum, place: Venue | Room | Section, *, by: Actor | None) -> None:
    """Remove a venue, room or section. Raises IntegrityError while something is planned there."""
    hold(forum)
    record(by, f"{type(place).__tablename__}.removed", place, forum=forum.slug)
    db.session.delete(place)
    db.session.flush()
    touch(forum)


def add_section(forum: Forum, values: Columns, *, by: Actor | None, slug: str = "") -> Section:
    slug = slug or free_slug(Section, values.get("short_name") or values["name"], forum_id=forum.id)
    values.setdefault("position", len(forum.sections))
    section = Section(forum_id=forum.id, slug=slug, **values)
    db.session.add(section)
    db.session.flush()
    record(by, "section.added", section, forum=forum.slug)
    touch(forum)
    return section


def edit_section(
    forum: Forum,
    section: Section,
    values: dict[str, object],
    *,
    by: Actor | None,
    opened_version: int | None = None,
    sure: str = "",
) -> None:
    """Raises StaleVersion, and Doubtful when another room is taken (`sure`: see `kernel.asking`)."""
    hold(forum)
    before = change(section, values, opened_version=opened_version)
    if before:
        record(by, "section.changed", section, fields=list(before))
        _spread(forum, section, before, sure)


def _spread(forum: Forum, parent: Forum | Venue | Room | Section, before: dict[str, object], sure: str = "") -> None:
    """What hangs on the parent follows it."""
    _raise_sequence(forum)
    parent_changed(forum, parent, before, sure)
    _bump(forum)


def touch(forum: Forum) -> None:
    """Public pages of the forum are stale now, and its participants' calendars."""
    _raise_sequence(forum)
    _bump(forum)


def _bump(forum: Forum) -> None:
    bump(*scopes_of(forum))


def scopes_of(forum: Forum) -> list[Scope]:
    """Its own pages, and those that name forums: each region raises its part of these."""
    return [f"forum:{forum.slug}", ("forums", forum.territory.region.oktmo)]


def _raise_sequence(forum: Forum) -> None:
    """Also locks the forum's row: whoever changes events one by one holds it."""
    db.session.flush()
    db.session.execute(_RAISE, {"forum": forum.id})
    db.session.expire(forum, ["sequence", "updated_at"])


_RAISE = (
    update(Forum)
    .where(Forum.id == bindparam("forum"))
    .values(sequence=Forum.sequence + 1)
    .execution_options(synchronize_session=False)
)
