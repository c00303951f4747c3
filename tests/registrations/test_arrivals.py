"""Somebody without a ticket, signed up by the volunteer at the door."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from accounts.models import Consent
from activity.models import Entry, Letter
from forum.models import Format
from kernel.db import db
from kernel.transaction import writing
from registrations import operations, queries
from registrations.models import Inside, Registration, RegistrationStatus
from tests import factories
from tests.registrations.conftest import enrol, set_capacity, text_of
from tests.registrations.door import PATH, count

pytestmark = pytest.mark.usefixtures("noon_of_the_day")
HERE = PATH + "/registrations"
NEW = {"name": "Новичкова Нина", "email": "nina@example.org", "consent": "screen", "nonce": "n"}


def sign_up(volunteer, **changes):
    return volunteer.submit(HERE, NEW | changes, page=HERE)


def only(model):
    db.session.rollback()
    return db.session.scalars(select(model)).one()


def test_the_red_screen_leads_by_the_search_to_the_sign_up(forum, volunteer):
    red = text_of(volunteer.submit(PATH + "/scans", {"code": "A" * 26, "nonce": "a"}, page=PATH))
    assert f'href="{PATH}#name" data-door-search=""' in red
    empty = text_of(volunteer.get(PATH + "?q=новичкова"))
    link = re.search(r'href="(/door/[^"]+/registrations\?name=[^"]+)"', empty)[1]
    assert 'value="новичкова"' in text_of(volunteer.get(link))


@pytest.mark.parametrize(("consent", "on_paper"), [("screen", False), ("paper", True)])
def test_a_newcomer_is_signed_up_and_let_in(forum, volunteer, consent, on_paper):
    for _time in range(2):  # a second tap changes nothing and hears the same
        page = text_of(sign_up(volunteer, consent=consent))
        assert 'data-verdict="go"' in page
        assert "Новичкова Нина" in page
    person, given = only(Registration), only(Consent)
    assert (person.source, person.format, person.status) == ("door", Format.in_person, RegistrationStatus.confirmed)
    assert (given.subject_id, given.on_paper) == (person.id, on_paper)
    assert [letter.to for letter in db.session.scalars(select(Letter))] == ["nina@example.org"]
    assert (count(Inside), queries.quota(forum.id, Format.in_person).taken) == (1, 1)
    added = db.session.scalars(select(Entry).where(Entry.action == "registration.added")).one()
    assert (added.actor_id is not None, added.details["source"]) == (True, "door")


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(forum, volunteer):
    answer = sign_up(volunteer, email="nina", consent="")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "только с согласия" in page
    assert 'value="Новичкова Нина"' in page
    assert count(Registration) == 0


def test_a_full_hall_is_asked_about_and_nobody_slips_in(forum, volunteer):
    enrol(forum)
    set_capacity(forum, 1)
    assert "Мест в зале не осталось" in text_of(volunteer.get(HERE))
    answer = sign_up(volunteer)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Что выбирает человек?" in page
    assert 'value="nina@example.org"' in page
    assert count(Registration) == 1
    assert "Участвует дистанционно" in text_of(sign_up(volunteer, instead="remote"))
    waits = text_of(sign_up(volunteer, name="Второва Вера", instead="waiting"))
    assert "В листе ожидания" in waits
    states = {person.name: person.status for person in db.session.scalars(select(Registration))}
    assert states["Новичкова Нина"] is RegistrationStatus.confirmed
    assert states["Второва Вера"] is RegistrationStatus.waitlisted
    assert (count(Inside), queries.quota(forum.id, Format.in_person).taken) == (0, 1)


def test_who_is_signed_up_already_comes_in_and_is_not_doubled(forum, volunteer):
    known = enrol(forum, name="Новичкова Нина", email="nina@example.org")
    assert 'data-verdict="go"' in text_of(sign_up(volunteer, email="NINA@example.org"))
    assert "Уже внутри" in text_of(sign_up(volunteer, nonce="other"))
    assert only(Registration).id == known.id


def test_a_namesake_is_asked_about_once(forum, volunteer):
    known = enrol(forum, name="Новичкова Нина", email="other@example.org")
    answer = sign_up(volunteer)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Не один ли это из них?" in page
    assert f'name="registration" value="{known.uuid}"' in page
    assert 'data-verdict="go"' in text_of(sign_up(volunteer, another="1"))
    assert (count(Registration), count(Inside)) == (2, 1)


def test_who_had_cancelled_comes_back_with_what_was_known(forum, volunteer):
    person = enrol(forum, "Новичкова Нина", "nina@example.org", organisation="Центр", territory_id=1)
    with writing():
        operations.cancel(person)
    assert 'data-verdict="go"' in text_of(sign_up(volunteer))
    assert (person.organisation, person.territory_id) == ("Центр", 1)


def test_only_where_there_is_a_hall_and_not_in_a_check(forum, volunteer, sign_in):
    with writing():
        other = factories.forum("other", forum.series)
        stranger = factories.door_volunteer(other)
    assert sign_in(stranger).get(HERE).status_code == 404
    with writing():
        forum.date_start = forum.date_end = forum.date_start.replace(day=25)
    assert volunteer.get(HERE).location == PATH
    assert volunteer.get(HERE + "?mode=practice").location == PATH + "?mode=practice"
    with writing():
        db.session.delete(queries.quota(forum.id, Format.in_person))
    assert volunteer.get(HERE).status_code == 404
