"""«Передать дела»: all or chosen roles and what hangs on a person go to another, at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from accounts.handover import HandedOver, hand_over
from accounts.models import User
from activity.models import Entry, Letter
from activity.outbox import compose
from adoption.models import Adoption
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.client import PageClient

pytestmark = pytest.mark.differs


@dataclass(frozen=True)
class Leaving:
    """A coordinator who leaves, who takes over, and the administrator who hands over at `page`."""

    client: PageClient
    boss: User
    giver: User
    taker: User
    mine: Adoption
    others: Adoption
    page: str


@pytest.fixture
def leaving(app, sign_in) -> Leaving:
    with writing():
        boss = factories.administrator()
        boss.password_hash = "set"
        forum = factories.forum()
        giver = factories.coordinator()
        giver.email, giver.password_hash = "giver@example.org", "set"
        factories.give(giver, Role.door, ScopeKind.forum, forum.id)
        for assignment in giver.assignments:
            assignment.scope_name = "Место пробы"
        taker = factories.user("taker@example.org", "Приёмова Полина Тестовна", password_hash="set")
        mine = factories.adoption(factories.practice(), contact_email="Giver@example.org")
        others = factories.adoption(factories.practice("Другая"), oktmo=factories.TULUN)
    client = sign_in(boss)
    return Leaving(
        client=client,
        boss=boss,
        giver=giver,
        taker=taker,
        mine=mine,
        others=others,
        page=f"/manage/people/{giver.uuid}/handover",
    )


def fill(leaving, **changes):
    roles = [str(one.id) for one in leaving.giver.assignments]
    return {"to": leaving.taker.uuid, "roles": roles, "whole": "y"} | changes


def held(user: User) -> list[str]:
    db.session.rollback()
    return sorted(one.role.value for one in db.session.get(User, user.id).assignments)


def test_one_screen_says_what_moves_and_nothing_has_moved_yet(leaving):
    answer = leaving.client.submit(leaving.page, fill(leaving))
    page = answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert answer.status_code == 200
    for words in (
        "Координатор муниципалитета · Место пробы",
        "Волонтёр на входе · Место пробы",
        "«Домашний консультант»",
    ):
        assert words in page, words
    assert "Другая" not in page
    assert (held(leaving.giver), held(leaving.taker)) == (["coordinator", "door"], [])


def test_everything_moves_at_once_with_letters_to_both(leaving):
    answer = leaving.client.submit(leaving.page, fill(leaving, confirmed="yes"))
    assert answer.headers["Location"] == f"/manage/people/{leaving.giver.uuid}"
    assert (held(leaving.giver), held(leaving.taker)) == ([], ["coordinator", "door"])
    db.session.refresh(leaving.mine)
    assert (leaving.mine.contact_email, leaving.mine.contact_name) == (
        "taker@example.org",
        "Приёмова Полина Тестовна",
    )
    assert leaving.others.contact_email == "contact@example.org"
    letters = {
        letter.to: letter for letter in db.session.scalars(select(Letter).where(Letter.kind == "account_handover"))
    }
    assert set(letters) == {"giver@example.org", "taker@example.org"}
    for address, words in (("giver@example.org", "Приёмова"), ("taker@example.org", "Место пробы")):
        assert words in compose(letters[address]).get_body(("plain",)).get_content()
    entry = db.session.scalars(select(Entry).where(Entry.action == "user.handed_over")).one()
    assert (entry.actor_id, entry.subject_id, entry.details["to"]) == (
        leaving.boss.id,
        leaving.giver.id,
        leaving.taker.id,
    )
    assert entry.subject_name == ""


def test_only_what_was_chosen_moves(leaving):
    door = next(one for one in leaving.giver.assignments if one.role is Role.door)
    leaving.client.submit(leaving.page, {"to": leaving.taker.uuid, "roles": [str(door.id)], "confirmed": "yes"})
    assert (held(leaving.giver), held(leaving.taker)) == (["coordinator"], ["door"])
    db.session.refresh(leaving.mine)
    assert leaving.mine.contact_email == "Giver@example.org"


def test_a_role_the_taker_holds_already_stays_one(leaving):
    known = next(one for one in leaving.giver.assignments if one.role is Role.coordinator)
    with writing():
        factories.give(leaving.taker, Role.coordinator, ScopeKind.territory, known.scope_id)
    leaving.client.submit(leaving.page, fill(leaving, confirmed="yes"))
    assert held(leaving.taker) == ["coordinator", "door"]


def test_to_somebody_new_with_an_invitation(leaving):
    new = fill(leaving, to="", name="Новикова Нина", email="Nina@example.org", confirmed="yes")
    leaving.client.submit(leaving.page, new)
    made = db.session.scalars(select(User).where(User.email == "nina@example.org")).one()
    assert held(made) == ["coordinator", "door"]
    kinds = sorted(letter.kind for letter in db.session.scalars(select(Letter).where(Letter.to == "nina@example.org")))
    assert kinds == ["account_handover", "account_invitation"]


def test_the_account_is_closed_when_asked(leaving, sign_in):
    session = sign_in(leaving.giver)
    leaving.client.submit(leaving.page, fill(leaving, close="y", confirmed="yes"))
    db.session.rollback()
    assert db.session.get(User, leaving.giver.id).state == "suspended"
    assert session.get("/work").status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": ""}, "Выберите человека или укажите имя и почту нового"),
        ({"to": "00000000-0000-0000-0000-000000000000"}, "Имя или почта"),
        ({"name": "Новикова Нина"}, "Выбран один человек, а вписан другой"),
        ({"roles": [], "whole": ""}, "Выберите, что передаётся"),
        ({"to": "", "name": "Некто"}, "приглашение придёт на неё"),
        ({"to": "", "email": "nekto@example.org"}, "Укажите имя"),
        ({"to": "", "name": "Некто", "email": "не адрес"}, "не похоже"),
        ({"to": "", "name": "Некто", "email": "taker@example.org"}, "Приёмова Полина Тестовна уже здесь с этой почтой"),
        ({"to": "", "name": "Некто", "email": "GIVER@example.org"}, "чьи дела передаются"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(leaving, changes, words):
    answer = leaving.client.submit(leaving.page, fill(leaving, confirmed="yes", **changes))
    page = answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert answer.status_code == 422
    assert words in page
    assert 'role="alert"' in page
    for name in ("name", "email"):
        assert f'value="{changes.get(name, "")}"' in page
    assert held(leaving.giver) == ["coordinator", "door"]


def test_a_closed_account_takes_nothing_over(leaving):
    with writing():
        leaving.taker.suspended_at = leaving.giver.created_at
    assert leaving.client.submit(leaving.page, fill(leaving, confirmed="yes")).status_code == 422


def test_the_last_administrator_does_not_hand_over_to_somebody_without_a_password(leaving):
    with writing():
        leaving.taker.password_hash = None
    page = f"/manage/people/{leaving.boss.uuid}/handover"
    form = {"to": leaving.taker.uuid, "roles": [str(leaving.boss.assignments[0].id)], "confirmed": "yes"}
    answer = leaving.client.submit(page, form)
    assert answer.headers["Location"] == page
    assert (held(leaving.boss), held(leaving.taker)) == (["administrator"], [])
    assert db.session.scalars(select(Letter)).all() == []
    with writing():
        leaving.taker.password_hash = "set"
    leaving.client.submit(page, form)
    assert (held(leaving.boss), held(leaving.taker)) == ([], ["administrator"])


def test_a_role_taken_away_meanwhile_is_told(leaving):
    form = fill(leaving, confirmed="yes")
    token = leaving.client.token(leaving.page)
    with writing():
        leaving.giver.assignments.pop()
    answer = leaving.client.post(leaving.page, data=form | {"csrf_token": token})
    assert answer.status_code == 422
    assert "изменился" in answer.get_data(as_text=True)
    assert held(leaving.taker) == []


def test_what_was_handed_over_between_form_and_lock_is_refused(leaving):
    numbers = {one.id for one in leaving.giver.assignments}
    with writing():
        leaving.giver.assignments.pop()
    with pytest.raises(HandedOver), writing():
        hand_over(leaving.giver, leaving.taker, numbers, whole=True, close=True, by=leaving.boss)
    assert (held(leaving.giver), held(leaving.taker)) == (["coordinator"], [])
    assert db.session.scalars(select(Letter)).all() == []


def handover_letters() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Letter.to).where(Letter.kind == "account_handover")))


@pytest.mark.parametrize("changes", [{"roles": []}, {"roles": [], "close": "y"}])
def test_what_hangs_on_a_person_sent_twice_is_told_once(leaving, changes):
    form = fill(leaving, confirmed="yes", **changes)
    for _time in range(2):
        answer = leaving.client.submit(leaving.page, form)
        assert answer.headers["Location"] == f"/manage/people/{leaving.giver.uuid}"
    assert handover_letters() == ["giver@example.org", "taker@example.org"]
    page = leaving.client.get(f"/manage/people/{leaving.giver.uuid}").get_data(as_text=True)
    assert "Передавать больше нечего: всё, что здесь было, уже передано." in page.replace("\N{NO-BREAK SPACE}", " ")
    assert len(db.session.scalars(select(Entry).where(Entry.action == "user.handed_over")).all()) == 1


def test_what_came_in_between_is_handed_over_and_told(leaving):
    form = fill(leaving, confirmed="yes", roles=[])
    leaving.client.submit(leaving.page, form)
    with writing():
        leaving.others.contact_email = "giver@example.org"
    leaving.client.submit(leaving.page, form)
    assert handover_letters() == ["giver@example.org"] * 2 + ["taker@example.org"] * 2
    db.session.refresh(leaving.others)
    assert leaving.others.contact_email == "taker@example.org"


def test_only_administrators_hand_over(leaving, sign_in):
    client = sign_in(leaving.giver)
    assert client.get(leaving.page).status_code == 404


def test_the_form_offers_everything_at_first(leaving):
    page = leaving.client.get(leaving.page).get_data(as_text=True)
    assert len(re.findall(r'name="roles"[^>]*checked', page)) == 2
    assert "taker@example.org" in page
    assert ">giver@example.org" not in page


def test_two_ways_stand_side_by_side_without_a_script(leaving):
    page = leaving.client.get(leaving.page).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    for words in ("Тот, кто уже здесь работает", "Или новый человек"):
        assert words in page
    assert [len(re.findall(rf'name="{name}"', page)) for name in ("to", "name", "email")] == [1, 1, 1]
    assert "Новый человек: пригласить" not in page


def test_going_back_from_the_confirmation_loses_nothing(leaving):
    new = fill(leaving, to="", name="Новикова Нина", email="nina@example.org", close="y")
    assert leaving.client.submit(leaving.page, new).status_code == 200
    answer = leaving.client.submit(leaving.page, new | {"back": "1", "confirmed": "yes"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for kept in ('value="Новикова Нина"', 'value="nina@example.org"'):
        assert kept in page
    assert len(re.findall(r'name="roles"[^>]*checked', page)) == 2
    assert re.search(r'<input[^>]*checked[^>]*name="close"|<input[^>]*name="close"[^>]*checked', page)
    assert 'role="alert"' not in page
    assert held(leaving.giver) == ["coordinator", "door"]
