from __future__ import annotations

from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from accounts.models import Organisation
from adoption.models import Adoption, Stage
from kernel.db import db
from kernel.transaction import writing
from practices.models import Admission
from tests import factories
from tests.adoption.conftest import adoption

ADDRESS = "/practices/konsultant/adoption"


def form(world, **changes):
    return {
        "organisation": str(world["organisation"].id),
        "contact_name": "Ответственная Ольга Тестовна",
        "contact_email": "Olga@Example.org",
        "aim": "Помочь семьям посёлков",
        "source": str(world["slot"].id),
    } | changes


def test_a_coordinator_takes_a_practice(world):
    answer = world["coordinator"].submit(ADDRESS, form(world))
    made = db.session.scalars(select(Adoption)).one()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cabinet/adoptions/{made.code}")
    assert (made.organisation_id, made.contact_email, made.stage) == (
        world["organisation"].id,
        "olga@example.org",
        Stage.interest,
    )
    assert (made.source_slot_id, made.source_forum_id) == (world["slot"].id, world["forum"].id)
    page = world["coordinator"].get(answer.headers["Location"]).get_data(as_text=True)
    assert "Запрос отправлен автору." in page
    assert "Взвесить, подходит" in page


def test_the_forum_where_it_was_shown_is_chosen_beforehand(world):
    page = world["coordinator"].get(ADDRESS).get_data(as_text=True)
    assert f'<option selected value="{world["slot"].id}">' in page


def test_a_new_organisation_is_added_right_there(world):
    data = form(world, organisation="new", new_organisation="Библиотека посёлка Юрты", source="")
    world["coordinator"].submit(ADDRESS, data)
    made = db.session.scalars(select(Adoption)).one()
    assert (made.organisation.name, made.organisation.territory.oktmo) == ("Библиотека посёлка Юрты", factories.TAYSHET)
    assert made.source_slot_id is None


def test_twice_is_a_notice_not_an_error(world):
    first = world["coordinator"].submit(ADDRESS, form(world)).headers["Location"]
    again = world["coordinator"].submit(ADDRESS, form(world))
    assert again.headers["Location"] == first
    assert "уже взяла практику" in world["coordinator"].get(first).get_data(as_text=True)
    assert len(db.session.scalars(select(Adoption)).all()) == 1


def test_bad_input_comes_back_with_what_was_typed(world):
    answer = world["coordinator"].submit(ADDRESS, form(world, organisation="", contact_email="нет"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count('class="error"') == 2
    assert "Помочь семьям посёлков" in page
    nameless = world["coordinator"].submit(ADDRESS, form(world, organisation="new", new_organisation="Дом"))
    assert nameless.status_code == 422
    assert len(db.session.scalars(select(Organisation)).all()) == 1


def test_an_organisation_of_another_district_is_not_in_the_list(world):
    with writing():
        foreign = factories.organisation("Чужая школа", oktmo=factories.KUYTUN)
    assert "Чужая школа" not in world["coordinator"].get(ADDRESS).get_data(as_text=True)
    assert world["coordinator"].submit(ADDRESS, form(world, organisation=str(foreign.id))).status_code == 422


def test_a_visitor_signs_in_first_and_comes_back(client, world):
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/practices/konsultant/adoption")


def test_who_may_not_sees_nothing(world, sign_in):
    assert world["outsider"].get(ADDRESS).status_code == 404
    assert world["organiser"].get(ADDRESS).status_code == 404
    with writing():
        nowhere = factories.give(factories.user(), Role.coordinator, ScopeKind.organisation, 1)
    page = sign_in(nowhere).get(ADDRESS)
    assert page.status_code == 200
    assert "пока не\u00a0закреплён муниципалитет" in page.get_data(as_text=True)


def test_a_coordinator_of_several_districts_names_one(world, sign_in):
    with writing():
        person = factories.coordinator()
        factories.give(person, Role.coordinator, ScopeKind.territory, factories.territory(factories.KUYTUN).id)
    data = form(world, organisation="new", new_organisation="Дом культуры Куйтуна", territory=factories.KUYTUN)
    sign_in(person).submit(ADDRESS, data)
    assert db.session.scalars(select(Adoption)).one().territory.oktmo == factories.KUYTUN


def test_only_a_published_practice_can_be_taken(world):
    with writing():
        world["practice"].admission = Admission.draft
    assert world["coordinator"].get(ADDRESS).status_code == 404


def test_the_practice_page_links_here_without_a_form(world, client):
    with writing():
        adoption(world["practice"], world["organisation"], Stage.launched)
    page = client.get("/practices/konsultant").get_data(as_text=True)
    assert f'href="{ADDRESS}"' in page
    assert "<form" not in page
