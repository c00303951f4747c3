"""What is written on the day; minutes themselves are kept by `hall.presence`."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, delete, update

from activity.operations import record
from forum.models import Forum, Section
from hall import queries, rules
from hall.models import (
    Feedback,
    Joining,
    PresenceHour,
    Question,
    QuestionState,
    Source,
    Trouble,
    ViewingPoint,
)
from kernel import files
from kernel.access import Actor
from kernel.db import Columns, db, dialect, inserting, utcnow
from registrations.desk.queries import loaded_lists
from registrations.models import Attendance, AttendanceKind, Registration

ATTENDANCE = Attendance.__table__
PREVIEWS = "presence"
"""Of the previews of providers' lists."""


def prove(forum_id: int, registration_id: int, section_id: int) -> None:
    """The code word was right: the person is there, for however long. Said twice it is written once."""
    row = _attendance(forum_id, registration_id, section_id, AttendanceKind.present, Source.word)
    db.session.connection().execute(_once(dialect()), row)


def keep_total(
    forum_id: int, registration_id: int, section_id: int | None, minutes: int, source: Source, by: Actor | None
) -> None:
    """A total of minutes that a source tells, in the place of what it told before."""
    row = _attendance(forum_id, registration_id, section_id, AttendanceKind.minutes, source)
    row |= {"minutes": minutes, "user_id": by.id if by else None}
    db.session.connection().execute(_latest(dialect()), row)


def _attendance(
    forum_id: int, registration_id: int, section_id: int | None, kind: AttendanceKind, source: Source
) -> Columns:
    return {
        "forum_id": forum_id,
        "registration_id": registration_id,
        "section_id": section_id,
        "kind": kind,
        "source": source.value,
        "gate": "",
        "verdict": "",
        "nonce": f"{source.value}-{section_id or 'forum'}-{registration_id}",
        "at": utcnow(),
    }


@cache
def _once(kind: str) -> Insert:
    return inserting(ATTENDANCE, kind).on_conflict_do_nothing(index_elements=["forum_id", "nonce"])


@cache
def _latest(kind: str) -> Insert:
    statement = inserting(ATTENDANCE, kind)
    new = {name: statement.excluded[name] for name in ("minutes", "user_id", "at")}
    return statement.on_conflict_do_update(index_elements=["forum_id", "nonce"], set_=new)


def ask(section_id: int, registration_id: int, text: str) -> None:
    db.session.add(Question(section_id=section_id, registration_id=registration_id, text=text))
    db.session.flush()


def settle_question(question: Question, state: QuestionState) -> None:
    """It was put, or put aside, or is to be put after all."""
    question.state = state
    db.session.flush()


def give_feedback(registration_id: int, section_id: int, mark: int) -> None:
    """The last tap holds."""
    statement = inserting(Feedback).values(
        registration_id=registration_id, section_id=section_id, mark=mark, at=utcnow()
    )
    new = {"mark": statement.excluded.mark, "at": statement.excluded.at}
    db.session.execute(statement.on_conflict_do_update(index_elements=["registration_id", "section_id"], set_=new))


def report_trouble(registration_id: int, section_id: int) -> None:
    """Nothing is heard; once an hour is enough."""
    hour = rules.minute_of(utcnow()) // rules.HOUR
    row = {"registration_id": registration_id, "section_id": section_id, "hour": hour}
    db.session.execute(inserting(Trouble).values(row).on_conflict_do_nothing())


def set_rule(forum: Forum, minutes: int, word_counts: bool, *, by: Actor | None) -> None:
    rule = queries.rule_of(forum.id)
    if (rule.minutes, rule.word_counts) == (minutes, word_counts):
        return
    rule.minutes, rule.word_counts = minutes, word_counts
    db.session.add(rule)
    db.session.flush()
    record(by, "presence.rule", forum, minutes=minutes, word_counts=word_counts)


def set_joining(section: Section, *, phone: str, audio_url: str, word: str, by: Actor | None) -> None:
    values = {"phone": phone, "audio_url": audio_url, "word": word}
    known = db.session.get(Joining, section.id) or Joining(section_id=section.id, phone="", audio_url="", word="")
    if all(getattr(known, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(known, name, value)
    db.session.add(known)
    db.session.flush()
    record(by, "section.joining", section)  # the word itself is no business of the log


def count_screen(forum_id: int, registration: Registration, people: int) -> None:
    """How many sit at the participant's screen, as they say; the last word holds."""
    statement = inserting(ViewingPoint).values(
        forum_id=forum_id,
        registration_id=registration.id,
        territory_id=registration.territory_id,
        place=registration.place,
        people=people,
        at=utcnow(),
    )
    new = {"people": statement.excluded.people, "at": statement.excluded.at}
    db.session.execute(statement.on_conflict_do_update(index_elements=["registration_id"], set_=new))


def add_screen(forum: Forum, territory_id: int | None, place: str, people: int, *, by: Actor) -> None:
    point = ViewingPoint(forum_id=forum.id, territory_id=territory_id, place=place, people=people)
    db.session.add(point)
    db.session.flush()
    record(by, "viewing_point.added", forum, people=people)


def remove_screen(forum: Forum, point: ViewingPoint, *, by: Actor) -> None:
    db.session.delete(point)
    db.session.flush()
    record(by, "viewing_point.removed", forum, people=point.people)


def note_by_hand(registration: Registration, minutes: int, *, by: Actor) -> None:
    keep_total(registration.forum_id, registration.id, None, minutes, Source.hand, by)
    record(by, "presence.noted", registration, minutes=minutes)


def record_import(forum: Forum, section: Section | None, people: int, *, by: Actor) -> None:
    if people:
        record(by, "presence.imported", forum, section=section.title if section else "", people=people)


def forget(registration: Registration) -> None:
    """Of somebody erased one number stays, the minutes; when they were, what was asked and what was told go."""
    mine = {"registration_id": registration.id}
    if bits := queries.bits_of(registration):
        keep_total(registration.forum_id, registration.id, None, rules.united(bits, ()), Source.link, None)
    for model in (PresenceHour, Question, Feedback, Trouble):
        db.session.execute(delete(model).filter_by(**mine))
    for preview, stored in loaded_lists(PREVIEWS):  # a list may name the person; whoever needs it loads it again
        if preview.scope_id == registration.forum_id:
            db.session.delete(preview)
            db.session.flush()
            files.discard([(stored.id, stored.uuid)])
    db.session.execute(update(ViewingPoint).filter_by(**mine).values(registration_id=None))
