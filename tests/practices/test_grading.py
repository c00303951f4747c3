"""Experts' grades, and what the catalogue says of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from kernel.db import db
from kernel.transaction import writing
from practices.grading import operations, queries
from practices.grading.models import QUESTIONS, PracticeGrade
from practices.grading.rules import lower_median
from practices.models import Admission, Evidence, Readiness
from practices.moderation import operations as moderation
from tests import factories

GOOD = {"evidence": "compared", "grounds": "Отчёт службы за 2026 год.", **dict.fromkeys(QUESTIONS, "4")}


@pytest.fixture
def practice(app):
    with writing():
        return factories.practice(slug="konsultant")


@pytest.fixture
def expert(app):
    with writing():
        return factories.expert()


def give(practice, evidence=Evidence.compared, by=None, **scores):
    with writing():
        operations.grade(
            practice, evidence, "Отчёт.", dict.fromkeys(QUESTIONS, 5) | scores, by=by or factories.expert()
        )


@pytest.mark.parametrize(("values", "expected"), [([3], 3), ([1, 5], 1), ([5, 1, 3], 3), ([2, 4, 5, 3], 3)])
def test_of_two_in_the_middle_the_lower(values, expected):
    assert lower_median(values) == expected


@pytest.mark.parametrize(
    ("weakest", "expected"),
    [
        (5, Readiness.ready),
        (4, Readiness.ready),
        (3, Readiness.with_support),
        (2, Readiness.early),
        (1, Readiness.early),
    ],
)
def test_the_weakest_answer_decides(practice, weakest, expected):
    give(practice, capacity=weakest)
    assert practice.readiness is expected


def test_several_experts_and_one_who_changed_their_mind(practice, expert):
    give(practice, Evidence.replicated, by=expert)
    give(practice, Evidence.described)
    assert practice.evidence is Evidence.described
    give(practice, Evidence.monitored)
    assert practice.evidence is Evidence.monitored
    give(practice, Evidence.described, by=expert, need=3)
    assert (practice.evidence, practice.readiness) == (Evidence.described, Readiness.ready)
    assert len(queries.latest_grades(practice.id)) == 3
    assert len(db.session.scalars(select(PracticeGrade.id)).all()) == 4


def test_the_page_says_it_in_words(practice, client):
    assert "Насколько проверено" not in client.get("/practices/konsultant").get_data(as_text=True)
    give(practice, capacity=3)
    page = client.get("/practices/konsultant").get_data(as_text=True).replace("\u00a0", " ")
    assert "Лучше брать вместе с автором или наставником." in page
    assert "Так считают эксперты каталога, 1 марта 2027 года." in page
    assert "Оценкин" not in page
    assert client.get("/practices.json?evidence=compared").json["total"] == 1


def test_an_expert_begins_with_what_waits_and_nothing_else(practice, expert, sign_in):
    client = sign_in(expert)
    assert client.get("/work").headers["Location"] == "/manage/grading"
    page = client.get("/manage/grading").get_data(as_text=True).replace("\u00a0", " ")
    assert "Ждёт оценки 1 практика" in page
    assert client.submit("/manage/grading/konsultant", GOOD).headers["Location"] == "/manage/grading"
    assert "Всё оценено" in client.get("/manage/grading").get_data(as_text=True)
    assert "Домашний консультант" in client.get("/manage/grading?graded=yes").get_data(as_text=True)
    with writing():
        moderation.work_on(practice, {"effect": "Иначе."}, by=expert)
        moderation.publish(practice, by=expert)
        moderation.work_on(practice, {"effect": "Ещё иначе."}, by=expert)
        moderation.publish(practice, by=expert)
    assert "изменилась после оценки" in client.get("/manage/grading").get_data(as_text=True)
    form = client.get("/manage/grading/konsultant").get_data(as_text=True)
    assert "Отчёт службы за\u00a02026 год." in form.replace("за 2026", "за\u00a02026")


def test_a_grade_half_given_comes_back(practice, expert, sign_in):
    answer = sign_in(expert).submit("/manage/grading/konsultant", GOOD | {"need": "", "grounds": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count('class="error"') == 2
    assert page.count("</span>Выберите один вариант.</span>") == 1
    assert db.session.scalars(select(PracticeGrade)).all() == []
    for wrong in ("0", "6", "x"):
        assert sign_in(expert).submit("/manage/grading/konsultant", GOOD | {"need": wrong}).status_code == 422


def test_other_grades_are_seen_after_ones_own(practice, expert, sign_in):
    with writing():
        other = factories.give(factories.user(name="Строгий Пётр Пробович"), Role.expert)
    give(practice, by=other)
    client = sign_in(expert)
    assert "Строгий" not in client.get("/manage/grading/konsultant").get_data(as_text=True)
    client.submit("/manage/grading/konsultant", GOOD)
    assert "Строгий" in client.get("/manage/grading/konsultant").get_data(as_text=True)


def test_only_the_catalogue_is_graded_and_only_where_one_is_an_expert(practice, sign_in):
    with writing():
        tulun = factories.territory(factories.TULUN)
        elsewhere = factories.give(factories.user(), Role.expert, ScopeKind.territory, tulun.id)
        methodist, everywhere = factories.methodist(), factories.expert()
        factories.practice("Черновик", "chernovik", admission=Admission.draft)
    assert sign_in(elsewhere).get("/manage/grading/konsultant").status_code == 404
    assert sign_in(methodist).get("/manage/grading").status_code == 404
    assert sign_in(everywhere).get("/manage/grading/chernovik").status_code == 404
    assert "Оценки никто не\u00a0ждёт" in sign_in(elsewhere).get("/manage/grading").get_data(as_text=True).replace(
        "не ждёт", "не\u00a0ждёт"
    )


def test_the_list_asks_no_more_of_the_database_when_it_is_long(expert, sign_in, count_queries):
    client = sign_in(expert)

    def load():
        with count_queries() as counted:
            assert client.get("/manage/grading").status_code == 200
        return counted.number

    with writing():
        factories.practice()
    load()  # what the site says of itself is kept from now on
    first = load()
    with writing():
        for _number in range(12):
            factories.practice(organisation_id=factories.organisation().id)
    assert load() == first


def test_a_file_does_not_overrule_the_experts(practice):
    from practices import importer

    give(practice, Evidence.compared)
    body = (
        f"Код;Название;ОКТМО;Доказательность\nkonsultant;Домашний консультант;{factories.IRKUTSK};described\n".encode()
    )
    assert importer.plan("t.csv", body).summary() == "created 0, changed 0, skipped 1, errors 0"
