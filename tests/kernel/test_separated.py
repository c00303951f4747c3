"""CSV as people have it: the separator found by trying, damaged quotes mended or told."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.documents.sheets import read_table
from kernel.files import FileRefused
from kernel.i18n import speaking
from tests.soon import soon

CASES = Path(__file__).parents[1] / "cases"
PEOPLE = {"name": ("ФИО",), "email": ("Электронная почта",), "work": ("Организация",), "sections": ("Секции",)}
TALKS = {
    "date": ("Дата",),
    "start": ("Начало",),
    "end": ("Окончание",),
    "section": ("Секция",),
    "title": ("Название",),
    "speaker": ("Спикер",),
}
HEAD = "Дата,Начало,Окончание,Секция,Название,Спикер"


def table(text: str | bytes, known=TALKS, needed=("title",)):
    body = text if isinstance(text, bytes) else text.encode()
    with speaking("ru"):
        return read_table("table.csv", body, known, needed)


def titles(text: str | bytes):
    return [values.get("title") for _number, values in table(text).rows]


def refusal(text: str, known=TALKS, needed=("title",)) -> str:
    with pytest.raises(FileRefused) as refused:
        table(text, known, needed)
    return str(refused.value).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("file", "column", "value"),
    [
        (
            "01-delimiter-comma-with-semicolons.csv",
            "sections",
            "Секция А; Секция Б; Секция В; Секция Г; Секция Д",
        ),
        (
            "01-delimiter-semicolon-with-commas.csv",
            "work",
            "Центр, отдел, сектор, кабинет, филиал, служба",
        ),
    ],
)
def test_the_separator_is_the_one_under_which_a_row_holds_the_headings(app, file, column, value):
    found = table((CASES / file).read_bytes(), PEOPLE, ("email",))
    assert [values[column] for _number, values in found.rows] == [value]
    assert found.notes == []


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_long_title_above_the_table_does_not_decide(app, separator):
    above = "Список, составленный отделом; согласован, утверждён, подписан; разослан\n"
    text = above + separator.join(("Дата", "Название")) + "\n" + separator.join(("20.05.2027", "Доклад"))
    assert titles(text) == ["Доклад"]


def test_excel_may_be_told_the_separator(app):
    assert titles("sep=|\nДата|Название\n20.05.2027|Раз, два; три\n") == ["Раз, два; три"]


def test_digits_told_to_be_text_are_the_digits(app):
    found = table((CASES / "09-excel-text-code.csv").read_bytes(), {"code": ("ОКТМО",)}, ("code",))
    assert found.rows == [(2, {"code": "25599000"})]


def test_quotes_inside_a_quoted_text(app):
    found = table((CASES / "programmes" / "d-damaged-quotes.csv").read_bytes())
    assert [(values["title"], values["speaker"]) for _number, values in found.rows] == [
        ('Клуб "Папин день", второй год', "Чижов Антон Олегович"),
        ("Отец и школа, что дальше", "Снегирёв Пётр Ильич"),
    ]
    assert sorted(found.doubts) == [2, 3]
    assert found.faults == {}


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ('"Клуб ""Папин день"", второй год"', 'Клуб "Папин день", второй год'),
        ('"Клуб «Папин день»', "Клуб «Папин день»"),
        ('Клуб "Папин день"', 'Клуб "Папин день"'),
        ('"Папин день": клуб', '"Папин день": клуб'),
        ('"Первая строка\nвторая"', "Первая строка\nвторая"),
    ],
)
def test_ways_of_quoting(app, title, read):
    row = "20.05.2027,10:00,10:20,Отцы,{},Чижов Антон"
    assert titles("\n".join([HEAD, row.format(title), row.format("Второй")])) == [read, "Второй"]


def test_a_row_that_cannot_be_told_apart_is_left_out_with_the_reason(app):
    found = table(f"{HEAD}\n20.05.2027,10:00,10:20,Отцы,Отец,школа,дом,Чижов Антон\n20.05.2027,10:00,10:20,Отцы,Два,")
    assert [number for number, _values in found.rows] == [3]
    assert found.faults[2].replace("\N{NO-BREAK SPACE}", " ") == (
        "В строке ячеек больше, чем заголовков (8 и 6): разделитель стоит внутри текста. Возьмите этот текст в кавычки."
    )


def test_a_file_of_open_quotes_is_refused_soon(app):
    body = HEAD + '\n"а,"б\n' * 200_000
    with soon():
        assert refusal(body) == "Файл CSV повреждён. Сохраните его заново и попробуйте ещё раз."


def test_long_quoted_texts_are_read_once(app):
    long = '"' + "строка\n" * 150 + '"'
    with soon():
        assert len(titles("\n".join([HEAD, *[f"20.05.2027,10:00,10:20,Отцы,{long},Чижов"] * 1000]))) == 1000


def test_a_refusal_names_the_headings_found_and_those_missing(app):
    assert refusal("Программа\nДата;Время;Тема\n1;2;3", needed=("start", "title")) == (
        "Нашлись заголовки «Дата», «Время», «Тема», не хватает: «Начало», «Название». "
        "Назовите столбцы так или возьмите наш образец."
    )


def test_a_refusal_of_something_else_says_how_it_begins(app):
    assert refusal("Кто;Когда\nАнна;завтра") == (
        "Не найдена строка заголовков: нужны столбцы «Название», а файл начинается так: «Кто Когда». "
        "Возьмите наш образец."
    )
