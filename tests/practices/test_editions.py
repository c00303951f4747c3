"""Editions and what changed between them."""

from __future__ import annotations

import pytest

from kernel.i18n import speaking
from kernel.transaction import writing
from practices.differences import differences, in_words, marked
from practices.models import TargetGroup
from practices.moderation import operations
from tests import factories


def was(text):
    return f'<del><span class="sr">было: </span>{text}</del>'


def became(text):
    return f'<ins><span class="sr">стало: </span>{text}</ins>'


def gone(text):
    return f'<del><span class="sr">убрано: </span>{text}</del>'


def come(text):
    return f'<ins><span class="sr">добавлено: </span>{text}</ins>'


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("один два", "один два", "один два"),
        ("", "новое", come("новое")),
        ("старое", "", gone("старое")),
        ("каждый день", "каждый выходной день", f"каждый {come('выходной ')}день"),
        ("два специалиста", "три специалиста", f"{was('два')} {became('три')} специалиста"),
        ("два врача раз в год", "три сестры раз в год", f"{was('два врача')} {became('три сестры')} раз в год"),
        ("80\u00a0000 ₽", "120\u00a0000 ₽", was("80\u00a0000") + " " + became("120\u00a0000") + " ₽"),
        ("1 200 семей, 22,2 %", "1 350 семей, 22,5 %", None),
        ("очно-заочный", "очный", f"{was('очно-заочный')} {became('очный')}"),
        ("a <b>", "a <i>", f"a &lt;{was('b')} {became('i')}&gt;"),
        ("<script>", "<script>", "&lt;script&gt;"),
    ],
)
def test_word_by_word_and_escaped(app, before, after, expected):
    if expected is None:
        expected = f"{was('1 200')} {became('1 350')} семей, {was('22,2')} {became('22,5')} %"
    with speaking("ru"):
        assert str(marked(before, after)) == expected


def test_every_kind_of_field_is_told_in_words(app):
    with speaking("ru"):
        assert in_words("groups", ["large", "fathers"], {}) == "Многодетные семьи\nОтцы"
        assert in_words("steps", [{"text": "Начать", "core": True}], {}) == "1. Начать"
        assert (
            in_words("risks", [{"risk": "Риск", "mitigation": ""}, {"risk": "А", "mitigation": "Б"}], {})
            == "Риск\nА → Б"
        )
        assert in_words("results", [{"indicator": "Семьи", "baseline": None, "value": "5"}], {}) == "Семьи · 5"
        assert (
            in_words("resources", [{"kind": "people", "need": "author", "text": "Супервизор"}], {})
            == "Люди (даёт автор): Супервизор"
        )
        assert in_words("sphere", "culture", {}) == "Культура"
        assert in_words("organisation_id", 7, {("organisation_id", 7): "Центр"}) == "Центр"
        assert in_words("cost_once", 0, {}) == "0"
        assert in_words("cost_year", 18000, {}) == "18\u00a0000"
        assert (in_words("staff", 0.25, {}), in_words("start_year", 2023, {})) == ("0,25", "2023")
        assert (in_words("goal", "", {}), in_words("core", [], {}), in_words("staff", None, {})) == ("", "", "")


def test_a_number_is_not_mistaken_for_a_place(app):
    assert in_words("cost_once", 7, {("organisation_id", 7): "Центр"}) == "7"


def test_unchanged_fields_are_left_out(app):
    rows = differences({"name": "А", "goal": None}, {"name": "А", "goal": "", "effect": "Б"}, {})
    assert [(row.field, row.before, row.after) for row in rows] == [("effect", "", "Б")]


@pytest.fixture
def practice(app):
    with writing():
        made = factories.practice(slug="konsultant")
        methodist = factories.methodist()
        for values in (
            {"effect": "Первый текст."},
            {"effect": "Второй текст.", "groups": [TargetGroup.fathers]},
            {"effect": "Третий текст."},
        ):
            operations.work_on(made, values, by=methodist)
            operations.publish(made, by=methodist)
        operations.work_on(made, {"effect": "Тайный черновик."}, by=methodist)
    return made


def test_the_list_leads_to_the_changes(practice, client):
    page = client.get("/practices/konsultant/editions").get_data(as_text=True)
    assert page.count("Редакция") == 3
    assert 'href="/practices/konsultant/editions/3"' in page
    assert 'href="/practices/konsultant/editions/3?since=1"' in page
    assert 'href="/practices/konsultant/editions"' in client.get("/practices/konsultant").get_data(as_text=True)


def test_the_changes_of_one_edition_and_since_an_earlier_one(practice, client):
    page = client.get("/practices/konsultant/editions/3").get_data(as_text=True)
    assert f"{was('Второй')} {became('Третий')}" in page
    assert "Для кого" not in page
    page = client.get("/practices/konsultant/editions/3?since=1").get_data(as_text=True)
    assert f"{was('Первый')} {became('Третий')}" in page
    assert became("Отцы") in page
    assert "Тайный" not in page


@pytest.mark.parametrize("path", ["/1", "/4", "/0", "/3?since=9"])
def test_there_is_no_such_pair(practice, client, path):
    assert client.get(f"/practices/konsultant/editions{path}").status_code == 404


def test_editions_of_a_withdrawn_practice_are_nobodys_business(practice, client):
    with writing():
        operations.withdraw(practice, by=factories.methodist())
    assert client.get("/practices/konsultant/editions").status_code == 404
    assert client.get("/practices/konsultant/editions/3").status_code == 404


def test_a_word_repeated_without_end_is_not_compared_place_by_place(app):
    """Thousands of equal words in a public edition would keep a worker busy for minutes."""
    before, after = "да " * 300, "нет да " * 300
    with speaking("ru"):
        assert marked(before, after) == f"{was(before)} {became(after)}"
        assert marked(f"{before}. Конец.", f"{after}. Конец.") == f"{was(before + '.')} {became(after + '.')} Конец."
