"""Whoever may not begin leaves a request; the coordinator, or a curator where there is none, begins or declines."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from accounts.enums import ConsentKind
from accounts.models import Consent, ConsentText
from accounts.operations import complete_consent_texts
from activity.models import Entry, Letter
from activity.outbox import compose
from adoption.models import Adoption
from adoption.wishes import operations
from adoption.wishes.models import Wish, WishState
from adoption.wishes.views import WISH_EMAIL
from forum.models import Series
from kernel.db import db, utcnow
from kernel.transaction import writing
from registrations.erasing import erase
from tests import factories
from tests.registrations.conftest import enrol

TAKING = "/practices/konsultant/adoption"
ADDRESS = f"{TAKING}/request"
TYPED = {
    "municipality": factories.TAYSHET,
    "organisation": "Библиотека посёлка Юрты",
    "name": "Просителева Пелагея Пробовна",
    "email": "Prosit@Example.org",
    "message": "Хотим помогать семьям посёлка",
    "consent_personal_data": "y",
}


def letters(kind):
    db.session.rollback()
    return [letter.to for letter in db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id))]


def left(client, **changes):
    """The request as it was left."""
    answer = client.submit(ADDRESS, TYPED | changes, page=TAKING)
    assert answer.status_code == 303
    db.session.rollback()
    return db.session.scalars(select(Wish).order_by(Wish.id.desc())).first()


def test_a_request_reaches_the_coordinator_who_begins_from_it(tayshet, client):
    wish = left(client)
    left(client)  # pressed twice
    assert len(db.session.scalars(select(Wish)).all()) == 1
    assert len(letters("wish_left")) == 1
    assert [given.subject_type for given in db.session.scalars(select(Consent).where(Consent.subject_type == "wish"))]
    sent = client.get(f"{ADDRESS}/sent?municipality={factories.TAYSHET}").get_data(as_text=True)
    assert "координатора муниципалитета" in sent.replace("\u00a0", " ")
    desk = tayshet.coordinator.get("/cabinet/").get_data(as_text=True)
    assert f"{TAKING}?request={wish.code}" in desk
    begun = tayshet.coordinator.get(f"{TAKING}?request={wish.code}").get_data(as_text=True)
    for word in ("Библиотека посёлка Юрты", "Просителева Пелагея Пробовна", "prosit@example.org"):
        assert f'value="{word}"' in begun
    data = {"organisation": "new", "new_organisation": wish.organisation, "contact_name": wish.name}
    data |= {"contact_email": wish.email, "request": wish.code, "source": ""}
    assert tayshet.coordinator.submit(TAKING, data).status_code == 302
    assert letters("wish_settled") == ["prosit@example.org"]
    db.session.refresh(wish)
    assert (wish.state, wish.adoption_id) == (WishState.begun, db.session.scalars(select(Adoption.id)).one())
    assert wish.code not in tayshet.coordinator.get("/cabinet/").get_data(as_text=True)
    assert letters("adoption_on_behalf") == []


def test_it_is_declined_with_a_word_once(tayshet, client):
    page = f"/cabinet/requests/{left(client).code}"
    assert tayshet.coordinator.submit(page, {"answer": " "}, page=page).status_code == 422
    token = {"csrf_token": tayshet.coordinator.token(page)}
    for answer in ("Пока нет людей", "Передумали"):
        assert tayshet.coordinator.post(page, data=token | {"answer": answer}).status_code == 302
    wish = db.session.scalars(select(Wish)).one()
    assert (wish.state, wish.answer) == (WishState.declined, "Пока нет людей")
    assert letters("wish_settled") == ["prosit@example.org"]
    assert db.session.scalars(select(Entry.action).where(Entry.subject_type == "wish").order_by(Entry.id)).all() == [
        "wish.left",
        "wish.declined",
    ]
    for stranger in (tayshet.neighbour, tayshet.outsider, client):
        assert stranger.get(page).status_code in (302, 404)


def test_where_nobody_coordinates_the_curator_sees_it_and_begins_on_behalf(tayshet, client):
    wish = left(client, municipality=factories.TULUN, organisation="Школа Тулуна")
    assert f"request={wish.code}" in tayshet.curator.get("/work").get_data(as_text=True)
    here = left(client)
    assert f"request={here.code}" not in tayshet.curator.get("/work").get_data(as_text=True)
    data = {"organisation": str(tayshet.organisation.id), "contact_name": "Ольга Ответова", "source": ""}
    tayshet.curator.submit(TAKING, data | {"contact_email": "olga@example.org"})
    assert len(letters("adoption_on_behalf")) == 1
    acts = db.session.scalars(select(Entry.action).where(Entry.subject_type == "adoption")).all()
    assert acts == ["adoption.started_on_behalf"]


def test_each_letter_says_what_it_is_about(tayshet, client):
    wish = left(client)
    tayshet.coordinator.submit(f"/cabinet/requests/{wish.code}", {"answer": "Пока нет людей"})
    wish = left(client, email="another@example.org")
    begin = {"organisation": str(tayshet.organisation.id), "contact_name": "Ольга Ответова", "source": ""}
    tayshet.curator.submit(TAKING, begin | {"contact_email": "olga@example.org"})
    told = {}
    for letter in db.session.scalars(select(Letter).order_by(Letter.id)):
        if letter.kind in ("wish_left", "wish_settled", "adoption_on_behalf"):
            message = compose(letter)
            told[letter.kind] = message and message.get_body(("plain",)).get_content().replace("\u00a0", " ")
    assert "Просителева Пелагея Пробовна (Библиотека посёлка Юрты" in told["wish_left"]
    assert f"/cabinet/requests/{wish.code}" in told["wish_left"]
    assert "Почему: Пока нет людей" in told["wish_settled"]
    assert "За ваш муниципалитет внедрение начато" in told["adoption_on_behalf"]


def test_what_is_wrong_is_said_and_nothing_is_left(tayshet, client):
    for wrong in ({"municipality": "1"}, {"email": "нет"}, {"consent_personal_data": ""}, {"organisation": ""}):
        assert client.submit(ADDRESS, TYPED | wrong, page=TAKING).status_code == 422
    assert db.session.scalars(select(Wish)).all() == []
    answers = [client.submit(ADDRESS, TYPED, page=TAKING).status_code for _press in range(WISH_EMAIL.hits + 1)]
    assert answers == [303] * WISH_EMAIL.hits + [429]


def test_an_installation_set_up_before_gets_the_wording_of_the_consent(tayshet, client):
    with writing():
        db.session.execute(delete(ConsentText).where(ConsentText.kind == ConsentKind.request))
    assert "Заявка удаляется" not in client.get(TAKING).get_data(as_text=True)
    complete_consent_texts()
    assert "Заявка удаляется" in client.get(TAKING).get_data(as_text=True)


def test_what_is_old_and_what_is_of_somebody_erased_goes(tayshet, client):
    left(client)
    with writing():
        db.session.scalars(select(Wish)).one().created_at = utcnow() - operations.WISHES_KEPT - timedelta(days=1)
    operations.forget_old()
    assert db.session.scalars(select(Wish)).all() == []


def test_of_somebody_erased_no_request_is_kept_and_colleagues_keep_theirs(tayshet, client):
    left(client)
    left(client, name="Коллегина Клара Пробовна", municipality=factories.TULUN)
    with writing():
        forum = factories.forum(in_series=db.session.scalars(select(Series)).one())
    person = enrol(forum, TYPED["name"].upper(), TYPED["email"])
    erase([person])
    assert [wish.name for wish in db.session.scalars(select(Wish))] == ["Коллегина Клара Пробовна"]
    told = repr(db.session.execute(select(Entry.__table__)).all()) + repr(
        db.session.execute(select(Letter.__table__)).all()
    )
    assert "Просителева" not in told
    given = db.session.scalars(select(Consent).where(Consent.subject_type == "wish").order_by(Consent.id)).all()
    assert [(one.address == "", one.withdrawn_at is None) for one in given] == [(True, False), (False, True)]
