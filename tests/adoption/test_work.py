"""First screens of curators, analysts and approvers: what waits in their own territories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from accounts.enums import Role, ScopeKind
from adoption.models import Adoption, Stage, StageStep
from adoption.queries import today
from adoption.sheet.queries import sheet
from adoption.stall import ENOUGH_TO_BE_USUAL
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import seen


def text(answer) -> str:
    return answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")


def reach(adoption, stage: Stage, days: int) -> None:
    """The adoption stands at `stage` for `days`."""
    adoption.stage = stage
    on = today() - timedelta(days=days)
    adoption.steps[0].reached_on = on
    adoption.steps.extend(StageStep(stage=one, reached_on=on) for one in list(Stage)[1 : stage.number])
    db.session.flush()


def went_on(stage: Stage) -> None:
    """As many as it takes to know what is usual have reached `stage`, a step every five days."""
    for number in range(ENOUGH_TO_BE_USUAL):
        _went_on(stage, number)


def _went_on(stage: Stage, number: int) -> None:
    one = factories.adoption(factories.practice(f"Быстрая {stage.value} {number}"), oktmo=factories.KUYTUN)
    one.stage, one.confirmed, begun = stage, True, today() - timedelta(days=40)
    one.steps[0].reached_on = begun
    later = list(Stage)[1 : stage.number]
    one.steps.extend(StageStep(stage=step, reached_on=begun + timedelta(days=5 * step.number)) for step in later)
    db.session.flush()


@dataclass(frozen=True)
class StandingStill:
    """Three adoptions: launched five days ago, assessed ninety days ago and ten days ago."""

    launched: Adoption
    standing: Adoption
    fresh: Adoption


@pytest.fixture
def standing_still(app) -> StandingStill:
    with writing():
        practice = factories.practice("Диспетчерская")
        launched = factories.adoption(practice, oktmo=factories.TAYSHET)
        reach(launched, Stage.launched, 5)
        launched.steps[-1].evidence = "Акт № 7"
        standing = factories.adoption(factories.practice("Стоячая"), oktmo=factories.TULUN)
        reach(standing, Stage.assessment, 90)
        fresh = factories.adoption(factories.practice("Свежая"), oktmo=factories.TULUN)
        reach(fresh, Stage.assessment, 10)
    return StandingStill(launched=launched, standing=standing, fresh=fresh)


def curator(oktmo: str):
    with writing():
        return factories.give(factories.user(), Role.curator, ScopeKind.territory, factories.territory(oktmo).id)


def test_a_curator_confirms_launches_and_sees_whom_to_call(standing_still, sign_in):
    with writing():
        went_on(Stage.preparation)
    client = sign_in(curator(factories.REGION))
    page = text(client.get("/work"))
    assert "1 запуск ждёт подтверждения" in page
    assert re.search(r"<dt>День первого результата</dt><dd>\d+ [а-я]+ \d{4} года</dd>", page)
    assert re.search(r"<dt>Чем подтверждается</dt><dd>\s*<span>Акт № 7", page)
    assert "90 дней" in page
    assert "contact@example.org" in page
    assert "Свежая" not in page
    client.submit(
        f"/cabinet/adoptions/{standing_still.launched.code}/confirmation", seen(client, "/work"), page="/work"
    )
    assert "Запусков на подтверждение нет" in text(client.get("/work"))


def test_a_curator_of_elsewhere_sees_nothing_of_it(standing_still, sign_in):
    page = text(sign_in(curator(factories.KUYTUN)).get("/work"))
    assert "Никто не остановился" in page
    for name in ("Диспетчерская", "Стоячая", "contact@example.org"):
        assert name not in page


def test_the_screen_the_sheet_and_its_list_count_the_same(standing_still, sign_in):
    with writing():
        unconfirmed = factories.adoption(factories.practice("Без подтверждения"), oktmo=factories.TULUN)
        reach(unconfirmed, Stage.launched, 200)
        went_on(Stage.operating)
    person = curator(factories.REGION)
    client = sign_in(person)
    assert "Кому позвонить: стоят на месте 2 внедрения" in text(client.get("/work"))
    for path in ("/manage/adoption/sheet", "/manage/adoption/standing"):
        page = text(client.get(path))
        assert [name in page for name in ("Стоячая", "Без подтверждения", "Свежая", "Диспетчерская")] == [
            True,
            True,
            False,
            False,
        ]
    assert sheet(person).standing == 2


@pytest.mark.parametrize("role", [Role.analyst, Role.approver])
def test_figures_are_of_the_own_territories(standing_still, sign_in, role):
    with writing():
        region = factories.give(factories.user(), role, ScopeKind.territory, factories.territory(factories.REGION).id)
        district = factories.give(
            factories.user(), role, ScopeKind.territory, factories.territory(factories.TAYSHET).id
        )
    assert "Идут 3 внедрения" in text(sign_in(region).get("/work"))
    page = text(sign_in(district).get("/work"))
    assert "Идёт 1 внедрение" in page
    assert ("Документов на утверждение сейчас нет" in page) is (role is Role.approver)


@pytest.mark.parametrize("number", [1, 12])
def test_the_curators_screen_asks_as_often_for_one_as_for_many(standing_still, sign_in, number, count_queries):
    with writing():
        went_on(Stage.staffing)
        for index in range(number):
            reach(factories.adoption(factories.practice(f"Ещё {index}"), oktmo=factories.TULUN), Stage.preparation, 200)
    client = sign_in(curator(factories.REGION))
    client.get("/work")  # what is usual is remembered
    with count_queries() as counted:
        assert "Кому позвонить: стоят на месте" in text(client.get("/work"))
    assert counted.number == 20
