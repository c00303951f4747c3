from __future__ import annotations

import re

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


def form(tayshet, **changes):
    return {
        "organisation": str(tayshet.organisation.id),
        "contact_name": "Ответственная Ольга Тестовна",
        "contact_email": "Olga@Example.org",
        "aim": "Помочь семьям посёлков",
        "source": str(tayshet.slot.id),
    } | changes


def test_a_coordinator_takes_a_practice(tayshet):
    answer = tayshet.coordinator.submit(ADDRESS, form(tayshet))
    made = db.session.scalars(select(Adoption)).one()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cabinet/adoptions/{made.code}")
    assert (made.organisation_id, made.contact_email, made.stage) == (
        tayshet.organisation.id,
        "olga@example.org",
        Stage.interest,
    )
    assert (made.source_slot_id, made.source_forum_id) == (tayshet.slot.id, tayshet.forum.id)
    page = tayshet.coordinator.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Запрос отправлен автору." in page
    assert "Взвесить, подходит" in page


def test_the_forum_where_it_was_shown_is_chosen_beforehand(tayshet):
    page = tayshet.coordinator.get(ADDRESS).get_data(as_text=True)
    assert f'<option selected value="{tayshet.slot.id}">' in page


def test_a_new_organisation_is_added_right_there(tayshet):
    data = form(tayshet, organisation="new", new_organisation="Библиотека посёлка Юрты", source="")
    tayshet.coordinator.submit(ADDRESS, data)
    made = db.session.scalars(select(Adoption)).one()
    assert (made.organisation.name, made.organisation.territory.oktmo) == ("Библиотека посёлка Юрты", factories.TAYSHET)
    assert made.source_slot_id is None


def test_a_typed_organisation_needs_no_second_choice(tayshet):
    data = form(tayshet, organisation="", new_organisation="Библиотека посёлка Юрты")
    assert tayshet.coordinator.submit(ADDRESS, data).status_code == 302
    assert db.session.scalars(select(Adoption)).one().organisation.name == "Библиотека посёлка Юрты"


def test_what_was_typed_of_an_organisation_stays_in_sight_on_an_error(tayshet):
    data = form(tayshet, organisation="", new_organisation="Библиотека посёлка Юрты", contact_email="нет")
    page = tayshet.coordinator.submit(ADDRESS, data).get_data(as_text=True)
    assert re.findall(r'<details class="fold"( open)?>', page) == [" open"]
    assert 'value="Библиотека посёлка Юрты"' in page


def test_one_organisation_chosen_and_another_typed_is_asked_about(tayshet):
    data = form(tayshet, new_organisation="Библиотека посёлка Юрты")
    answer = tayshet.coordinator.submit(ADDRESS, data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert db.session.scalars(select(Adoption)).all() == []
    said = "В списке уже выбрано «Центр помощи семье Тайшетского округа»."
    assert re.findall(r'<div id="new_organisation-error">.*?</span>([^<]*?\.)', page) == [said]
    assert re.findall(r'<details class="fold"( open)?>', page) == [" open"]
    assert 'value="Библиотека посёлка Юрты"' in page
    assert f'<option selected value="{tayshet.organisation.id}">' in page
    for settled, name in (
        ({"organisation": "new"}, "Библиотека посёлка Юрты"),
        ({"new_organisation": ""}, "Центр помощи семье Тайшетского округа"),
    ):
        tayshet.coordinator.submit(ADDRESS, data | settled)
        assert db.session.scalars(select(Adoption).order_by(Adoption.id.desc())).first().organisation.name == name


def test_an_organisation_to_be_added_needs_a_name(tayshet):
    answer = tayshet.coordinator.submit(ADDRESS, form(tayshet, organisation="new", new_organisation=""))
    assert answer.status_code == 422
    assert "Напишите полное название организации." in answer.get_data(as_text=True)
    assert len(db.session.scalars(select(Organisation)).all()) == 1


def test_a_name_with_quotes_stands_in_the_title_with_inner_ones(tayshet):
    with writing():
        tayshet.practice.name = "Клуб «Устойчивая семья»"
    page = tayshet.coordinator.get(ADDRESS).get_data(as_text=True)
    assert re.findall("<title>(.*?) · ", page) == ["Беру к\u00a0себе: «Клуб „Устойчивая семья“»"]


def test_twice_is_a_notice_not_an_error(tayshet):
    first = tayshet.coordinator.submit(ADDRESS, form(tayshet)).headers["Location"]
    again = tayshet.coordinator.submit(ADDRESS, form(tayshet))
    assert again.headers["Location"] == first
    assert "уже взяла практику" in tayshet.coordinator.get(first).get_data(as_text=True)
    assert len(db.session.scalars(select(Adoption)).all()) == 1


def test_bad_input_comes_back_with_what_was_typed(tayshet):
    answer = tayshet.coordinator.submit(ADDRESS, form(tayshet, organisation="", contact_email="нет"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count('class="error"') == 2
    assert "Помочь семьям посёлков" in page
    nameless = tayshet.coordinator.submit(ADDRESS, form(tayshet, organisation="new", new_organisation="Дом"))
    assert nameless.status_code == 422
    assert len(db.session.scalars(select(Organisation)).all()) == 1


def test_an_organisation_of_another_district_is_not_in_the_list(tayshet):
    with writing():
        foreign = factories.organisation("Чужая школа", oktmo=factories.KUYTUN)
    assert "Чужая школа" not in tayshet.coordinator.get(ADDRESS).get_data(as_text=True)
    assert tayshet.coordinator.submit(ADDRESS, form(tayshet, organisation=str(foreign.id))).status_code == 422


def test_a_visitor_hears_who_begins_and_comes_back_after_signing_in(client, tayshet):
    answer = client.get(ADDRESS)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'href="/login?next={ADDRESS}"' in page
    assert 'href="/practices/konsultant/question"' in page
    assert f'action="{ADDRESS}/request"' in page
    assert "Sign in as a coordinator" in client.get(f"/en{ADDRESS}").get_data(as_text=True)
    assert client.get("/practices/missing/adoption").status_code == 404


def test_who_may_not_begin_hears_what_to_do_and_begins_nothing(tayshet, sign_in):
    answer = tayshet.outsider.get(ADDRESS)
    assert answer.status_code == 200
    assert "Попросите координатора" in answer.get_data(as_text=True)
    assert "/login?next" not in answer.get_data(as_text=True)
    assert tayshet.outsider.post(ADDRESS, data=form(tayshet)).status_code == 404
    assert db.session.scalars(select(Adoption)).all() == []
    with writing():
        nowhere = factories.give(factories.user(), Role.coordinator, ScopeKind.organisation, 1)
    page = sign_in(nowhere).get(ADDRESS)
    assert page.status_code == 200
    assert "пока не\u00a0закреплён муниципалитет" in page.get_data(as_text=True)


def test_a_coordinator_of_several_districts_names_one(tayshet, sign_in):
    with writing():
        person = factories.coordinator()
        factories.give(person, Role.coordinator, ScopeKind.territory, factories.territory(factories.KUYTUN).id)
    data = form(tayshet, organisation="new", new_organisation="Дом культуры Куйтуна", territory=factories.KUYTUN)
    sign_in(person).submit(ADDRESS, data)
    assert db.session.scalars(select(Adoption)).one().territory.oktmo == factories.KUYTUN


def test_only_a_published_practice_can_be_taken(tayshet):
    with writing():
        tayshet.practice.admission = Admission.draft
    assert tayshet.coordinator.get(ADDRESS).status_code == 404


def test_the_practice_page_links_here_without_a_form(tayshet, client):
    with writing():
        adoption(tayshet.practice, tayshet.organisation, Stage.launched)
    page = client.get("/practices/konsultant").get_data(as_text=True)
    assert f'href="{ADDRESS}"' in page
    assert "<form" not in page


def test_a_telephone_is_kept_if_it_is_one(tayshet):
    wrong = tayshet.coordinator.submit(ADDRESS, form(tayshet, contact_phone="позвоните мне"))
    assert wrong.status_code == 422
    assert "Это не похоже на номер телефона" in wrong.get_data(as_text=True)
    assert 'value="позвоните мне"' in wrong.get_data(as_text=True)
    tayshet.coordinator.submit(ADDRESS, form(tayshet, contact_phone="8 (395) 200-00-00, доб. 12"))
    made = db.session.scalars(select(Adoption)).one()
    assert made.contact_phone == "8 (395) 200-00-00, доб. 12"
    page = f"/cabinet/adoptions/{made.code}"
    html = tayshet.coordinator.get(page).get_data(as_text=True)
    assert '<a href="tel:+73952000000">8 (395) 200-00-00, доб. 12</a>' in html
    details = {
        "details-contact_name": "Ольга",
        "details-contact_email": "o@example.org",
        "details-contact_phone": "",
        "version": made.version,
    }
    assert tayshet.coordinator.submit(f"{page}/details", details, page=page).status_code == 302
    db.session.refresh(made)
    assert made.contact_phone == ""
    assert "tel:" not in tayshet.coordinator.get(page).get_data(as_text=True)


def test_the_telephone_is_not_public(tayshet, client):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.operating)
        made.contact_phone = "8 (395) 200-00-00"
    for path in (
        "/adoption/",
        "/adoption.json",
        "/adoption.csv",
        "/practices/konsultant",
        f"/territories/{factories.TAYSHET}",
    ):
        assert "200-00-00" not in client.get(path).get_data(as_text=True)


def test_the_contact_is_filled_in_from_the_account(tayshet):
    page = tayshet.coordinator.get(ADDRESS).get_data(as_text=True)
    person = tayshet.people.coordinator
    assert f'value="{person.name}"' in page
    assert f'value="{person.email}"' in page


def test_with_several_municipalities_the_one_come_from_is_chosen(tayshet, sign_in):
    with writing():
        person = factories.coordinator()
        factories.give(person, Role.coordinator, ScopeKind.territory, factories.territory(factories.KUYTUN).id)
    client = sign_in(person)
    page = client.get(f"{ADDRESS}?territory={factories.KUYTUN}").get_data(as_text=True)
    assert f'<option selected value="{factories.KUYTUN}">' in page
    assert f'<option selected value="{factories.TAYSHET}">' not in page
    links = client.get("/practices/konsultant").get_data(as_text=True)
    for oktmo in (factories.KUYTUN, factories.TAYSHET):
        assert f'href="{ADDRESS}?territory={oktmo}"' in links


def test_the_practices_page_tells_a_coordinator_of_their_own_municipality(tayshet, client):
    here = "/practices/konsultant"
    assert "Эту практику здесь ещё никто не взял." in tayshet.coordinator.get(here).get_data(as_text=True)
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.staffing)
    page = tayshet.coordinator.get(here).get_data(as_text=True)
    assert f'href="/cabinet/adoptions/{made.code}"' in page
    assert "Взять ещё в одно учреждение" in page.replace("\u00a0", " ")
    for reader in (tayshet.neighbour, tayshet.curator, client):
        assert made.code not in reader.get(here).get_data(as_text=True)


def test_the_cabinet_leads_to_what_works_nearby(tayshet):
    link = f"/practices/?near={factories.TAYSHET}"
    assert f'href="{link}"' in tayshet.coordinator.get("/cabinet/").get_data(as_text=True)
    with writing():
        adoption(tayshet.practice, factories.organisation(oktmo=factories.TAYSHET), Stage.operating)
    assert f'href="{link}"' in tayshet.coordinator.get("/cabinet/").get_data(as_text=True)
    found = tayshet.coordinator.get(link).get_data(as_text=True)
    assert 'href="/practices/konsultant"' in found
    assert "Уже работает рядом" in found.replace("\u00a0", " ")
