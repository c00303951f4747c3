"""Eight processes at once, on the database under test.

Tried by breaking the code. On PostgreSQL: no row lock in `operations.hold` fails the moves; no savepoint around the
insert in `start_adoption` or in `ensure_organisation` fails the requests; no `hold_spread` fails the count of different
organisations. On SQLite, where writers queue, a view that does not compare versions fails the moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.models import Organisation
from activity.models import Letter
from adoption.models import Adoption, Stage, StageStep
from kernel.db import db
from kernel.transaction import writing
from practices.models import PracticeSpread
from tests import factories
from tests.adoption.conftest import adoption
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


def test_one_step_from_eight_moves(processes, world):
    with writing():
        made = adoption(world["practice"], world["organisation"], Stage.safeguards)
    page = f"/cabinet/adoptions/{made.code}"
    processes.meet(page, world["people"]["coordinator"].get_id())
    stages = [stage.value for stage in (Stage.launched, Stage.operating, Stage.sustained)]
    for number, stage in enumerate(stages, 1):
        db.session.expire_all()
        data = {
            "version": str(made.version),
            f"{stage}_done": "y",
            f"{stage}_on": f"2027-02-0{number}",
            f"{stage}_evidence": "приказ № 1",
        }
        answers = processes.send([(f"{page}/stage", data)] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: 1, 409: PROCESSES - 1}
        assert count(StageStep, StageStep.stage == Stage(stage)) == 1
    assert count(PracticeSpread, PracticeSpread.state == "firm") == 1


ASKED = {"contact_name": "Ольга", "contact_email": "olga@example.org", "source": ""}


def test_one_adoption_from_eight_requests(processes, world):
    with writing():
        known = [factories.organisation() for _number in range(REPETITIONS)]
    processes.meet(START, world["people"]["coordinator"].get_id())
    for number, organisation in enumerate(known, 1):
        answers = processes.send([(START, ASKED | {"organisation": str(organisation.id)})] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: PROCESSES}
        assert len({where for _status, where in answers}) == 1
        assert count(Adoption) == number
        assert count(StageStep) == number
        assert count(Letter, Letter.kind == "adoption_author") == number
    assert count(PracticeSpread, PracticeSpread.organisations == REPETITIONS) == 1


def test_one_new_organisation_from_eight_requests(processes, world):
    processes.meet(START, world["people"]["coordinator"].get_id())
    for number in range(1, REPETITIONS + 1):
        data = ASKED | {"organisation": "new", "new_organisation": f"Новый центр помощи № {number}"}
        answers = processes.send([(START, data)] * PROCESSES)
        assert Counter(status for status, _where in answers) == {302: PROCESSES}
        assert count(Organisation) == number + 1
        assert count(Adoption) == number


def test_different_organisations_at_once_are_all_counted(processes, world):
    processes.meet(START, world["people"]["coordinator"].get_id())
    requests = [
        (START, ASKED | {"organisation": "new", "new_organisation": f"Школа № {number}"}) for number in range(24)
    ]
    answers = processes.send(requests)
    assert Counter(status for status, _where in answers) == {302: 24}
    assert count(Adoption) == 24
    assert count(PracticeSpread, PracticeSpread.organisations == 24) == 1
