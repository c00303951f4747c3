from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.scopes import reach
from adoption.models import Adoption
from adoption.quarter.models import QUARTER_LINK, Answer, Ask, Question, Round, Way
from adoption.queries import coordinators_in
from kernel.access import SignedIn
from kernel.db import Columns, db, utcnow
from kernel.files import StoredFile
from kernel.permissions import Permission
from kernel.zones import local
from practices.models import Practice
from territories.models import Level, Territory
from territories.queries import below


def round_of(region_id: int, year: int, quarter: int) -> Round | None:
    return db.session.scalar(
        select(Round).where(Round.region_id == region_id, Round.year == year, Round.quarter == quarter)
    )


def rounds_for_statement(user: SignedIn) -> Select[Round]:
    """Rounds of the regions where `user` leads them, for a listing."""
    statement = select(Round).options(joinedload(Round.region))
    territories = reach(user.scopes(Permission.LEAD_ROUNDS))
    return statement if territories is None else statement.where(Round.region_id.in_(territories))


def round_for(user: SignedIn, code: str) -> Round:
    """A round of a region where `user` leads them. Raises NotFound."""
    found = db.session.scalar(rounds_for_statement(user).where(Round.code == code))
    if found is None:
        raise NotFound()
    return found


def regions_for(user: SignedIn) -> list[Territory]:
    """Regions where `user` may ask the question: those with running adoptions, by name."""
    running = select(Adoption.territory_id).where(Adoption.exit.is_(None))
    parents = select(Territory.parent_id).where(Territory.id.in_(running), Territory.parent_id.is_not(None))
    statement = select(Territory).where(
        Territory.level == Level.region,
        Territory.valid_to.is_(None),
        Territory.id.in_(parents) | Territory.id.in_(running),
    )
    territories = reach(user.scopes(Permission.LEAD_ROUNDS))
    if territories is not None:
        statement = statement.where(Territory.id.in_(territories))
    return list(db.session.scalars(statement.order_by(Territory.name_key)))


def running_in(territory_ids: Iterable[int], at: datetime) -> list[tuple[int, int]]:
    """(adoption id, territory id) of the adoptions that go on there and had begun by `at`."""
    rows = db.session.execute(
        select(Adoption.id, Adoption.territory_id)
        .where(Adoption.territory_id.in_(set(territory_ids)), Adoption.exit.is_(None), Adoption.created_at <= at)
        .order_by(Adoption.territory_id, Adoption.id)
    )
    return [(row[0], row[1]) for row in rows]


def known_addresses(territory_ids: Iterable[int]) -> dict[int, str]:
    """Where municipalities without a coordinator were written to last, by territory id."""
    rows = db.session.execute(
        select(Ask.territory_id, Ask.email)
        .where(Ask.territory_id.in_(set(territory_ids)), Ask.email != "")
        .order_by(Ask.id)
    )
    return {row[0]: row[1] for row in rows}


def would_ask(region_id: int) -> tuple[int, int, list[str]]:
    """What asking a region today would mean: municipalities, adoptions, names of those without a coordinator."""
    running = running_in(below({region_id}), utcnow())
    places = {territory_id for _adoption, territory_id in running}
    silent = places - coordinated(places) - set(known_addresses(places))
    names = db.session.scalars(
        select(Territory.short_name).where(Territory.id.in_(silent)).order_by(Territory.name_key)
    )
    return len(places), len(running), list(names)


def coordinated(territory_ids: Iterable[int]) -> set[int]:
    """Which of the territories have an active coordinator."""
    return set(coordinators_in(territory_ids))


def _questions() -> Select[Question]:
    """Questions with everything their cards show."""
    return (
        select(Question)
        .join(Question.adoption)
        .join(Adoption.practice)
        .join(Question.ask)
        .join(Ask.round)
        .join(Ask.territory)
        .options(
            contains_eager(Question.adoption).contains_eager(Adoption.practice),
            contains_eager(Question.adoption).joinedload(Adoption.organisation),
            contains_eager(Question.adoption).selectinload(Adoption.steps),
            contains_eager(Question.ask).contains_eager(Ask.round),
            contains_eager(Question.ask).contains_eager(Ask.territory),
            selectinload(Question.answers).joinedload(Answer.user),
        )
        .order_by(Round.due, Territory.name_key, Practice.name_key, Question.id)
    )


def questions_of(asks: Sequence[Ask]) -> list[Question]:
    return list(db.session.scalars(_questions().where(Question.ask_id.in_([ask.id for ask in asks]))))


def questions_of_round(round_id: int) -> list[Question]:
    return list(db.session.scalars(_questions().where(Question.round_id == round_id)))


def open_questions(territories: Iterable[Territory]) -> list[Question]:
    """What is asked of the territories now, the nearest date first."""
    ids = [territory.id for territory in territories]
    statement = _questions().where(Ask.territory_id.in_(ids), Round.closed_at.is_(None))
    return list(db.session.scalars(statement))


def is_waiting(question: Question) -> bool:
    """Whether the question still needs an answer: an adoption interrupted meanwhile has given it."""
    return question.current is None and question.adoption.exit is None


def ask_by_link(secret: str) -> Ask:
    """The municipality's question whose personal link this is. Raises NotFound."""
    found = QUARTER_LINK.find(secret, _ask_by)
    if found is None:
        raise NotFound()
    return found


def _ask_by(key: str) -> Ask | None:
    return db.session.scalar(
        select(Ask).where(Ask.link_hash == key).options(joinedload(Ask.round), joinedload(Ask.territory))
    )


def ask_by_id(ask_id: int) -> Ask | None:
    """For letters."""
    return db.session.scalar(
        select(Ask).where(Ask.id == ask_id).options(joinedload(Ask.round), joinedload(Ask.territory))
    )


def ask_of(of: Round, oktmo: str) -> Ask:
    """A municipality's part of a round already authorised. Raises NotFound."""
    found = db.session.scalar(
        select(Ask)
        .join(Ask.territory)
        .where(Ask.round_id == of.id, Territory.oktmo == oktmo)
        .options(contains_eager(Ask.territory), joinedload(Ask.round))
    )
    if found is None:
        raise NotFound()
    return found


def served_before(questions: Sequence[Question]) -> dict[int, Answer]:
    """The last answer with a number from earlier quarters, by adoption id. One query."""
    if not questions:
        return {}
    rows = db.session.execute(
        select(Question.adoption_id, Round.year, Round.quarter, Answer)
        .join(Answer, Answer.question_id == Question.id)
        .join(Round, Round.id == Question.round_id)
        .where(
            Question.adoption_id.in_({question.adoption_id for question in questions}),
            Answer.replaced_at.is_(None),
            Answer.served.is_not(None),
        )
        .order_by(Round.year, Round.quarter, Answer.id)
    ).all()
    own = {question.adoption_id: (question.ask.round.year, question.ask.round.quarter) for question in questions}
    return {adoption: answer for adoption, year, quarter, answer in rows if (year, quarter) < own[adoption]}


def answered_later(question: Question) -> bool:
    """Whether a later quarter of the adoption has a number already."""
    of = question.ask.round
    later = (Round.year > of.year) | ((Round.year == of.year) & (Round.quarter > of.quarter))
    statement = (
        select(Answer.id)
        .join(Question, Question.id == Answer.question_id)
        .join(Round, Round.id == Question.round_id)
        .where(Question.adoption_id == question.adoption_id, Answer.served.is_not(None), later)
        .where(Answer.replaced_at.is_(None))
        .limit(1)
    )
    return db.session.scalar(statement) is not None


def open_rounds_for(user: SignedIn) -> list[Round]:
    """Rounds under way that `user` leads, the nearest date first."""
    return list(
        db.session.scalars(rounds_for_statement(user).where(Round.closed_at.is_(None)).order_by(Round.due, Round.id))
    )


def open_rounds() -> list[Round]:
    return list(db.session.scalars(select(Round).where(Round.closed_at.is_(None)).order_by(Round.id)))


def local_day(moment: datetime) -> date:
    """The day of a moment where adoptions are made."""
    return local(moment).date()


def scan_of(of: Round, answer_id: int) -> StoredFile:
    """The scan of a paper answer of a round already authorised. Raises NotFound."""
    found = db.session.scalar(
        select(Answer)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.id == answer_id, Question.round_id == of.id)
        .options(joinedload(Answer.file))
    )
    if found is None or found.file is None:
        raise NotFound()
    return found.file


def asks_statement(of: Round, state: str = "") -> Select[Ask, int, int, int, datetime]:
    """Rows (Ask, questions, waiting, answered, last answer's moment) of a round, for a listing."""
    waiting = func.sum(case((Answer.id.is_(None) & Adoption.exit.is_(None), 1), else_=0))
    answered = func.count(Answer.id)
    statement: Select[Ask, int, int, int, datetime] = (
        select(
            Ask,
            func.count(Question.id).label("questions"),
            waiting.label("waiting"),
            answered.label("answered"),
            func.max(Answer.at).label("at"),
        )
        .join(Ask.territory)
        .join(Question, Question.ask_id == Ask.id)
        .join(Adoption, Adoption.id == Question.adoption_id)
        .outerjoin(Answer, (Answer.question_id == Question.id) & Answer.replaced_at.is_(None))
        .where(Ask.round_id == of.id)
        .options(joinedload(Ask.territory))
        .group_by(Ask.id, Territory.id)
    )
    if state == "waiting":
        statement = statement.having(waiting > 0)
    elif state == "answered":
        statement = statement.having(waiting == 0)
    return statement


def asks_orders() -> Columns:
    """Orders of `asks_statement`."""
    waiting = func.sum(case((Answer.id.is_(None) & Adoption.exit.is_(None), 1), else_=0))
    return {
        "territory": func.min(Territory.name_key),
        "waiting": waiting,
        "at": func.max(Answer.at),
    }


@dataclass
class Heard:
    """What is known of a municipality's answers: by which ways, and by whom the last one."""

    ways: list[Way] = field(default_factory=list)
    last: Answer | None = None
    late: bool = False


def heard_from(asks: Sequence[Ask]) -> dict[int, Heard]:
    """By ask id, from the answers that count. One query."""
    rows = db.session.execute(
        select(Question.ask_id, Answer)
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.ask_id.in_([ask.id for ask in asks]), Answer.replaced_at.is_(None))
        .options(joinedload(Answer.user))
        .order_by(Answer.at, Answer.id)
    )
    found: dict[int, Heard] = {}
    for ask_id, answer in rows:
        heard = found.setdefault(ask_id, Heard())
        if answer.way not in heard.ways:
            heard.ways.append(answer.way)
        heard.last, heard.late = answer, heard.late or answer.late
    return found


def waiting_asks(of: Round) -> list[Ask]:
    """Municipalities that have not answered everything."""
    rows = db.session.execute(asks_statement(of, "waiting").order_by(Ask.id))
    return [row[0] for row in rows]


def asks_of_open_rounds(ids: Iterable[int]) -> Sequence[Ask]:
    """Those with these ids whose round still takes answers."""
    statement = select(Ask).join(Ask.round).where(Ask.id.in_(list(ids)), Round.closed_at.is_(None))
    return db.session.scalars(statement.order_by(Ask.id)).all()
