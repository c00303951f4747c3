from __future__ import annotations

import pytest
from flask import Flask

from kernel.search import Document, index, search, stem, terms
from kernel.transaction import writing

pytestmark = pytest.mark.differs


@pytest.fixture
def indexed(app: Flask) -> Flask:
    with writing():
        index("sample", Document(1, "Ранняя помощь малышам", "Специалист приезжает домой."))
        index("sample", Document(2, "Мой папа – герой", "Выставка об отцах. Ранняя помощь не нужна."))
        index("sample", Document(3, "Семейная диспетчерская", "Один номер для семей с ребёнком с инвалидностью."))
    return app


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("детьми", "ребёнок"),
        ("отцам", "Отцы"),
        ("диспетчерскую", "диспетчерская"),
        ("РАННЕЙ", "ранняя"),
        ("всё", "все"),
        ("приёмных", "приемный"),
        ("многодетными", "многодетные"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_words_in_the_title_come_first(indexed: Flask) -> None:
    assert [found for found, _ in search("sample", "раннюю помощь")] == [1, 2]


def test_other_forms_find(indexed: Flask) -> None:
    assert [found for found, _ in search("sample", "диспетчерскую")] == [3]
    assert [found for found, _ in search("sample", "отцам")] == [2]
    assert [found for found, _ in search("sample", "дети с инвалидностью")] == [3]


def test_beginnings_find(indexed: Flask) -> None:
    assert [found for found, _ in search("sample", "диспетчер")] == [3]


def test_a_word_too_many_still_finds(indexed: Flask) -> None:
    assert next(found for found, _ in search("sample", "диспетчерская космонавтика")) == 3


@pytest.mark.parametrize(
    "query",
    ["", "   ", '"', "'", '"" OR ""', "NEAR(a b)", "title:x", "*", "-", "a AND", "(", "помощь)", "👨‍👩‍👧", "\x00", "{title}", "'; --", "\\", "а" * 500, "и в на", "x:*A & |"],
)  # fmt: skip
def test_any_text_may_be_asked(indexed: Flask, query: str) -> None:
    assert isinstance(search("sample", query), list)


def test_a_document_is_replaced(indexed: Flask) -> None:
    with writing():
        index("sample", Document(1, "Летняя занятость", ""))
    assert search("sample", "малыш") == []
    assert [found for found, _ in search("sample", "летней занятостью")] == [1]


def test_without_an_index_nothing_is_found(app: Flask) -> None:
    assert search("never_made", "помощь") == []


def test_empty_words_are_left_out_and_the_number_is_bounded() -> None:
    assert terms("помощь для семьи в районе") == [stem("помощь"), stem("семья"), stem("район")]
    assert len(terms(" ".join(f"слово{n}" for n in range(100)))) == 12
