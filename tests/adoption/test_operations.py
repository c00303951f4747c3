from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from accounts.operations import ensure_organisation
from activity.models import Entry, Letter
from activity.outbox import compose
from adoption import operations, rules
from adoption.models import Adoption, Exit, ExitReason, Stage
from adoption.operations import MoveRefused
from adoption.rules import Fault, Reached
from kernel.db import db
from kernel.transaction import writing
from practices.models import PracticeSpread
from practices.queries import practice_by_key
from tests import factories
from tests.adoption.conftest import ASKED, adoption, reached


def spread(practice):
    rows = db.session.scalars(select(PracticeSpread).where(PracticeSpread.practice_id == practice.id))
    return {row.territory_id: (row.state, row.organisations) for row in rows}


def start(tayshet, **more):
    with writing():
        made, new = operations.start_adoption(
            tayshet.practice, tayshet.organisation, ASKED, by=tayshet.people.coordinator, **more
        )
    return made, new


def test_taking_over_tells_the_author_and_the_curator(tayshet):
    made, new = start(tayshet)
    assert new is True
    assert (made.stage, made.edition, made.territory.oktmo) == (Stage.interest, 1, factories.TAYSHET)
    assert [(step.stage, step.reached_on) for step in made.steps] == [(Stage.interest, date(2027, 3, 1))]
    letters = {letter.kind: letter for letter in db.session.scalars(select(Letter))}
    assert set(letters) == {"adoption_author", "adoption_curator"}
    assert letters["adoption_author"].to == "author@example.org"
    assert letters["adoption_curator"].to == tayshet.people.curator.email
    message = compose(letters["adoption_author"])
    assert message["Reply-To"] == "olga@example.org"
    text = message.get_body(("plain",)).get_content()
    assert "Центр помощи семье Тайшетского округа" in text
    assert "olga@example.org" in text


def test_letters_leave_nothing_untranslated(tayshet):
    made, _new = start(tayshet)
    with writing():
        told = [Reached(stage, date(2027, 3, 1), f"приказ № {stage.number}") for stage in list(Stage)[1:6]]
        operations.move(made, told, by=None, sure=rules.signature(rules.doubts(made.steps, told)))
    for letter in db.session.scalars(select(Letter)):
        message = compose(letter)
        for kind in ("plain", "html"):
            body = message.get_body((kind,)).get_content()
            assert "practice" not in body.replace("/practices/", ""), letter.kind
            assert "%(" not in body


def test_the_same_organisation_again_finds_the_first(tayshet):
    first, _new = start(tayshet)
    second, new = start(tayshet)
    assert (second.id, new) == (first.id, False)
    assert len(db.session.scalars(select(Letter)).all()) == 2


def test_the_way_up(tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.preparation)
        operations.move(made, reached(Stage.staffing), by=None)
    assert made.stage is Stage.staffing
    assert [step.stage for step in made.steps] == list(Stage)[:4]
    assert list(spread(tayshet.practice).values()) == [("ready", 1)]


def test_a_launch_tells_author_and_curator_and_waits_for_confirmation(tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.safeguards)
        operations.move(made, reached(Stage.launched), by=None, units=3)
    assert {letter.kind for letter in db.session.scalars(select(Letter))} == {"adoption_launched", "adoption_confirm"}
    assert (made.units, made.confirmed, made.launch_waits) == (3, False, True)
    assert list(spread(tayshet.practice).values()) == [("ready", 1)]
    with writing():
        assert operations.confirm(made, by=tayshet.people.curator) is True
        assert operations.confirm(made, by=tayshet.people.curator) is False
    assert (made.confirmed, made.launch_waits) == (True, False)
    assert list(spread(tayshet.practice).values()) == [("works", 1)]


def test_a_wrong_move_changes_nothing(tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation)
    with pytest.raises(MoveRefused) as refusal, writing():
        operations.move(made, [Reached(Stage.assessment, date(2027, 3, 2))], by=None)
    assert refusal.value.faults == [(Stage.assessment, Fault.future)]
    assert made.stage is Stage.interest


def test_moving_back_keeps_what_was_written(tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.operating)
        operations.move_back(made, Stage.preparation, "Уволился консультант", by=None)
    assert made.stage is Stage.preparation
    assert [step.stage for step in made.steps if step.withdrawn_at] == list(Stage)[3:7]
    assert list(spread(tayshet.practice).values()) == [("ready", 1)]
    entry = db.session.scalars(select(Entry).where(Entry.action == "adoption.moved_back")).one()
    assert entry.details == {"stage": "preparation", "reason": "Уволился консультант"}
    with writing():
        operations.move(made, reached(Stage.staffing), by=None)
    assert rules.live_steps(made.steps)[Stage.staffing].withdrawn_at is None


def test_an_exit_leaves_the_public_counts_and_a_return_comes_back(tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.launched)
        operations.leave(made, Exit.paused, ExitReason.staff, "Ищем человека", by=None)
    assert spread(tayshet.practice) == {}
    with pytest.raises(MoveRefused), writing():
        operations.move(made, reached(Stage.operating), by=None)
    with writing():
        operations.resume(made, by=None)
    assert (made.exit, made.exit_reason, made.exit_note, made.stage) == (None, None, "", Stage.launched)
    assert list(spread(tayshet.practice).values()) == [("works", 1)]


def test_a_territory_shows_its_furthest_organisation(tayshet):
    with writing():
        adoption(tayshet.practice, tayshet.organisation, Stage.assessment)
        adoption(tayshet.practice, factories.organisation(), Stage.sustained)
        adoption(tayshet.practice, factories.organisation(oktmo=factories.KUYTUN), Stage.staffing)
    assert spread(tayshet.practice) == {
        factories.territory(factories.TAYSHET).id: ("firm", 2),
        factories.territory(factories.KUYTUN).id: ("ready", 1),
    }


def test_the_projection_can_be_rebuilt(tayshet):
    with writing():
        adoption(tayshet.practice, tayshet.organisation, Stage.launched)
    before = spread(tayshet.practice)
    with writing():
        db.session.execute(PracticeSpread.__table__.delete())
        factories.practice("Никем не взятая", slug="nobody")
        nobody = PracticeSpread(
            practice_id=practice_by_key("nobody").id, territory_id=tayshet.organisation.territory_id
        )
        nobody.state, nobody.organisations = "works", 3
        db.session.add(nobody)
    with writing():
        assert operations.rebuild() == 1
    assert spread(tayshet.practice) == before
    assert spread(practice_by_key("nobody")) == {}


def test_an_organisation_is_added_once(tayshet):
    place = factories.territory(factories.TAYSHET)
    with writing():
        one = ensure_organisation("Новый центр", place, by=None)
        two = ensure_organisation("новый  центр", place, by=None)
        other = ensure_organisation("Новый центр", factories.territory(factories.KUYTUN), by=None)
    assert one.id == two.id
    assert other.id != one.id


def test_the_edition_taken_is_remembered(tayshet):
    from practices.operations import change_practice, publish_practice

    with writing():
        publish_practice(tayshet.practice, by=None)
        change_practice(tayshet.practice, {"effect": "Иначе"}, by=None)
        made = adoption(tayshet.practice, tayshet.organisation)
    assert made.edition == 2
    assert db.session.scalars(select(Adoption.edition)).all() == [2]
