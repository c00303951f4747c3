"""Sections of those who chair and help, talks of those who speak."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from forum.models import Forum, Room, Section
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from programme.models import Appearance, Slot, SlotKind
from programme.queries import with_people


def sections_by_id(section_ids: Iterable[int]) -> list[Section]:
    """Sections with their forums and places, the latest forum first."""
    statement = select(Section).join(Section.forum).where(Section.id.in_(list(section_ids)))
    return list(
        db.session.scalars(
            statement.options(joinedload(Section.forum)).order_by(
                Forum.date_start.desc(), Section.position.desc(), Section.id.desc()
            )
        )
    )


def own_section_ids(user: SignedIn) -> frozenset[int]:
    """Sections the user chairs or helps in."""
    return user.scopes(Permission.OPEN_HALL).of("section")


def section_for(user: SignedIn, slug: str, section_slug: str) -> Section:
    """A section the user chairs or helps in, published or not. Raises NotFound."""
    found = db.session.scalar(
        select(Section)
        .join(Section.forum)
        .where(Section.id.in_(own_section_ids(user)), Forum.slug == slug, Section.slug == section_slug)
        .options(joinedload(Section.forum), joinedload(Section.room).joinedload(Room.venue))
    )
    if found is None:
        raise NotFound()
    return found


def spans_of(section_ids: Iterable[int]) -> dict[int, tuple[datetime, datetime, int]]:
    """When each section begins and ends, and how many talks it holds."""
    talks = func.count().filter(Slot.kind == SlotKind.talk)
    rows = db.session.execute(
        select(Slot.section_id, func.min(Slot.starts), func.max(Slot.ends), talks)
        .where(Slot.section_id.in_(list(section_ids)), Slot.cancelled.is_(False))
        .group_by(Slot.section_id)
    )
    return {section_id: (starts, ends, number) for section_id, starts, ends, number in rows}


def talks_of(speaker_ids: Iterable[int]) -> list[Slot]:
    """What these speakers tell, at whatever forum, the newest first."""
    statement = (
        select(Slot)
        .where(Slot.appearances.any(Appearance.speaker_id.in_(list(speaker_ids))))
        .options(joinedload(Slot.forum))
    )
    return list(db.session.scalars(with_people(statement).order_by(Slot.starts.desc(), Slot.id)).unique())
