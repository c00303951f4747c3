"""Lists of the organiser's programme: items, speakers, practices to choose from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only

from forum.models import Section
from kernel.db import db
from kernel.text import sort_key
from kernel.twins import holds
from practices.models import Admission, Practice
from programme.models import Appearance, Slot
from programme.queries import with_people
from speakers.models import Speaker
from speakers.queries import decided_statement


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


def slots_statement(forum_id: int, words: str = "") -> Select[object]:
    """The forum's slots for the organiser's listing; `words` stand in the title or in a speaker's name."""
    statement = select(Slot).join(Section, Section.id == Slot.section_id).where(Slot.forum_id == forum_id)
    if key := sort_key(words):
        named = Appearance.speaker.has(holds(Speaker.name_key, key))
        statement = statement.where(Slot.title_key.contains(key, autoescape=True) | Slot.appearances.any(named))
    return with_people(statement)


def last_added(forum_id: int, section_id: int | None, code: str = "") -> Slot | None:
    """The item of this code, or else the forum's youngest one, in the section if one is given."""
    statement = select(Slot).where(Slot.forum_id == forum_id, Slot.cancelled.is_(False))
    if section_id is not None:
        statement = statement.where(Slot.section_id == section_id)
    return db.session.scalar(statement.order_by((Slot.code == code).desc(), Slot.id.desc()).limit(1))


def items_by_section(forum_id: int) -> dict[int, int]:
    """How many items each section holds, cancelled ones too, as the organiser's listing does."""
    statement = select(Slot.section_id, func.count()).where(Slot.forum_id == forum_id).group_by(Slot.section_id)
    return dict(db.session.execute(statement).all())


def speakers_at_statement(forum_id: int) -> Select[Any]:
    """Who is to speak, and who stands with a name, now or once, at what is shown struck out: it may be taken back."""
    speaks = select(Appearance.speaker_id).join(Slot).where(Slot.forum_id == forum_id)
    struck = Speaker.id.in_(speaks.where(Slot.cancelled, Slot.announced)) & Speaker.id.in_(decided_statement())
    return select(Speaker).where(Speaker.id.in_(speaks.where(Slot.cancelled.is_(False))) | struck)
