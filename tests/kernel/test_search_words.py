"""Synonyms, mistyped words and marked places: the parts of the search that need no database."""

from __future__ import annotations

import pytest

from kernel.search import marked, snippet, stem
from kernel.search.questions import Synonyms
from kernel.search.spelling import nearest, retyped

pytestmark = pytest.mark.differs


def phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in text.split())


def test_words_of_a_group_find_each_other_in_any_form() -> None:
    known = Synonyms("# remark\n\nРЖД, железная дорога\n")
    assert known.others[phrase("РЖД")] == (phrase("железной дороги"),)
    assert known.others[phrase("железных дорог")] == (phrase("РЖД"),)


def test_an_arrow_leads_one_way() -> None:
    known = Synonyms("корова, коза > скотина")
    assert known.others == {phrase("корова"): (phrase("скотина"),), phrase("коза"): (phrase("скотина"),)}


def test_a_word_of_two_groups_has_both() -> None:
    known = Synonyms("лето, каникулы\nлето, июль")
    assert known.others[phrase("лето")] == (phrase("каникулы"), phrase("июль"))


@pytest.mark.parametrize(
    ("typed", "known", "near"),
    [
        ("слово", "слово", False),
        ("диспечерская", "диспетчерская", True),
        ("инволид", "инвалид", True),
        ("ранеей", "ранней", True),
        ("солво", "слово", True),
        ("грамматность", "грамотность", True),
        ("граматноть", "грамматность", True),
        ("граматноть", "грамматностью", False),
        ("салви", "слово", False),
        ("кошка", "слово", False),
        ("кошка", "", False),
    ],
)
def test_a_longer_word_may_hold_more_mistakes(typed: str, known: str, near: bool) -> None:
    assert nearest(typed, [known]) == [known] * near


def test_the_nearest_word_comes_first_and_short_ones_are_left_alone() -> None:
    words = ["инвалид", "инвалидам", "индивид", "дом", "дым"]
    assert nearest("инволид", words) == ["инвалид"]
    assert nearest("инволидам", words) == ["инвалидам"]
    assert nearest("школьнек", ["школьника", "школьник"]) == ["школьник", "школьника"]
    assert nearest("дам", words) == []


def test_the_other_layout_is_told() -> None:
    assert retyped("gjvjom ctvmt") == "помощь семье"
    assert retyped("помощь") == ""
    assert retyped("2027") == ""


def test_marks_stand_on_the_text_as_written_and_html_is_escaped() -> None:
    marks = frozenset({stem("отец")})
    assert str(marked("Отцы & <b>дети</b> отцов", marks)) == (
        "<mark>Отцы</mark> &amp; &lt;b&gt;дети&lt;/b&gt; <mark>отцов</mark>"
    )
    assert str(marked("<script>", frozenset())) == "&lt;script&gt;"


def test_a_mark_cannot_smuggle_a_tag() -> None:
    assert "<img" not in str(marked('<img src=x onerror="отец">', frozenset({stem("отец")})))


def test_the_sentence_that_answers_most_is_shown_and_cut_around_the_word() -> None:
    marks = frozenset({stem("отец"), stem("школа")})
    assert snippet(["Отцы дома. Отцы пришли в школу. Конец."], marks) == "Отцы пришли в школу."
    assert snippet(["Ничего."], marks) == ""
    long = "слово " * 60 + "отец " + "слово " * 60
    cut = snippet([long], marks, 80)
    assert "отец" in cut
    assert len(cut) <= 90
    assert cut.startswith("… ")
    assert cut.endswith(" …")
