from __future__ import annotations

import pytest
from sqlalchemy import select

from adoption.cabinet.queries import counts_for, unconfirmed
from adoption.models import Adoption, Exit, Stage, StageStep, State
from adoption.operations import confirm
from kernel.db import db, utcnow
from kernel.transaction import writing
from tests import factories


def launched(confirmed: bool) -> Adoption:
    adoption = factories.adoption(factories.practice(f"Практика {confirmed}"))
    adoption.stage = Stage.launched
    step = StageStep(adoption_id=adoption.id, stage=Stage.launched, reached_on=utcnow().date())
    db.session.add(step)
    db.session.flush()
    db.session.refresh(adoption)
    if confirmed:
        confirm(adoption, by=None)
    return adoption


def test_a_curator_sees_what_waits_for_confirmation(app, sign_in):
    with writing():
        waits, done = launched(False), launched(True)
        person = factories.curator()
    assert unconfirmed(person) == 1
    page = sign_in(person).get("/manage/adoptions?state=unconfirmed").get_data(as_text=True)
    assert waits.code in page
    assert done.code not in page
    assert "ждёт подтверждения" in sign_in(person).get("/manage/adoptions").get_data(as_text=True)


def test_another_regions_curator_sees_none(app):
    from accounts.enums import Role, ScopeKind

    with writing():
        launched(False)
        elsewhere = factories.territory("38000000")
        person = factories.give(factories.user(), Role.curator, ScopeKind.territory, elsewhere.id)
    assert unconfirmed(person) == 0
    assert len(db.session.scalars(select(Adoption)).all()) == 1


@pytest.mark.parametrize(("state", "expected"), [("ready", [1, 3]), ("works", [4]), ("firm", []), ("exit", [0])])
def test_the_states_of_the_list_are_those_that_are_counted(app, sign_in, state, expected):
    with writing():
        person = factories.curator()
        made = [factories.adoption(factories.practice(f"Практика {number}")) for number in range(5)]
        stages = (Stage.operating, Stage.preparation, Stage.interest, Stage.launched, Stage.operating)
        for one, stage in zip(made, stages, strict=True):
            one.stage, one.confirmed = stage, stage is Stage.operating
        made[0].exit = Exit.stopped
    page = sign_in(person).get(f"/manage/adoptions?state={state}").get_data(as_text=True)
    assert [number for number, one in enumerate(made) if one.code in page] == expected
    if state != "exit":
        assert counts_for(person)[State(state)] == len(expected)
