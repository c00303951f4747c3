from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from activity.models import Entry, Letter
from adoption import operations as adoptions
from adoption.models import Exit, ExitReason
from adoption.quarter import counts, operations, queries
from adoption.quarter.models import QUARTER_LINK, Answer, AnswerKind, Ask, Round, Way
from adoption.quarter.operations import AnswerRefused, Outcome, Overtaken, Source
from adoption.quarter.rules import Fault, Said
from kernel import db as kernel_db
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.quarter_world import BY_LINK, DUE, NO_CHANGE, Quarter, asked, fresh, question_of

pytestmark = pytest.mark.differs


@pytest.fixture
def quarter(tayshet) -> Quarter:
    return asked(tayshet)


def answer(question, said, source=BY_LINK, **more):
    with writing():
        return operations.answer(question, said, source, by=None, **more)


def clock(*when):
    kernel_db.set_clock(lambda: datetime(*when, tzinfo=UTC))


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_every_running_adoption_is_asked_once(quarter):
    made = quarter.round
    assert {ask.territory.oktmo: len(ask.questions) for ask in made.asks} == {
        factories.TAYSHET: 2,
        factories.KUYTUN: 1,
    }
    with writing():
        again, new = operations.open_round(made.region, 2027, 1, date(2027, 5, 1), by=None)
    assert (again.id, new, again.due) == (made.id, False, DUE)
    assert count(Round) == 1


def test_interrupted_and_foreign_adoptions_are_not_asked(quarter):
    with writing():
        adoptions.leave(quarter.prepares, Exit.paused, ExitReason.money, "", by=None)
        elsewhere = factories.organisation("Центр Курска", "38000000")
        adoptions.start_adoption(
            quarter.practice, elsewhere, adoptions.Request("Кто-то", "a@example.org"), by=None, letters=False
        )
        made, _new = operations.open_round(quarter.round.region, 2026, 4, DUE, by=None, letters=False)
    assert {one.adoption_id for one in queries.questions_of_round(made.id)} == {quarter.works.id, quarter.near.id}


def test_an_answer_keeps_who_how_and_when(quarter):
    question, organiser = quarter.q_works, quarter.people.organiser
    source = Source(Way.paper, "Начальник Нина", "12-34", date(2027, 2, 25))
    with writing():
        done = operations.answer(question, Said(AnswerKind.progress, 21, 2, "Новая группа"), source, by=organiser)
    kept = question.current
    assert done is Outcome.new
    assert (kept.served, kept.staff, kept.note, kept.way) == (21, 2, "Новая группа", Way.paper)
    assert (kept.answered_by, kept.user_id) == ("Начальник Нина", organiser.id)
    assert (kept.letter_number, kept.letter_date, kept.late) == ("12-34", date(2027, 2, 25), False)
    assert quarter.works.units == 21
    act = db.session.scalars(select(Entry).where(Entry.action == "adoption.answered")).one()
    assert act.details == {"answer": "progress", "way": "paper"}


def test_a_second_answer_replaces_the_first_which_stays(quarter):
    question = quarter.q_works
    answer(question, NO_CHANGE)
    assert answer(question, NO_CHANGE) is Outcome.same
    assert answer(question, Said(AnswerKind.progress, 20)) is Outcome.replaced
    fresh(question)
    assert [(one.kind, one.replaced_at is None) for one in question.answers] == [
        (AnswerKind.no_change, False),
        (AnswerKind.progress, True),
    ]


def test_the_database_itself_refuses_two_current_answers(quarter):
    from sqlalchemy.exc import IntegrityError

    question = quarter.q_works
    answer(question, NO_CHANGE)
    with pytest.raises(IntegrityError), writing():
        db.session.add(Answer(question_id=question.id, kind=AnswerKind.progress, way=Way.link))


def test_a_form_opened_before_somebody_answered_is_overtaken(quarter):
    question = quarter.q_works
    answer(question, NO_CHANGE, seen=0)
    with pytest.raises(Overtaken) as raised:
        answer(question, Said(AnswerKind.progress, 20), seen=0)
    fresh(question)
    assert raised.value.current.id == question.current.id
    assert len(question.answers) == 1
    assert answer(question, Said(AnswerKind.progress, 20), seen=question.current.id) is Outcome.replaced


def test_stopping_interrupts_the_adoption_and_another_answer_takes_it_back(quarter):
    question, adoption = quarter.q_works, quarter.works
    answer(question, Said(AnswerKind.stopped, note="Нет ставки", exit=Exit.paused, reason=ExitReason.money))
    assert (adoption.exit, adoption.exit_reason, adoption.exit_note) == (Exit.paused, ExitReason.money, "Нет ставки")
    answer(question, Said(AnswerKind.stopped, exit=Exit.stopped, reason=ExitReason.staff))
    assert (adoption.exit, adoption.exit_reason) == (Exit.stopped, ExitReason.staff)
    answer(question, NO_CHANGE)
    assert adoption.exit is None
    actions = [entry.action for entry in db.session.scalars(select(Entry).order_by(Entry.id))]
    assert actions.count("adoption.exited") == 2
    assert actions.count("adoption.resumed") == 2


def test_what_was_interrupted_elsewhere_needs_no_answer(quarter):
    with writing():
        adoptions.leave(quarter.works, Exit.paused, ExitReason.money, "", by=None)
    assert queries.is_waiting(quarter.q_works) is False
    with pytest.raises(AnswerRefused) as raised:
        answer(quarter.q_works, NO_CHANGE)
    assert raised.value.faults == [("said", Fault.interrupted)]


def test_one_refused_answer_leaves_the_others_whole(quarter):
    bad, good = quarter.q_works, quarter.q_prepares
    with writing():
        found = operations.answer_each(
            [(bad, Said(AnswerKind.progress), None), (good, NO_CHANGE, None)], BY_LINK, by=None
        )
    assert found[good.id] is Outcome.new
    assert isinstance(found[bad.id], AnswerRefused)
    assert (good.current.kind, bad.current) == (AnswerKind.no_change, None)


def test_late_answers_are_taken_and_marked_until_the_quarter_is_summed_up(quarter):
    clock(2027, 4, 5, 15)
    answer(quarter.q_works, NO_CHANGE)
    clock(2027, 4, 5, 17)  # the sixth of April in Irkutsk
    answer(quarter.q_prepares, NO_CHANGE)
    assert (quarter.q_works.current.late, quarter.q_prepares.current.late) == (False, True)
    with writing():
        operations.close(quarter.round, by=None)
    with pytest.raises(AnswerRefused) as raised:
        answer(quarter.q_near, NO_CHANGE)
    assert raised.value.faults == [("said", Fault.closed)]
    with writing():
        operations.reopen(quarter.round, by=None)
    assert answer(quarter.q_near, NO_CHANGE) is Outcome.new


def test_an_older_quarter_does_not_overwrite_the_newest_number(quarter):
    with writing():
        older, _new = operations.open_round(quarter.round.region, 2026, 4, DUE, by=None, letters=False)
    old = question_of(older, quarter.works.id)
    answer(quarter.q_works, Said(AnswerKind.progress, 30))
    answer(old, Said(AnswerKind.progress, 20))
    fresh(quarter.works)
    assert quarter.works.units == 30
    before = queries.served_before([quarter.q_works])
    assert before[quarter.works.id].served == 20
    assert queries.served_before([old]) == {}


def test_a_new_link_revokes_the_old(quarter):
    from werkzeug.exceptions import NotFound

    ask = quarter.q_works.ask
    old = QUARTER_LINK.token(ask)
    assert queries.ask_by_link(old.lower()).id == ask.id
    with writing():
        operations.renew_link(ask, by=None)
    with pytest.raises(NotFound):
        queries.ask_by_link(old)
    assert queries.ask_by_link(QUARTER_LINK.token(ask)).id == ask.id


def test_progress_counts_adoptions_and_municipalities(quarter):
    made = quarter.round
    answer(quarter.q_near, Said(AnswerKind.progress, 12))
    answer(quarter.q_works, NO_CHANGE)
    found = counts.progress([made])[made.id]
    assert (found.answered, found.questions, found.waiting) == (2, 3, 1)
    assert (found.municipalities, found.silent, found.partly, found.done) == (2, 0, 1, 1)
    assert found.by_kind == {"progress": 1, "no_change": 1}
    with writing():
        adoptions.leave(quarter.prepares, Exit.paused, ExitReason.money, "", by=None)
    found = counts.progress([made])[made.id]
    assert (found.silent, found.partly, found.done) == (0, 0, 2)


def test_who_would_be_reminded(quarter):
    made = quarter.round
    clock(2027, 3, 10)
    coordinator, neighbour = (getattr(quarter.people, name).name for name in ("coordinator", "neighbour"))

    def lines():
        db.session.expire_all()
        return [(one.left, one.partly, one.addresses, one.told, one.may_be_told) for one in counts.debtors(made)]

    assert lines() == [(1, False, [neighbour], None, True), (2, False, [coordinator], None, True)]
    answer(quarter.q_near, NO_CHANGE)
    answer(quarter.q_works, NO_CHANGE)
    assert lines() == [(1, True, [coordinator], None, True)]
    with writing():
        assert operations.remind(made, by=None, partly=False) == 0
        assert operations.remind(made, by=None, silent=False) == 1
    assert lines() == [(1, True, [coordinator], date(2027, 3, 10), False)]
    with writing():
        assert operations.remind(made, by=None) == 0
        quarter.people.coordinator.assignments.clear()
    assert lines() == [(1, True, [], date(2027, 3, 10), False)]


def test_reminders_go_to_those_who_are_silent_and_not_twice_a_day(quarter):
    clock(2027, 3, 10)
    answer(quarter.q_near, NO_CHANGE)
    with writing():
        assert operations.remind(quarter.round, by=None) == 1
        assert operations.remind(quarter.round, by=None) == 0
    assert [letter.kind for letter in db.session.scalars(select(Letter))] == ["quarter_reminder"]
    clock(2027, 4, 2, 1)
    with writing():
        assert operations.remind_due() == 1
        assert operations.remind_due() == 0
    clock(2027, 4, 6, 1)
    with writing():
        assert operations.remind_due() == 1
    assert count(Letter) == 3


def test_a_municipality_without_a_coordinator_is_written_to_at_the_address_given(quarter):
    ask = db.session.scalars(select(Ask).where(Ask.territory_id == quarter.near.territory_id)).one()
    with writing():
        quarter.people.neighbour.assignments.clear()
        db.session.flush()
        assert operations.write_again(ask, "", by=None) == 0
        assert operations.write_again(ask, "kuytun@example.org", by=None) == 1
        assert operations.tell(ask, "quarter_reminder") == 1
        operations.open_round(quarter.round.region, 2027, 2, date(2027, 7, 5), by=None)  # the address is kept
    written = [letter.to for letter in db.session.scalars(select(Letter).order_by(Letter.id))]
    assert written[:2] == ["kuytun@example.org"] * 2
    assert set(written[2:]) == {"kuytun@example.org", quarter.people.coordinator.email}
