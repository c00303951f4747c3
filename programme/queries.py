from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, selectinload
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind
from accounts.models import Consent, ConsentText
from forum.models import Forum, ForumStatus, Room, Section
from kernel.access import SignedIn
from kernel.db import db, utcnow
from kernel.text import sort_key
from kernel.twins import holds
from practices.models import Admission, Practice
from programme.models import Appearance, Slot, SlotKind
from speakers.models import Speaker
from speakers.queries import decided
from territories.models import Territory


def _with_people(statement: Select[Slot]) -> Select[Slot]:
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
    statement = _with_people(select(Slot).where(Slot.forum_id == forum_id)).options(brief)
    if section_id is not None:
        statement = statement.where(Slot.section_id == section_id)
    if not cancelled:
        statement = statement.where(Slot.cancelled.is_(False))
    statement = statement.join(Section, Section.id == Slot.section_id)
    return list(db.session.scalars(statement.order_by(Slot.starts, Section.position, Slot.ends, Slot.id)).unique())


def public_slot(forum: Forum, code: str) -> Slot:
    """A talk of a published programme, also one cancelled after it was seen. Raises NotFound."""
    found = db.session.scalar(
        _with_people(select(Slot).where(Slot.forum_id == forum.id, Slot.code == code, Slot.kind == SlotKind.talk))
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


def practices_by_key() -> dict[str, list[Practice]]:
    """Practices a talk may be about, by the key of their name; several may bear one."""
    found: dict[str, list[Practice]] = {}
    for practice in db.session.scalars(
        select(Practice).where(Practice.admission != Admission.archived).order_by(Practice.id)
    ):
        found.setdefault(practice.name_key, []).append(practice)
    return found


def practices_for_talks(slot: Slot | None) -> list[Practice]:
    """What a talk may be about: the catalogue, and what this one is about already, by name."""
    statement = select(Practice).where(
        (Practice.admission == Admission.published) | (Practice.id == (slot.practice_id if slot else None))
    )
    brief = load_only(Practice.name, Practice.admission)
    return list(db.session.scalars(statement.options(brief).order_by(Practice.name_key, Practice.id)))


def practice_by_id(practice_id: int | None) -> Practice | None:
    """A practice chosen among `practices_for_talks`: others may bear its name, and it may be archived since."""
    return db.session.get(Practice, practice_id) if practice_id else None


def speaker_names(series_id: int) -> list[str]:
    """Everybody who has spoken in the series, for suggestions."""
    statement = select(Speaker.name).where(Speaker.series_id == series_id).order_by(Speaker.name_key)
    return list(db.session.scalars(statement))


def speakers_by_key(series_id: int) -> dict[str, Speaker]:
    return {
        speaker.identity_key: speaker
        for speaker in db.session.scalars(select(Speaker).where(Speaker.series_id == series_id))
    }


class Place(NamedTuple):
    """Where somebody spoke from: a territory and the one above it."""

    territory_id: int
    parent_id: int | None

    def meets(self, other: Place) -> bool:
        """Whether they may be one place: the same, or one lies in the other."""
        theirs = other.territory_id, other.parent_id
        return self.territory_id in theirs or other.territory_id == self.parent_id


def places_by_key(series_id: int) -> dict[str, set[Place]]:
    """Where each speaker of the series has spoken from, by their key; nobody is left out."""
    statement = (
        select(Speaker.id, Speaker.identity_key, Territory.id, Territory.parent_id)
        .outerjoin(Appearance, Appearance.speaker_id == Speaker.id)
        .outerjoin(Territory, Territory.id == Appearance.territory_id)
        .where(Speaker.series_id == series_id)
        .order_by(Speaker.id)
        .distinct()
    )
    found: dict[str, set[Place]] = {}
    for _id, key, territory_id, parent_id in db.session.execute(statement):
        places = found.setdefault(key, set())
        if territory_id is not None:
            places.add(Place(territory_id, parent_id))
    return found


def statement_of(forum_id: int, words: str = "") -> Select[Slot]:
    """The forum's slots for the organiser's listing; `words` stand in the title or in a speaker's name."""
    statement = select(Slot).join(Section, Section.id == Slot.section_id).where(Slot.forum_id == forum_id)
    if key := sort_key(words):
        named = Appearance.speaker.has(holds(Speaker.name_key, key))
        statement = statement.where(Slot.title_key.contains(key, autoescape=True) | Slot.appearances.any(named))
    return _with_people(statement)


def items_by_section(forum_id: int) -> dict[int, int]:
    """How many items each section holds, cancelled ones too, as the organiser's listing does."""
    statement = select(Slot.section_id, func.count()).where(Slot.forum_id == forum_id).group_by(Slot.section_id)
    return dict(db.session.execute(statement).all())


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
    """Sections with their forums and places, the latest forum first."""
    statement = select(Section).join(Section.forum).where(Section.id.in_(list(section_ids)))
    return list(
        db.session.scalars(
            statement.options(joinedload(Section.forum)).order_by(
                Forum.date_start.desc(), Section.position.desc(), Section.id.desc()
            )
        )
    )


# ── first screens ────────────────────────────────────────────────────────────────────────────────


def own_section_ids(user: SignedIn) -> frozenset[int]:
    """Sections the user chairs or helps in."""
    return user.scopes("work:hall:open").of("section")


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
    return list(db.session.scalars(_with_people(statement).order_by(Slot.starts.desc(), Slot.id)).unique())


def speakers_of(forum_id: int) -> Select[Speaker]:
    """Who is to speak at the forum."""
    speaks = select(Appearance.speaker_id).join(Slot).where(Slot.forum_id == forum_id, Slot.cancelled.is_(False))
    return select(Speaker).where(Speaker.id.in_(speaks))


def named_at(forum_id: int) -> Select[Speaker]:
    """Who is to speak, and who stands with a name, now or once, at what is shown struck out: it may be taken back."""
    speaks = select(Appearance.speaker_id).join(Slot).where(Slot.forum_id == forum_id)
    struck = Speaker.id.in_(speaks.where(Slot.cancelled, Slot.announced)) & Speaker.id.in_(decided())
    return select(Speaker).where(Speaker.id.in_(speaks.where(Slot.cancelled.is_(False))) | struck)


def speaker_of(forum: Forum, code: str) -> Speaker:
    """A speaker of a forum already authorised. Raises NotFound."""
    found = db.session.scalar(named_at(forum.id).where(Speaker.code == code))
    if found is None:
        raise NotFound()
    return found


def consented() -> Select[int]:
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


def undecided_of(forum_id: int) -> Select[Speaker]:
    """Speakers of the forum who have not said yet whether their name may be published."""
    return speakers_of(forum_id).where(Speaker.id.not_in(decided()))


def undecided_number(forum_id: int) -> int:
    return db.session.scalar(undecided_of(forum_id).with_only_columns(func.count())) or 0


def decided_keys(series_id: int) -> set[str]:
    """The keys of those who have said whether their name may be published."""
    statement = select(Speaker.identity_key).where(Speaker.series_id == series_id, Speaker.id.in_(decided()))
    return set(db.session.scalars(statement))


def unnamed_of(forum_id: int) -> Select[Speaker]:
    """Speakers of the forum who have given no consent to publish their name, or have withdrawn it."""
    return speakers_of(forum_id).where(Speaker.id.not_in(consented()))


def without_consent(forum_id: int) -> int:
    return db.session.scalar(unnamed_of(forum_id).with_only_columns(func.count())) or 0


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


def without(gap: str) -> ColumnElement[bool] | None:
    """The condition of talks that lack "speakers" or a "practice"; None for anything else."""
    if gap == "speakers":
        return (Slot.kind == SlotKind.talk) & Slot.cancelled.is_(False) & ~Slot.appearances.any()
    if gap == "practice":
        return (Slot.kind == SlotKind.talk) & Slot.cancelled.is_(False) & Slot.practice_id.is_(None)
    return None


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
