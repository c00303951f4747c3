from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.enums import Role, ScopeKind
from accounts.queries import people_with
from activity.operations import record
from activity.outbox import send
from adoption import operations as adoptions
from adoption.models import Adoption
from adoption.quarter import counts, queries, rules
from adoption.quarter.models import QUARTER_LINK, Answer, AnswerKind, Ask, Question, Round, Way
from adoption.quarter.rules import Fault, Said
from adoption.queries import today
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.files import StoredFile
from kernel.text import email_key
from territories.models import Territory
from territories.queries import below


class Source(NamedTuple):
    """Where an answer comes from: the road, who answered, and the letter it stood in."""

    way: Way
    answered_by: str = ""
    letter_number: str = ""
    letter_date: date | None = None
    file: StoredFile | None = None


class Outcome(Enum):
    new = "new"
    replaced = "replaced"
    same = "same"


class AnswerRefused(ValueError):
    """The answer breaks a rule; `faults` as `rules.faults` gives them."""

    def __init__(self, faults: list[tuple[str, Fault]]) -> None:
        super().__init__(", ".join(fault.value for _field, fault in faults))
        self.faults = faults


class Overtaken(Exception):
    """Somebody answered while the form stood open; `current` is what they said."""

    def __init__(self, current: Answer | None) -> None:
        super().__init__("answered meanwhile")
        self.current = current


def open_round(
    region: Territory,
    year: int,
    quarter: int,
    due: date,
    *,
    by: Actor | None,
    letters: bool = True,
    demo: bool = False,
    at: datetime | None = None,
) -> tuple[Round, bool]:
    """Ask the question of every running adoption in the region. Returns (round, whether it is new).

    A region has one round a quarter: asking again, also at the same moment, gives the one there is.
    """
    known = queries.round_of(region.id, year, quarter)
    if known is not None:
        return known, False
    made = Round(
        region_id=region.id,
        year=year,
        quarter=quarter,
        due=due,
        opened_by_id=getattr(by, "id", None),
        opened_at=at or utcnow(),
        demo=demo,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    except IntegrityError:  # somebody asked in the same moment
        known = queries.round_of(region.id, year, quarter)
        if known is None:
            raise
        return known, False
    _ask_all(made)
    record(by, "round.opened", made, year=year, quarter=quarter, municipalities=len(made.asks))
    if letters:
        for ask in made.asks:
            tell(ask, "quarter_question")
    return made, True


def _ask_all(made: Round) -> None:
    asks: dict[int, Ask] = {}
    running = queries.running_in(below({made.region_id}), made.opened_at)
    addresses = queries.known_addresses(territory_id for _adoption, territory_id in running)
    for adoption_id, territory_id in running:
        if territory_id not in asks:
            asks[territory_id] = _new_ask(made, territory_id, addresses.get(territory_id, ""))
        asks[territory_id].questions.append(Question(round_id=made.id, adoption_id=adoption_id))
    db.session.flush()


def _new_ask(made: Round, territory_id: int, email: str = "") -> Ask:
    ask = Ask(round=made, territory_id=territory_id, uuid=str(uuid4()), link_generation=0, email=email)
    QUARTER_LINK.renew(ask)
    db.session.add(ask)
    return ask


def renew_link(ask: Ask, *, by: Actor | None) -> None:
    """Revoke the link given out before: letters queued from now on carry a new one."""
    QUARTER_LINK.renew(ask)
    db.session.flush()
    record(by, "round.link_renewed", ask.round, territory=ask.territory.oktmo)


def tell(ask: Ask, kind: str) -> int:
    """Queue a letter to each coordinator of the municipality, else to the address kept. Returns how many."""
    people = people_with(Role.coordinator, ScopeKind.territory, {ask.territory_id})
    for person in people:
        send(kind, person.email, language=person.language, ask_id=ask.id, user_id=person.id)
    if not people and ask.email:
        send(kind, ask.email, ask_id=ask.id)
    number = len(people) or int(bool(ask.email))
    if number:
        ask.told_at = utcnow()
    db.session.flush()
    return number


def write_again(ask: Ask, email: str, *, by: Actor | None) -> int:
    """Send the letter once more; `email` is kept for a municipality without a coordinator. Returns how many went."""
    if email:
        ask.email = email_key(email)
    number = tell(ask, "quarter_question")
    record(by, "round.letter", ask.round, territory=ask.territory.oktmo, letters=number)
    return number


def remind(of: Round, *, by: Actor | None, silent: bool = True, partly: bool = True) -> int:
    """Write to those who have said nothing, to those who have answered in part, or to both. Returns how many letters.

    Who was written to today is left in peace.
    """
    db.session.scalar(select(Round.id).where(Round.id == of.id).with_for_update())
    db.session.expire_all()  # letters and answers of the moment before count
    number = 0
    for debtor in counts.debtors(of):
        if (partly if debtor.partly else silent) and debtor.may_be_told:
            number += tell(debtor.ask, "quarter_reminder")
    if number:
        record(by, "round.reminded", of, letters=number)
    return number


def remind_due() -> int:
    """What the worker does each hour: the reminders whose day has come. Returns how many letters."""
    number = 0
    for of in queries.open_rounds():
        for ask in queries.waiting_asks(of):
            told = queries.local_day(ask.told_at or of.opened_at)
            if rules.reminder_due(of.due, today(), told):
                number += tell(ask, "quarter_reminder")
    return number


def close(of: Round, *, by: Actor | None) -> None:
    """Sum up: answers are read from now on, not changed."""
    if of.closed_at is None:
        of.closed_at = utcnow()
        db.session.flush()
        record(by, "round.closed", of)


def reopen(of: Round, *, by: Actor | None) -> None:
    if of.closed_at is not None:
        of.closed_at = None
        db.session.flush()
        record(by, "round.reopened", of)


def answer(
    question: Question,
    said: Said,
    source: Source,
    *,
    by: Actor | None,
    seen: int | None = None,
    at: datetime | None = None,
) -> Outcome:
    """Keep what was said; what was said before stays as history.

    `seen`: id of the answer the form was opened with (0: none); None: whatever there is.
    Raises AnswerRefused, or Overtaken when somebody else has answered since.
    """
    _hold(question)
    current = question.current
    if seen is not None and seen != (current.id if current else 0):
        raise Overtaken(current)
    if current is not None and same(current, said):
        return Outcome.same
    adoption = question.adoption
    _check(question, said, adoption, current)
    now = at or utcnow()
    if current is not None:
        current.replaced_at = now
        db.session.flush()
    _follow(adoption, said, current, by=by, on=queries.local_day(now))
    if source.file is not None and source.file.id is None:
        db.session.add(source.file)
        db.session.flush()
    question.answers.append(_made(question, said, source, by, now))
    db.session.flush()
    if said.served is not None and not queries.answered_later(question):
        adoptions.change(adoption, {"units": said.served}, by=by)
    record(by, "adoption.answered", adoption, answer=said.kind.value, way=source.way.value)
    return Outcome.replaced if current is not None else Outcome.new


def _hold(question: Question) -> None:
    """Lock the question, then its adoption, and see both as they are now."""
    db.session.scalar(select(Question.id).where(Question.id == question.id).with_for_update())
    db.session.expire(question)
    adoptions.hold(question.adoption)


def _check(question: Question, said: Said, adoption: Adoption, current: Answer | None) -> None:
    if not question.ask.round.is_open:
        raise AnswerRefused([("said", Fault.closed)])
    if adoption.exit is not None and not (current and current.kind is AnswerKind.stopped):
        raise AnswerRefused([("said", Fault.interrupted)])
    found = rules.faults(said, adoption.stage)
    if found:
        raise AnswerRefused(found)


def _follow(adoption: Adoption, said: Said, current: Answer | None, *, by: Actor | None, on: date) -> None:
    """Interrupt the adoption as the answer says, or take back what the answer before it did."""
    if adoption.exit is not None and current is not None:
        adoptions.resume(adoption, by=by)
    if said.kind is AnswerKind.stopped:
        assert said.exit is not None
        assert said.reason is not None
        adoptions.leave(adoption, said.exit, said.reason, said.note, by=by, on=on)


def _made(question: Question, said: Said, source: Source, by: Actor | None, now: datetime) -> Answer:
    return Answer(
        question_id=question.id,
        kind=said.kind,
        served=said.served,
        staff=said.staff,
        note=said.note,
        exit=said.exit if said.kind is AnswerKind.stopped else None,
        exit_reason=said.reason if said.kind is AnswerKind.stopped else None,
        way=source.way,
        answered_by=source.answered_by,
        user_id=getattr(by, "id", None),
        letter_number=source.letter_number,
        letter_date=source.letter_date,
        file_id=source.file.id if source.file is not None else None,
        late=rules.is_late(question.ask.round.due, queries.local_day(now)),
        at=now,
    )


def same(answer: Answer, said: Said) -> bool:
    """Whether the answer says this already."""
    kept = (answer.kind, answer.served, answer.staff, answer.note)
    if kept != (said.kind, said.served, said.staff, said.note):
        return False
    return said.kind is not AnswerKind.stopped or (answer.exit, answer.exit_reason) == (said.exit, said.reason)


def answer_each(
    answers: Sequence[tuple[Question, Said, int | None]], source: Source, *, by: Actor | None
) -> dict[int, Outcome | AnswerRefused | Overtaken]:
    """Keep every answer that may be kept, in one order of locking whoever else does the same; by question id.

    An answer is checked before anything is changed, so one refused leaves the others whole.
    """
    found: dict[int, Outcome | AnswerRefused | Overtaken] = {}
    for question, said, seen in sorted(answers, key=lambda item: item[0].id):
        try:
            found[question.id] = answer(question, said, source, by=by, seen=seen)
        except (AnswerRefused, Overtaken) as refusal:
            found[question.id] = refusal
    return found
