"""Eight processes at once, on the database under test.

Tried by breaking the code. On PostgreSQL: no row lock in `operations.hold` fails the moves; no savepoint around the
insert in `start_adoption` or in `ensure_organisation` (of `accounts`) fails the requests; no `hold_place` in `_tell` fails the count of different
organisations; no row lock in the quarter's `operations._hold` fails both tests of answers; no savepoint in `open_round`
fails the openings. On SQLite, where writers queue, a view that does not compare versions fails the moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.models import Organisation
from activity.models import Letter
from adoption import operations, rules
from adoption.models import Adoption, Stage, StageStep
from adoption.quarter.models import Answer, Question, Round
from adoption.rules import Reached
from kernel.db import db
from kernel.transaction import writing
from practices.models import PracticeSpread
from tests import factories
from tests.adoption.conftest import adoption
from tests.adoption.quarter_world import asked, fresh, said
from tests.conftest import settings
from tests.registrations.crowd import Crowd

pytestmark = pytest.mark.processes
PROCESSES = 8
REPETITIONS = 5
START = "/practices/konsultant/adoption"


@pytest.fixture(scope="module")
def processes(application: Any, server: Any, tmp_path_factory: Any) -> Iterator[Crowd]:
    made = Crowd(PROCESSES, settings(server.url("test"), tmp_path_factory.mktemp("crowd")))
    yield made
    made.close()


def count(model: Any, *where: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_one_step_from_eight_moves(processes, tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.staffing)
    page = f"/cabinet/adoptions/{made.code}"
    processes.meet(page, tayshet.people.coordinator.get_id())
    stages = [stage.value for stage in (Stage.safeguards, Stage.launched, Stage.operating)]
    for number, stage in enumerate(stages, 1):
        db.session.expire_all()
        data = {
            "version": str(made.version),
            f"{stage}_done": "y",
            f"{stage}_on": f"2027-02-0{number}",
            f"{stage}_evidence": f"приказ № 1{number}",
        }
        answers = processes.send([(f"{page}/stage", data)] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: 1, 409: PROCESSES - 1}
        assert count(StageStep, StageStep.stage == Stage(stage)) == 1
    assert count(PracticeSpread, PracticeSpread.state == "ready") == 1  # nobody has confirmed it


def test_nobody_calls_it_permanent_before_or_while_it_is_confirmed(processes, tayshet):
    """A doubt is asked of all and noted once; a launch that is refused takes with it whoever called it permanent."""
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.operating, confirmed=False)
        made.steps[5].reached_on = date(2026, 8, 1)
    page = f"/cabinet/adoptions/{made.code}"
    processes.meet(page, tayshet.people.coordinator.get_id())
    data = {"version": str(made.version), "sustained_done": "y", "sustained_on": "2027-02-01"}
    data |= {"sustained_evidence": "приказ № 7"}
    statuses = [status for status, _where in processes.send([(f"{page}/stage", data | {"sure": "y"})] * PROCESSES)]
    assert statuses == [422] * PROCESSES
    with writing():
        operations.hold(made)
        operations.confirm(made, by=None)
    data |= {"version": str(made.version)}
    statuses = [status for status, _where in processes.send([(f"{page}/stage", data)] * PROCESSES)]
    assert statuses == [422] * PROCESSES  # the paper of another stage: asked about
    back = (f"{page}/return", {"version": str(made.version), "back-stage": "safeguards", "back-reason": "не так"})
    paper = [Reached(Stage.sustained, date(2027, 2, 1), data["sustained_evidence"])]
    firm = (f"{page}/stage", data | {"sure": rules.signature(rules.doubts(made.steps, paper))})
    statuses = [status for status, _where in processes.send([firm, back] * (PROCESSES // 2))]
    assert Counter(statuses) == {302: 1, 409: PROCESSES - 1}
    db.session.rollback()
    assert (made.stage, made.confirmed) in ((Stage.sustained, True), (Stage.safeguards, False))
    assert count(StageStep, StageStep.stage == Stage.sustained) == int(made.stage is Stage.sustained)


ASKED = {"contact_name": "Ольга", "contact_email": "olga@example.org", "source": ""}


def test_one_adoption_from_eight_requests(processes, tayshet):
    with writing():
        known = [factories.organisation() for _number in range(REPETITIONS)]
    processes.meet(START, tayshet.people.coordinator.get_id())
    for number, organisation in enumerate(known, 1):
        answers = processes.send([(START, ASKED | {"organisation": str(organisation.id)})] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: PROCESSES}
        assert len({where for _status, where in answers}) == 1
        assert count(Adoption) == number
        assert count(StageStep) == number
        assert count(Letter, Letter.kind == "adoption_author") == number
    assert count(PracticeSpread, PracticeSpread.organisations == REPETITIONS) == 1


def test_one_new_organisation_from_eight_requests(processes, tayshet):
    processes.meet(START, tayshet.people.coordinator.get_id())
    for number in range(1, REPETITIONS + 1):
        data = ASKED | {"organisation": "new", "new_organisation": f"Новый центр помощи № {number}"}
        answers = processes.send([(START, data)] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: PROCESSES}
        assert count(Organisation) == number + 1
        assert count(Adoption) == number


def test_different_organisations_at_once_are_all_counted(processes, tayshet):
    processes.meet(START, tayshet.people.coordinator.get_id())
    requests = [
        (START, ASKED | {"organisation": "new", "new_organisation": f"Школа № {number}"}) for number in range(24)
    ]
    answers = processes.send(requests)
    assert Counter(status for status, _where in answers) == {302: 24}
    assert count(Adoption) == 24
    assert count(PracticeSpread, PracticeSpread.organisations == 24) == 1


def test_schools_whose_names_begin_alike_at_once_are_all_there(processes, tayshet):
    """Without the numbering of a taken code the second school is booked on the first."""
    processes.meet(START, tayshet.people.coordinator.get_id())
    names = [f"Муниципальное бюджетное общеобразовательное учреждение «Школа № {number}»" for number in range(8)]
    requests = [(START, ASKED | {"organisation": "new", "new_organisation": name}) for name in [*names, *names]]
    answers = processes.send(requests)
    assert Counter(status for status, _where in answers) == {302: 16}
    db.session.rollback()
    known = db.session.scalars(select(Organisation.name).where(Organisation.name.startswith("Муниц")))
    assert sorted(known) == names
    assert count(Adoption) == 8


QUARTER = "/cabinet/quarter"


def test_eight_answers_at_once_leave_one_and_a_history(processes, tayshet):
    """Without `seen` (one press in the cabinet) each answer replaces the one before it; none is lost."""
    quarter = asked(tayshet)
    question = quarter.q_works
    processes.meet(QUARTER, quarter.people.coordinator.get_id())
    for turn in range(1, REPETITIONS + 1):
        requests = [
            (QUARTER, said(question, "no_change", note=f"Ответ {turn}-{number}")) for number in range(PROCESSES)
        ]
        answers = processes.send(requests)
        assert Counter(status for status, _where in answers) == {302: PROCESSES}
        assert count(Answer) == turn * PROCESSES
        assert count(Answer, Answer.replaced_at.is_(None)) == 1


def test_eight_pages_opened_alike_save_one_answer(processes, tayshet):
    """With `seen` the others are told that somebody was faster. The same answer from all is one answer."""
    quarter = asked(tayshet)
    question = quarter.q_works
    processes.meet(QUARTER, quarter.people.coordinator.get_id())
    for turn in range(1, REPETITIONS + 1):
        fresh(question)
        seen = question.current.id if question.current else 0
        requests = [
            (QUARTER, said(question, "no_change", seen=seen, note=f"Ответ {turn}-{number}"))
            for number in range(PROCESSES)
        ]
        answers = processes.send(requests)
        assert Counter(status for status, _where in answers) == {302: 1, 409: PROCESSES - 1}
        assert count(Answer) == turn
        assert count(Answer, Answer.replaced_at.is_(None)) == 1
    same = said(quarter.q_prepares, "no_change")
    answers = processes.send([(QUARTER, same)] * PROCESSES)
    assert Counter(status for status, _where in answers) == {302: PROCESSES}
    assert count(Answer, Answer.question_id == quarter.q_prepares.id) == 1


def test_one_round_from_eight_openings(processes, tayshet):
    with writing():
        adoption(tayshet.practice, tayshet.organisation)
    page = "/manage/rounds/new"
    processes.meet(page, tayshet.people.organiser.get_id())
    for number, quarter in enumerate(("2027-1", "2026-4", "2026-3"), 1):
        data = {"region": factories.REGION, "quarter": quarter, "due": "2027-04-05"}
        answers = processes.send([(page, data)] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: PROCESSES}
        assert len({where for _status, where in answers}) == 1
        assert (count(Round), count(Question)) == (number, number)
        assert count(Letter, Letter.kind == "quarter_question") == number
