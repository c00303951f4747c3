from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, load_only, selectinload
from werkzeug.exceptions import NotFound

from forum.models import Forum, ForumStatus, Room, Section
from kernel.db import db
from practices.models import Admission, Practice
from programme.models import Appearance, Slot, SlotKind
from speakers.models import Speaker


def _with_people(statement: Select[Any]) -> Select[Any]:
    return statement.options(
        selectinload(Slot.appearances).options(
            joinedload(Appearance.speaker), joinedload(Appearance.territory), joinedload(Appearance.organisation)
        ),
        joinedload(Slot.section),
        joinedload(Slot.room).joinedload(Room.venue),
        joinedload(Slot.practice),
    )


def slots_of(forum_id: int, *, section_id: int | None = None, cancelled: bool = False) -> list[Slot]:
    """The forum's programme in order of time, with everything a page shows: four queries at any size.

    Of practices only what stands beside a talk: their passports are long, and a talk in two has one.
    """
    brief = joinedload(Slot.practice).load_only(Practice.slug, Practice.name, Practice.effect, Practice.admission)
    statement = _with_people(select(Slot).where(Slot.forum_id == forum_id)).options(brief)
    if section_id is not None:
        statement = statement.where(Slot.section_id == section_id)
    if not cancelled:
        statement = statement.where(Slot.cancelled.is_(False))
    statement = statement.join(Section, Section.id == Slot.section_id)
    return list(db.session.scalars(statement.order_by(Slot.starts, Section.position, Slot.ends, Slot.id)).unique())


def public_slot(forum: Forum, code: str) -> Slot:
    """A talk of a published programme. Raises NotFound."""
    found = db.session.scalar(
        _with_people(select(Slot).where(Slot.forum_id == forum.id, Slot.code == code, Slot.kind == SlotKind.talk))
    )
    if found is None or not forum.programme_published:
        raise NotFound()
    return found


def public_speaker(code: str) -> Speaker:
    """A speaker whose name may be shown and who speaks at a public forum. Raises NotFound."""
    found = db.session.scalar(select(Speaker).where(Speaker.code == code, Speaker.hidden.is_(False)))
    if found is None:
        raise NotFound()
    return found


def public_slots_by(speaker: Speaker) -> list[Slot]:
    """What the speaker tells at public forums with a published programme, newest first."""
    statement = (
        select(Slot)
        .join(Appearance, Appearance.slot_id == Slot.id)
        .join(Forum, Forum.id == Slot.forum_id)
        .where(
            Appearance.speaker_id == speaker.id,
            Slot.cancelled.is_(False),
            Forum.status != ForumStatus.draft,
            Forum.programme_published.is_(True),
        )
        .options(joinedload(Slot.forum))
    )
    return list(db.session.scalars(_with_people(statement).order_by(Slot.starts.desc(), Slot.id)).unique())


def public_slots_about(practice_id: int) -> list[Slot]:
    """Where a practice was told of, newest first."""
    statement = (
        select(Slot)
        .join(Forum, Forum.id == Slot.forum_id)
        .where(
            Slot.practice_id == practice_id,
            Slot.cancelled.is_(False),
            Forum.status != ForumStatus.draft,
            Forum.programme_published.is_(True),
        )
        .options(joinedload(Slot.forum))
    )
    return list(db.session.scalars(_with_people(statement).order_by(Slot.starts.desc(), Slot.id)).unique())


def talks_about(practice_ids: Iterable[int]) -> dict[int, Slot]:
    """The newest public talk about each practice."""
    statement = (
        select(Slot)
        .join(Forum, Forum.id == Slot.forum_id)
        .where(Slot.practice_id.in_(list(practice_ids)), Slot.cancelled.is_(False), Forum.status != ForumStatus.draft)
        .options(joinedload(Slot.forum))
        .order_by(Slot.starts)
    )
    return {slot.practice_id: slot for slot in db.session.scalars(statement) if slot.practice_id}


def slots_within(section_ids: set[int], start: datetime, end: datetime) -> list[Slot]:
    """What runs in the sections between two local times, in order."""
    statement = select(Slot).where(
        Slot.section_id.in_(section_ids), Slot.cancelled.is_(False), Slot.ends > start, Slot.starts < end
    )
    statement = statement.options(joinedload(Slot.section), joinedload(Slot.room))
    return list(db.session.scalars(statement.order_by(Slot.starts, Slot.id)))


def practices_by_key() -> dict[str, Practice]:
    """Practices a talk may be about, by the key of their name."""
    rows = db.session.scalars(select(Practice).where(Practice.admission != Admission.archived))
    return {practice.name_key: practice for practice in rows}


def practices_for_talks(slot: Slot | None) -> list[Practice]:
    """What a talk may be about: the catalogue, and what this one is about already, by name."""
    statement = select(Practice).where(
        (Practice.admission == Admission.published) | (Practice.id == (slot.practice_id if slot else None))
    )
    brief = load_only(Practice.name, Practice.admission)
    return list(db.session.scalars(statement.options(brief).order_by(Practice.name_key, Practice.id)))


def speaker_names(series_id: int) -> list[str]:
    """Everybody who has spoken in the series, for suggestions."""
    statement = select(Speaker.name).where(Speaker.series_id == series_id).order_by(Speaker.name_key)
    return list(db.session.scalars(statement))


def speakers_by_key(series_id: int) -> dict[str, Speaker]:
    return {
        speaker.identity_key: speaker
        for speaker in db.session.scalars(select(Speaker).where(Speaker.series_id == series_id))
    }


def statement_of(forum_id: int) -> Select[Any]:
    """The forum's slots for the organiser's listing."""
    statement = select(Slot).join(Section, Section.id == Slot.section_id).where(Slot.forum_id == forum_id)
    return _with_people(statement)


def slot_of(forum: Forum, code: str) -> Slot:
    """A slot of a forum already authorised. Raises NotFound."""
    found = db.session.scalar(
        _with_people(select(Slot).where(Slot.forum_id == forum.id, Slot.code == code)).options(joinedload(Slot.forum))
    )
    if found is None:
        raise NotFound()
    return found


def public_slots_from(territory_id: int, limit: int = 20) -> list[Slot]:
    """Talks of people from the territory at public forums, newest first."""
    statement = (
        select(Slot)
        .join(Appearance, Appearance.slot_id == Slot.id)
        .join(Forum, Forum.id == Slot.forum_id)
        .where(
            Appearance.territory_id == territory_id,
            Slot.cancelled.is_(False),
            Forum.status != ForumStatus.draft,
            Forum.programme_published.is_(True),
        )
        .options(joinedload(Slot.forum), joinedload(Slot.practice))
        .order_by(Slot.starts.desc(), Slot.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement).unique())


def sections_by_id(section_ids: Iterable[int]) -> list[Section]:
    """Sections with their forums, the nearest first."""
    statement = select(Section).join(Section.forum).where(Section.id.in_(list(section_ids)))
    return list(db.session.scalars(statement.options(joinedload(Section.forum)).order_by(Forum.date_start.desc())))
