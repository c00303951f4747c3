"""What a name or a code in a file means when several bear it, or when it was cut off."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from accounts.models import Organisation
from kernel.db import db
from kernel.imports import Verdict
from kernel.transaction import writing
from practices import importer, organisations
from practices.models import Practice
from tests import factories
from tests.practices.test_importer import carry_out, table

pytestmark = pytest.mark.differs

HEADINGS = ("Код", "Название", "Краткое название", "Территория")
MBOU = "Муниципальное бюджетное общеобразовательное учреждение городского округа"


def load(*rows):
    plan = organisations.plan("o.csv", table(*rows, headings=HEADINGS))
    if not plan.errors:
        with writing():
            organisations.carry_out(plan, by=None)
    return plan


def names():
    return list(db.session.scalars(select(Organisation.name).order_by(Organisation.id)))


def test_two_schools_of_a_file_are_two(app):
    rows = [("", f"{MBOU} «Школа № {number}»", "", "Братск") for number in (1, 2)]
    assert load(*rows).summary() == "created 2, changed 0, skipped 0, errors 0"
    assert names() == [f"{MBOU} «Школа № 1»", f"{MBOU} «Школа № 2»"]
    assert load(*rows).summary() == "created 0, changed 0, skipped 2, errors 0"


def test_what_is_too_long_is_said_and_never_cut_to_the_same(app):
    long = "Центр " * 45
    plan = load(
        ("", f"{long}первый", "", "Братск"), ("x" * 81, "Центр", "", "Братск"), ("", "Дом", "Д" * 161, "Братск")
    )
    assert [row.messages for row in plan.rows] == [
        ["«Название»: больше 255\xa0знаков."],
        ["«Код»: больше 80\xa0знаков."],
        ["«Краткое название»: больше 160\xa0знаков."],
    ]


def test_an_organisation_twice_in_a_file_is_said(app):
    plan = load(("a", "Центр", "", "Братск"), ("a", "Другой центр", "", "Братск"), ("", "Дом", "", "Тулун"))
    assert [row.verdict for row in plan.rows] == [Verdict.create, Verdict.error, Verdict.create]
    assert plan.rows[1].messages == ["Эта\xa0же организация стоит в\xa0строке 2."]


def test_a_known_name_under_another_code_is_asked_about(app):
    load(("a", "Центр", "", "Братск"))
    plan = load(("b", "Центр", "", "Братск"))
    assert plan.rows[0].warnings == ["Организация с\xa0таким названием уже есть, под\xa0другим кодом."]
    assert names() == ["Центр", "Центр"]


def practices(*rows, headings=("Название", "Муниципалитет", "Организация")):
    plan = importer.plan("p.csv", table(*rows, headings=headings))
    carry_out(plan)
    return plan


def author_of(name):
    return db.session.scalars(select(Practice).where(Practice.name == name)).one().organisation


def test_the_organisation_is_that_of_the_practices_municipality(app):
    load(("a", "Центр помощи семье", "", "Тулун"), ("b", "Центр помощи семье", "", "Братск"))
    practices(("Клуб отцов", "Тулун", "Центр помощи семье"), ("Школа мам", "Братск", "центр помощи семье"))
    assert (author_of("Клуб отцов").code, author_of("Школа мам").code) == ("a", "b")


def test_of_several_elsewhere_none_is_taken_without_a_word(app):
    load(("a", "Центр помощи семье", "", "Тулун"), ("b", "Центр помощи семье", "", "Братск"))
    plan = practices(("Клуб отцов", "Саянск", "Центр помощи семье"))
    assert plan.rows[0].warnings[0].startswith("Организаций с\xa0названием «Центр помощи семье» несколько")
    assert author_of("Клуб отцов") is None
    practices(("Клуб отцов", "Саянск", "b"))
    assert author_of("Клуб отцов").code == "b"
    practices(("Клуб отцов", "Саянск", "Центр помощи семье"))  # what stands is one of them: it stays
    assert author_of("Клуб отцов").code == "b"


def test_an_id_is_not_another_practices_address(app):
    with writing():
        factories.practice("Клуб", slug="17").source_id = "3"
    plan = practices(("17", "Школа", "Тулун"), headings=("ID", "Название", "Муниципалитет"))
    assert plan.summary() == "created 1, changed 0, skipped 0, errors 0"


def test_ids_and_addresses_are_not_cut(app):
    head = ("ID", "Адрес страницы", "Название", "Муниципалитет")
    plan = practices(("i" * 65, "", "Клуб", "Тулун"), ("", "a" * 81, "Школа", "Тулун"), headings=head)
    assert [row.messages for row in plan.rows] == [
        ["«ID»: больше 64\xa0знаков."],
        ["«Адрес страницы»: больше 80\xa0знаков."],
    ]


def test_the_places_of_new_organisations_are_read_once(app):
    rows = [(f"c{number}", f"Школа {number}", "", place) for number, place in enumerate(["Братск", "Тулун"] * 5)]
    plan = organisations.plan("o.csv", table(*rows, headings=HEADINGS))
    reads: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        reads.extend([statement] * ("FROM territory" in statement))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with writing():
            organisations.carry_out(plan, by=None)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert (len(names()), len(reads)) == (10, 1)
