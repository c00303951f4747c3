from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practices import passport

words = st.text(alphabet="абвгд ёжз123", min_size=1).map(lambda text: " ".join(text.split())).filter(bool)


def test_steps_know_the_core():
    assert passport.read_steps("ядро | Подписать соглашение\n\n- Набрать людей\nОба: школа | сад") == [
        {"text": "Подписать соглашение", "core": True},
        {"text": "Набрать людей", "core": False},
        {"text": "Оба: школа | сад", "core": False},
    ]


@pytest.mark.parametrize(
    ("line", "need", "text"),
    [
        ("core|Два консультанта", "core", "Два консультанта"),
        ("по желанию | Няня", "optional", "Няня"),
        ("От автора | Обучение", "author", "Обучение"),
        ("Комната", "core", "Комната"),
    ],
)
def test_resources(line, need, text):
    assert passport.read_resources(line, "people") == [{"kind": "people", "need": need, "text": text}]


def test_results_say_when_there_is_no_data():
    assert passport.read_results("Семьи, % | нет данных | 68 | 38 | 2025 | журнал") == [
        {"indicator": "Семьи, %", "baseline": None, "value": "68", "n": "38", "period": "2025", "source": "журнал"}
    ]


@pytest.mark.parametrize("line", ["Уходят люди → супервизия", "Уходят люди -> супервизия", "Уходят люди | супервизия"])
def test_risks(line):
    assert passport.read_risks(line) == [{"risk": "Уходят люди", "mitigation": "супервизия"}]


@given(st.lists(st.tuples(words, st.booleans())))
def test_steps_survive_being_written(items):
    steps = [{"text": text, "core": core} for text, core in items]
    assert passport.read_steps(passport.write_steps(steps)) == steps


@given(st.lists(st.tuples(words, words)))
def test_risks_survive_being_written(items):
    risks = [{"risk": risk, "mitigation": mitigation} for risk, mitigation in items]
    assert passport.read_risks(passport.write_risks(risks)) == risks
