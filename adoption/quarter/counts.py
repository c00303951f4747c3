"""How far a round of the quarterly question has come: who has answered, by which way, and who owes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, func, select

from adoption.models import Adoption
from adoption.quarter.models import Answer, Ask, Question, Round
from adoption.quarter.queries import asks_statement, local_day
from adoption.queries import coordinators_in, today
from kernel.db import db
from territories.models import Territory


@dataclass(frozen=True)
class Progress:
    """How far a round has come, in questions and in municipalities."""

    questions: int = 0
    waiting: int = 0
    municipalities: int = 0
    silent: int = 0
    """Municipalities that have said nothing at all."""
    partly: int = 0
    """Municipalities that have answered some questions of several."""
    by_kind: dict[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Questions that need nothing more."""
        return self.questions - self.waiting

    @property
    def done(self) -> int:
        """Municipalities that have answered everything."""
        return self.municipalities - self.silent - self.partly


def progress(rounds: Sequence[Round]) -> dict[int, Progress]:
    """By round id. Two queries whatever the number of rounds."""
    ids = [of.id for of in rounds]
    waiting = func.sum(case((Answer.id.is_(None) & Adoption.exit.is_(None), 1), else_=0))
    per_ask = (
        select(
            Ask.round_id,
            Ask.id,
            func.count(Question.id).label("questions"),
            waiting.label("waiting"),
            func.count(Answer.id).label("answered"),
        )
        .join(Question, Question.ask_id == Ask.id)
        .join(Adoption, Adoption.id == Question.adoption_id)
        .outerjoin(Answer, (Answer.question_id == Question.id) & Answer.replaced_at.is_(None))
        .where(Ask.round_id.in_(ids))
        .group_by(Ask.round_id, Ask.id)
        .subquery()
    )
    silent = func.sum(case(((per_ask.c.waiting > 0) & (per_ask.c.answered == 0), 1), else_=0))
    partly = func.sum(case(((per_ask.c.waiting > 0) & (per_ask.c.answered > 0), 1), else_=0))
    totals = db.session.execute(
        select(
            per_ask.c.round_id,
            func.sum(per_ask.c.questions),
            func.sum(per_ask.c.waiting),
            func.count(),
            silent,
            partly,
        ).group_by(per_ask.c.round_id)
    ).all()
    kinds = db.session.execute(
        select(Question.round_id, Answer.kind, func.count())
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.round_id.in_(ids), Answer.replaced_at.is_(None))
        .group_by(Question.round_id, Answer.kind)
    ).all()
    return {
        round_id: Progress(
            int(questions),
            int(left),
            int(number),
            int(quiet),
            int(some),
            {kind.value: count for of, kind, count in kinds if of == round_id},
        )
        for round_id, questions, left, number, quiet, some in totals
    }


class Debtor(NamedTuple):
    """A municipality that has not answered everything: how much is left, and who would get a reminder."""

    ask: Ask
    left: int
    answered: int
    addresses: list[str]
    """Coordinators by name, else the address kept; empty when there is nobody to write to."""
    told: date | None
    """The day of the last letter."""

    @property
    def partly(self) -> bool:
        return self.answered > 0

    @property
    def may_be_told(self) -> bool:
        """Nobody gets two letters a day."""
        return bool(self.addresses) and (self.told is None or self.told < today())


def debtors(of: Round) -> list[Debtor]:
    """Those who have not answered everything, by name. Two queries."""
    rows = db.session.execute(asks_statement(of, "waiting").order_by(func.min(Territory.name_key), Ask.id)).all()
    people = coordinators_in(row.Ask.territory_id for row in rows)
    found = []
    for row in rows:
        ask = row.Ask
        addresses = [person.name for person in people.get(ask.territory_id, [])] or [ask.email] * bool(ask.email)
        told = local_day(ask.told_at) if ask.told_at else None
        found.append(Debtor(ask, row.waiting, row.answered, addresses, told))
    return found
