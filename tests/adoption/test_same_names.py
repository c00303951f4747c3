"""Institutions whose names begin alike are two, and two of one name are told apart."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from accounts.models import Organisation
from accounts.operations import ensure_organisation
from accounts.queries import organisations_named
from adoption import operations
from adoption.cli import adoption_cli
from adoption.models import Adoption
from kernel.db import db
from kernel.text import slugify
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import ASKED, adoption

pytestmark = pytest.mark.differs

MBOU = "Муниципальное бюджетное общеобразовательное учреждение"
FIRST, SECOND = f"{MBOU} «Тайшетская средняя школа № 1»", f"{MBOU} «Шиткинская средняя школа»"


def ask(client, name, practice="konsultant"):
    data = {
        "organisation": "new",
        "new_organisation": name,
        "contact_name": "Ольга",
        "contact_email": "olga@example.org",
        "source": "",
    }
    return client.submit(f"/practices/{practice}/adoption", data)


def booked():
    db.session.expire_all()
    return [found.organisation.name for found in db.session.scalars(select(Adoption).order_by(Adoption.id))]


def test_two_schools_of_a_municipality_take_the_practice_each(tayshet):
    assert ask(tayshet.coordinator, FIRST).status_code == 302
    assert ask(tayshet.coordinator, SECOND).status_code == 302
    assert ask(tayshet.coordinator, SECOND.upper()).status_code == 302  # the same school again
    assert booked() == [FIRST, SECOND]
    codes = list(db.session.scalars(select(Organisation.code).where(Organisation.name.startswith(MBOU))))
    base = slugify(MBOU)[:50]
    assert codes == [f"{base}-{factories.TAYSHET}", f"{base}-{factories.TAYSHET}-2"]


def test_a_sign_tells_two_institutions_apart(tayshet):
    for name in ("Клуб «Семья»", "Клуб «Семья+»", "Клуб «Семья +»"):
        assert ask(tayshet.coordinator, name).status_code == 302
    assert booked() == ["Клуб «Семья»", "Клуб «Семья+»"]


def test_a_code_taken_by_a_file_is_numbered(tayshet):
    place = factories.territory(factories.TAYSHET)
    with writing():
        factories.organisation("Совсем другая организация").code = f"shkola-1-{factories.TAYSHET}"
        made = ensure_organisation("Школа 1", place, by=None)
    assert (made.name, made.code) == ("Школа 1", f"shkola-1-{factories.TAYSHET}-2")


def test_a_short_name_that_two_bear_is_asked_about(tayshet):
    with writing():
        for name in (FIRST, SECOND):
            factories.organisation(name, short_name="СОШ № 1")
    page = ask(tayshet.coordinator, "СОШ № 1")
    assert page.status_code == 422
    assert "Так называются там несколько организаций." in page.text
    assert 'value="СОШ № 1"' in page.text
    assert booked() == []
    assert ask(tayshet.coordinator, FIRST).status_code == 302
    assert booked() == [FIRST]


def test_whom_a_name_means(tayshet):
    with writing():
        here = factories.organisation("Центр помощи семье")
        there = factories.organisation("Центр помощи семье", factories.KUYTUN)
        called = factories.organisation("Областной центр", factories.IRKUTSK, short_name="Центр помощи семье")
    assert organisations_named("Центр помощи семье", here.territory_id) == [here]
    assert organisations_named("центр помощи семье", there.territory_id) == [there]
    assert organisations_named("Центр помощи семье", called.territory_id) == [called]
    assert organisations_named("Центр помощи семье", factories.territory(factories.TULUN).id) == [here, there]
    assert organisations_named("Центр") == []


def test_a_short_name_is_known_however_it_is_spelt(tayshet):
    """As an import finds it: no double is made of a school that somebody writes in small letters."""
    with writing():
        school = factories.organisation(FIRST, short_name="МБОУ «СОШ № 1»")
        made = ensure_organisation("мбоу сош №1", school.territory, by=None)
        other = ensure_organisation("мбоу сош №1", factories.territory(factories.KUYTUN), by=None)
    assert (made.id, other.id == school.id) == (school.id, False)
    assert organisations_named("Мбоу Сош № 1", school.territory_id) == [school]
    assert organisations_named("мбоу сош 1", other.territory_id) == [other]
    with writing():
        other.name = "Другая школа"
    assert organisations_named("мбоу «сош» 1", other.territory_id) == [school]
    assert organisations_named("мбоу «сош» 1") == [school]
    assert ask(tayshet.coordinator, "мбоу сош 1").status_code == 302
    assert booked() == [FIRST]


@pytest.fixture
def mixed_up(tayshet):
    """What the release before did: the second school's adoption stands at the first one."""
    with writing():
        school = factories.organisation(FIRST)
        school.code = f"{slugify(FIRST)[:60]}-{factories.TAYSHET}"
        right = adoption(tayshet.practice, school)
        wrong = adoption(factories.practice("Клуб отцов"), school)
        adoption(factories.practice("Школа приёмных родителей"), tayshet.organisation)
    return right, wrong


def test_adoptions_booked_on_another_are_listed_and_moved(app, tayshet, mixed_up):
    right, wrong = mixed_up
    runner = app.test_cli_runner()
    listed = runner.invoke(adoption_cli, ["doubtful"]).output
    assert f"{FIRST} [{right.organisation.code}]" in listed
    assert f"= {right.code}  01.06.2026  «Домашний консультант»  {ASKED.contact_name} <olga@example.org>" in listed
    assert f"? {wrong.code}  01.06.2026  «Клуб отцов»" in listed
    assert "perhaps of another organisation: 1" in listed
    assert booked()[:2] == [FIRST, FIRST]
    assert runner.invoke(adoption_cli, ["rebook", wrong.code, SECOND]).exit_code == 0
    assert booked()[:2] == [FIRST, SECOND]
    assert "perhaps of another organisation: 0" in runner.invoke(adoption_cli, ["doubtful"]).output
    page = tayshet.coordinator.get(f"/cabinet/adoptions/{wrong.code}").text
    assert "Исправлена организация" in page


def test_what_the_other_has_already_is_not_booked_twice(app, tayshet, mixed_up):
    right, wrong = mixed_up
    with writing():
        school = factories.organisation(SECOND)
        operations.start_adoption(wrong.practice, school, ASKED, by=None, letters=False)
    refused = app.test_cli_runner().invoke(adoption_cli, ["rebook", wrong.code, SECOND])
    assert refused.exit_code == 1
    assert "has this practice already" in refused.output
    assert booked()[1] == FIRST
