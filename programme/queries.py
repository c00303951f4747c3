from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, selectinload
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind
from accounts.models import Consent, ConsentText
from forum.models import Forum, ForumStatus, Room, Section
from kernel.db import db, utcnow
from practices.models import Admission, Practice
from programme.models import Appearance, Slot, SlotKind
from speakers.models import Speaker
from speakers.queries import decided_statement


def with_people(statement: Select[Slot]) -> Select[Slot]:
    return statement.options(
        selectinload(Slot.appearances).options(
            joinedload(Appearance.speaker), joinedload(Appearance.territory), joinedload(Appearance.organisation)
        ),
        joinedload(Slot.section).joinedload(Section.room).joinedload(Room.venue),
        joinedload(Slot.room).joinedload(Room.venue),
        joinedload(Slot.practice),
    )


def slots_of(forum_id: int, *, section_id: int | None = None, cancelled: bool = False) -> list[Slot]:
    """The forum's programme in order of time, to be worked on: four queries at any size.

    Of practices only what stands beside a talk: their passports are long, and a talk in two has one.
    Pages that only show it take `programme.timetable`.
    """
    brief = joinedload(Slot.practice).load_only(Practice.slug, Practice.name, Practice.effect, Practice.admission)
    statement = with_people(select(Slot).where(Slot.forum_id == forum_id)).options(brief)
    if section_id is not None:
        statement = statement.where(Slot.section_id == section_id)
    if not cancelled:
        statement = statement.where(Slot.cancelled.is_(False))
    statement = statement.join(Section, Section.id == Slot.section_id)
    return list(db.session.scalars(statement.order_by(Slot.starts, Section.position, Slot.ends, Slot.id)).unique())


def public_slot(forum: Forum, code: str) -> Slot:
    """A talk of a published programme, also one cancelled after it was seen. Raises NotFound."""
    found = db.session.scalar(
        with_people(select(Slot).where(Slot.forum_id == forum.id, Slot.code == code, Slot.kind == SlotKind.talk))
    )
    if found is None or not (forum.programme_published and found.shown):
        raise NotFound()
    return found


def public_speaker(code: str) -> Speaker:
    """A speaker whose name may be shown and who speaks at a public forum. Raises NotFound."""
    found = db.session.scalar(select(Speaker).where(Speaker.code == code, Speaker.hidden.is_(False)))
    if found is None:
        raise NotFound()
    return found


def public_slots_by(speaker: Speaker) -> list[Slot]:
    """What the speaker tells at public forums with a published programme, newest first; what was cancelled too."""
    statement = (
        select(Slot)
        .join(Appearance, Appearance.slot_id == Slot.id)
        .join(Forum, Forum.id == Slot.forum_id)
        .where(
            Appearance.speaker_id == speaker.id,
            Slot.cancelled.is_(False) | Slot.announced,
            Forum.status != ForumStatus.draft,
            Forum.programme_published.is_(True),
        )
        .options(joinedload(Slot.forum))
    )
    return list(db.session.scalars(with_people(statement).order_by(Slot.starts.desc(), Slot.id)).unique())


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
    return list(db.session.scalars(with_people(statement).order_by(Slot.starts.desc(), Slot.id)).unique())


def practice_by_id(practice_id: int | None) -> Practice | None:
    """A practice chosen among `practices_for_talks`: others may bear its name, and it may be archived since."""
    return db.session.get(Practice, practice_id) if practice_id else None


def slot_of(forum: Forum, code: str) -> Slot:
    """A slot of a forum already authorised. Raises NotFound."""
    found = db.session.scalar(
        with_people(select(Slot).where(Slot.forum_id == forum.id, Slot.code == code)).options(joinedload(Slot.forum))
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


# ── first screens ────────────────────────────────────────────────────────────────────────────────


def speakers_statement(forum_id: int) -> Select[Speaker]:
    """Who is to speak at the forum."""
    speaks = select(Appearance.speaker_id).join(Slot).where(Slot.forum_id == forum_id, Slot.cancelled.is_(False))
    return select(Speaker).where(Speaker.id.in_(speaks))


def consented_statement() -> Select[int]:
    """Ids of speakers whose consent to publish is in force."""
    return (
        select(Consent.subject_id)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(
            ConsentText.kind == ConsentKind.publication,
            Consent.subject_type == "speaker",
            Consent.withdrawn_at.is_(None),
        )
    )


def undecided_statement(forum_id: int) -> Select[Speaker]:
    """Speakers of the forum who have not said yet whether their name may be published."""
    return speakers_statement(forum_id).where(Speaker.id.not_in(decided_statement()))


def without_consent(forum_id: int) -> int:
    return db.session.scalar(unnamed_statement(forum_id).with_only_columns(func.count())) or 0


# ── the organiser's desk ─────────────────────────────────────────────────────────────────────────


def _talks(forum_id: int) -> tuple[ColumnElement[bool], ...]:
    return Slot.forum_id == forum_id, Slot.kind == SlotKind.talk, Slot.cancelled.is_(False)


def told_at(forum_id: int) -> list[Slot]:
    """The talks by time with all that the draft of a resolution says of them. Two queries."""
    whole = (
        joinedload(Slot.section),
        joinedload(Slot.practice).joinedload(Practice.organisation),
        joinedload(Slot.practice).joinedload(Practice.territory),
        selectinload(Slot.appearances).joinedload(Appearance.territory),
    )
    statement = select(Slot).where(*_talks(forum_id)).options(*whole).order_by(Slot.starts, Slot.id)
    return list(db.session.scalars(statement))


def gaps(forum_id: int) -> dict[str, int]:
    """How many talks lack what, by the names `without` takes."""
    found = {}
    for gap in ("speakers", "practice"):
        condition = without(gap)
        assert condition is not None
        statement = select(func.count()).select_from(Slot).where(Slot.forum_id == forum_id, condition)
        found[gap] = db.session.scalar(statement) or 0
    return found


class Counts(NamedTuple):
    talks: int
    speakers: int
    practices: int


def counts_of(forum_id: int) -> Counts:
    """What the programme holds, cancelled talks left out; a person or practice counts once."""
    row = db.session.execute(
        select(
            func.count(func.distinct(Slot.id)),
            func.count(func.distinct(Appearance.speaker_id)),
            func.count(func.distinct(Slot.practice_id)),
        )
        .outerjoin(Appearance, Appearance.slot_id == Slot.id)
        .where(*_talks(forum_id))
    ).one()
    return Counts(*row)


class SectionNow(NamedTuple):
    """What goes on in a section and what follows, by the forum's clock; None when nothing does."""

    section: Section
    now: Slot | None
    next: Slot | None


def now_and_next(forum: Forum) -> list[SectionNow]:
    """Today's sections in order, while something is still to come in any of them."""
    moment = utcnow().astimezone(forum.zone).replace(tzinfo=None)
    today = [slot for slot in slots_of(forum.id) if slot.starts.date() == moment.date()]
    by_section: dict[int, list[Slot]] = {}
    for slot in today:
        by_section.setdefault(slot.section_id, []).append(slot)
    found = []
    for slots in by_section.values():
        current = [slot for slot in slots if slot.starts <= moment < slot.ends]
        ahead = [slot for slot in slots if slot.starts > moment]
        found.append(SectionNow(slots[0].section, current[0] if current else None, ahead[0] if ahead else None))
    return sorted(found, key=lambda row: (row.section.position, row.section.id))


def practices_told_at(forum_id: int) -> list[tuple[Section, list[Practice]]]:
    """Published practices that talks are about, each once, under the section in which it was first told of."""
    rows = db.session.execute(
        select(Section, Practice)
        .join(Slot, Slot.section_id == Section.id)
        .join(Practice, Practice.id == Slot.practice_id)
        .where(*_talks(forum_id), Practice.admission == Admission.published)
        .order_by(Section.position, Section.id, Slot.starts, Slot.id)
        .options(load_only(Practice.slug, Practice.name, Practice.effect, Practice.demo))
    )
    found: dict[Section, list[Practice]] = {}
    seen: set[int] = set()
    for section, practice in rows:
        if practice.id not in seen:
            seen.add(practice.id)
            found.setdefault(section, []).append(practice)
    return list(found.items())


def spoke_at(forum_id: int) -> list[Appearance]:
    """Who spoke at the forum, each person once by name, with the first of their talks."""
    statement = (
        select(Appearance)
        .join(Appearance.slot)
        .join(Appearance.speaker)
        .where(*_talks(forum_id))
        .options(contains_eager(Appearance.slot), contains_eager(Appearance.speaker))
        .order_by(Speaker.name_key, Speaker.id, Slot.starts)
    )
    found: dict[int, Appearance] = {}
    for appearance in db.session.scalars(statement):
        found.setdefault(appearance.speaker_id, appearance)
    return list(found.values())


def forums_of_speakers(ids: Collection[int]) -> Sequence[Forum]:
    """The forums where one of these people speaks."""
    at = select(Slot.forum_id).join(Appearance, Appearance.slot_id == Slot.id).where(Appearance.speaker_id.in_(ids))
    return db.session.scalars(select(Forum).where(Forum.id.in_(at))).all()


def appearances_at(forum_id: int, speaker_ids: Collection[int]) -> dict[int, list[Appearance]]:
    """What each of them is to tell at the forum, in the order of time; cancelled items last."""
    statement = (
        select(Appearance)
        .join(Appearance.slot)
        .where(Slot.forum_id == forum_id, Appearance.speaker_id.in_(list(speaker_ids)))
        .options(contains_eager(Appearance.slot))
        .order_by(Slot.cancelled, Slot.starts, Slot.id)
    )
    found: dict[int, list[Appearance]] = {}
    for appearance in db.session.scalars(statement):
        found.setdefault(appearance.speaker_id, []).append(appearance)
    return found


def shown_moments(forum_id: int) -> Sequence[tuple[str, datetime]]:
    """(title, start) of what visitors see or will see, by time."""
    shown = select(Slot.title, Slot.starts).where(Slot.forum_id == forum_id, ~Slot.cancelled | Slot.announced)
    return db.session.execute(shown.order_by(Slot.starts, Slot.id)).all()


def whole_programme(forum_id: int) -> Sequence[Slot]:
    """Every item, what is cancelled too."""
    return db.session.scalars(select(Slot).where(Slot.forum_id == forum_id).order_by(Slot.id)).all()


def undecided_number(forum_id: int) -> int:
    return db.session.scalar(undecided_statement(forum_id).with_only_columns(func.count())) or 0


def without(gap: str) -> ColumnElement[bool] | None:
    """The condition of talks that lack "speakers" or a "practice"; None for anything else."""
    if gap == "speakers":
        return (Slot.kind == SlotKind.talk) & Slot.cancelled.is_(False) & ~Slot.appearances.any()
    if gap == "practice":
        return (Slot.kind == SlotKind.talk) & Slot.cancelled.is_(False) & Slot.practice_id.is_(None)
    return None


def unnamed_statement(forum_id: int) -> Select[Speaker]:
    """Speakers of the forum who have given no consent to publish their name, or have withdrawn it."""
    return speakers_statement(forum_id).where(Speaker.id.not_in(consented_statement()))
