"""Loads demo/rounds.csv and demo/answers.csv through the operations people use.

Numbers instead of dates count days from the day of loading, so that the open round is open whenever the demo
world is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from accounts.queries import organisation_by_code, user_by_email
from accounts.settings import site
from adoption.models import Adoption, Exit, ExitReason
from adoption.quarter import operations, queries, rules
from adoption.quarter.models import AnswerKind, Question, Round, Way
from adoption.quarter.operations import Source
from adoption.quarter.rules import Said
from adoption.queries import adoption_of, today
from kernel.db import db
from kernel.zones import home_zone
from practices.queries import practice_by_key
from territories.queries import current

Row = dict[str, str]


def load_rounds(rounds: Iterable[Row], answers: Iterable[Row], adoptions: Iterable[Row]) -> int:
    """Ask and answer as the files say; call inside `writing()`. No letters are sent. Returns how many answers."""
    known = {row["id"]: row for row in adoptions}
    given = list(answers)
    number = 0
    for row in rounds:
        made, new = _open(row)
        if not new:
            continue
        questions = {question.adoption_id: question for question in queries.questions_of_round(made.id)}
        mine = [answer for answer in given if answer["round"] == row["round"]]
        number += sum(_answer(answer, known[answer["adoption"]], questions) for answer in mine)
        if row["closed"]:
            made.closed_at = _moment(date.fromisoformat(row["closed"]))
    db.session.flush()
    return number


def _open(row: Row) -> tuple[Round, bool]:
    region = current(site().region)
    assert region is not None
    opened, due = _day(row["opened"]), _day(row["due"])
    year, quarter = (int(row["year"]), int(row["quarter"])) if row["year"] else rules.quarter_of(today())
    made, new = operations.open_round(region, year, quarter, due, by=None, letters=False, demo=True, at=_moment(opened))
    if new:
        _backdate(made)
    return made, new


def _backdate(made: Round) -> None:
    """The letters went out on the day the question was asked."""
    coordinated = queries.coordinated({ask.territory_id for ask in made.asks})
    for ask in made.asks:
        if ask.territory_id not in coordinated:
            ask.email = f"region-{ask.territory.oktmo}@example.net"
        ask.told_at = made.opened_at


def _answer(row: Row, of: Row, questions: dict[int, Question]) -> bool:
    question = questions.get(_adoption(of).id)
    if question is None:  # it was interrupted before the question was asked
        return False
    adoption = question.adoption
    kept = adoption.units, adoption.changed_at
    at = _answered_at(row["at"])
    said = Said(
        AnswerKind(row["answer"]),
        int(row["served"]) if row["served"] else None,
        int(row["staff"]) if row["staff"] else None,
        row["note"],
        Exit(row["exit"]) if row["exit"] else None,
        ExitReason(row["exit_reason"]) if row["exit_reason"] else None,
    )
    written = _day(row["letter_date"]) if row["letter_date"] else None
    source = Source(Way(row["way"]), row["answered_by"], row["letter_number"], written)
    by = user_by_email(row["typed_by"]) if row["typed_by"] else None
    operations.answer(question, said, source, by=by, at=at)
    if row["round"] == "past":  # what was said then must not stand for today
        adoption.units = kept[0]
    adoption.changed_at = max(kept[1], at) if row["round"] == "open" else kept[1]
    return True


def _adoption(row: Row) -> Adoption:
    practice, organisation = practice_by_key(row["practice"]), organisation_by_code(row["organisation"])
    assert practice is not None
    assert organisation is not None
    found = adoption_of(practice.id, organisation.id)
    assert found is not None
    return found


def _day(text: str) -> date:
    return date.fromisoformat(text) if text.count("-") == 2 else today() + timedelta(days=int(text))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(2), UTC)


def _answered_at(text: str) -> datetime:
    day, clock = text.split("T")
    return datetime.combine(_day(day), time.fromisoformat(clock), home_zone()).astimezone(UTC)
