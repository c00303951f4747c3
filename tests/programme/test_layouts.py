"""Programmes as organisers lay them out: each becomes one table of rows."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import pytest

from kernel.i18n import speaking
from kernel.transaction import writing
from programme import operations
from programme.importing import importer
from tests import factories
from tests.programme.test_import import slots
from tests.site.malformed_files.builders import Merged, book
from tests.soon import soon

CASES = Path(__file__).parents[1] / "cases" / "programmes"


@pytest.fixture
def forum(app):
    with writing():
        return factories.forum(date_start=date(2027, 5, 20), date_end=date(2027, 5, 21))


def read(forum, body, name="p.xlsx"):
    with speaking("ru"):
        return importer.plan(forum, name, body)


def case(forum, name):
    return read(forum, (CASES / name).read_bytes(), name)


def brief(plan):
    """(place, when, section, room, title) of every item."""
    return [
        (
            str(item.number),
            f"{item.starts:%d %H:%M}–{item.ends:%H:%M}" if item.starts else "",
            item.section,
            item.room,
            item.title,
        )
        for item in plan.actions
    ]


def said(texts):
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def people(item):
    return [(p.name, p.position, p.organisation, p.territory.name if p.territory else "") for p in item.people]


def csv(*lines):
    return "\n".join(lines).encode()


def paper(*parts):
    """A document of paragraphs (texts) and tables (lists of rows; a row of one text is merged across)."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(len(part), max(map(len, part)))
        for row, texts in zip(table.rows, part, strict=True):
            if len(texts) == 1:
                row.cells[0].merge(row.cells[-1])
            for cell, text in zip(row.cells, texts, strict=False):
                cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_a_sheet_a_day_rooms_across(forum):
    plan = case(forum, "a-sheet-a-day-rooms-across.xlsx")
    assert plan.errors == 0
    assert brief(plan)[:7] == [
        ("20 мая, B4", "20 09:00–09:30", "Общая программа", "", "Регистрация участников"),
        ("20 мая, B5", "20 09:30–10:00", "Общая программа", "Большой зал", "Открытие"),
        ("20 мая, B6", "20 10:00–10:20", "Большой зал", "Большой зал", "Первый шаг к дому"),
        ("20 мая, C6", "20 10:00–10:20", "Зал 2", "Зал 2", "Няня на час"),
        ("20 мая, D6", "20 10:00–10:20", "Фойе", "Фойе", "Выставка"),
        ("20 мая, B7", "20 10:20–10:40", "Большой зал", "Большой зал", "Семейный совет"),
        ("20 мая, C7", "20 10:20–10:40", "Зал 2", "Зал 2", "Школа отцов"),
    ]
    assert [row[1][:2] for row in brief(plan)] == ["20"] * 7 + ["21"] * 7
    assert people(plan.actions[2])[0][:2] == ("Зябликов Н. П.", "директор центра")
    assert people(plan.actions[6]) == [("Грачёв Л. М.", "", "", "город Тулун")]
    assert said(plan.notes) == [
        "Прочитано как: лист на день; залы по столбцам, каждая ячейка — пункт программы; день по заголовку.",
        "Пункты без секции отнесены к секции «Общая программа».",
        "Где секция не названа, она названа по залу.",
    ]


def test_a_sheet_a_section(forum):
    with writing():
        forum.date_end = forum.date_start
    plan = case(forum, "b-sheet-a-section.xlsx")
    assert brief(plan) == [
        ("Секция 1. Отцы, 5", "20 10:00–10:15", "Отцы", "", "Папин клуб"),
        ("Секция 1. Отцы, 6", "20 10:15–10:30", "Отцы", "", "Отец в роддоме"),
        ("Секция 2. Село, 5", "20 10:00–10:20", "Село", "", "Автобус специалистов"),
        ("Секция 2. Село, 6", "20 10:20–10:40", "Село", "", "Обсуждение"),
    ]
    assert plan.actions[3].kind.value == "open_microphone"
    assert people(plan.actions[0]) == [("Чижов Антон Олегович", "психолог", "Центр «Гнездо»", "")]
    assert said(plan.notes) == [
        "Прочитано как: лист на секцию.",
        "Не читаются строки: «Модератор: заведующая отделением».",
    ]


def test_dividing_rows_without_headings(forum):
    plan = case(forum, "c-dividers-no-headings.csv")
    assert brief(plan) == [
        ("4", "20 10:00–10:15", "Ранняя помощь", "Зал 2", "Первые недели дома"),
        ("5", "20 10:15–10:30", "Ранняя помощь", "Зал 2", "Игрушки, которые лечат"),
        ("6", "20 10:30–10:45", "Ранняя помощь", "Зал 2", "Кофе-пауза"),
        ("8", "20 10:00–10:15", "Студенческая семья", "Зал 3", "Комната матери и ребёнка в колледже"),
    ]
    assert people(plan.actions[0]) == [("Воробьёва Лидия Андреевна", "педиатр", "", "")]
    assert said(plan.rows[4].messages) == [
        "Начало не заполнено. Напишите его так: 09:30.",
        "Окончание не заполнено. Напишите его так: 09:45 — или оба времени в столбце «Начало»: 09:30–09:45.",
    ]
    assert said(plan.notes) == [
        "Прочитано как: столбцы по содержанию, без заголовков: 1 → «Начало», 2 → «Название», 3 → «Спикер»; "
        "секции по строкам-разделителям; день по заголовку."
    ]


def test_damaged_quotes(forum):
    plan = case(forum, "d-damaged-quotes.csv")
    assert [(item.title, item.people[0].name) for item in plan.actions] == [
        ('Клуб "Папин день", второй год', "Чижов Антон Олегович"),
        ("Отец и школа, что дальше", "Снегирёв Пётр Ильич"),
    ]
    assert [said(row.warnings)[-1] for row in plan.rows] == [
        "Кавычки или разделители в этой строке повреждены: проверьте, как она прочитана."
    ] * 2


def test_headings_in_two_lines_and_the_date_once(forum):
    plan = case(forum, "e-two-line-heading-date-once.xlsx")
    assert brief(plan) == [
        ("4", "20 21:30–22:30", "Кинопоказ", "", "Короткий метр о семье"),
        ("5", "20 23:30–00:30", "Кинопоказ", "", "Ночной сеанс"),
        ("8", "21 10:00–10:20", "Село", "", "Автобус специалистов"),
    ]
    assert people(plan.actions[2])[0][:2] == ("Скворцова И. Г.", "директор")
    assert [row.number for row in plan.rows if row.verdict.value == "error"] == [plan.rows[2].number]


def test_a_table_of_a_word_document(forum):
    plan = case(forum, "g-word-table.docx")
    assert brief(plan) == [
        ("2", "20 09:30–10:00", "Общая программа", "", "Регистрация"),
        ("4", "20 10:00–10:15", "Отцы", "Зал 2", "Папин клуб"),
        ("5", "20 10:15–10:30", "Отцы", "Зал 2", "Отец и школа"),
        ("6", "20 10:30–10:40", "Отцы", "Зал 2", "Кофе-брейк"),
        ("8", "20 10:00–10:15", "Село", "Зал 3", "Автобус специалистов"),
    ]
    assert [item.format.value for item in plan.actions] == [
        "in_person",
        "in_person",
        "remote",
        "in_person",
        "in_person",
    ]
    assert people(plan.actions[2]) == [("Снегирёв П. И.", "учитель", "", "город Тулун")]
    assert [one[:2] for one in people(plan.actions[4])] == [
        ("Скворцова И. Г.", "директор"),
        ("Дроздова А. К.", "водитель"),
    ]


def test_what_was_read_is_loaded_and_read_again_as_the_same(forum):
    with speaking("ru"), writing():
        operations.carry_out(case(forum, "g-word-table.docx"), forum, by=None)
    assert len(slots()) == 5
    assert case(forum, "g-word-table.docx").summary() == "created 0, changed 0, skipped 5, errors 0"


def test_sections_across_with_their_rooms(forum):
    plan = read(
        forum,
        book(
            [
                ["20 мая"],
                ["", "Секция 1. «Отцы», зал 2", "Секция 2. Село"],
                ["10.00", "Папин клуб", "Автобус"],
                ["10.30", "Школа отцов", ""],
                ["11.00", "Перерыв", "Перерыв"],
                ["11.15–12.00", "Итог", "Итог села"],
            ]
        ),
    )
    assert [row[1:] for row in brief(plan)] == [
        ("20 10:00–10:30", "Отцы", "Зал 2", "Папин клуб"),
        ("20 10:00–10:30", "Село", "", "Автобус"),
        ("20 10:30–11:00", "Отцы", "Зал 2", "Школа отцов"),
        ("20 11:00–11:15", "Общая программа", "", "Перерыв"),
        ("20 11:15–12:00", "Отцы", "Зал 2", "Итог"),
        ("20 11:15–12:00", "Село", "", "Итог села"),
    ]


def test_sections_above_rooms_and_cells_merged_downwards(forum):
    plan = read(
        forum,
        book(
            [
                ["Программа форума, 20 мая 2027 г."],
                ["Время", "Отцы", "Село"],
                ["", "Ангара", "Байкал"],
                ["10:00–10:30", "Папин клуб", Merged("Круг", 1)],
                ["10:30–11:00", "Школа отцов"],
            ]
        ),
    )
    assert [row[1:] for row in brief(plan)] == [
        ("20 10:00–10:30", "Отцы", "Ангара", "Папин клуб"),
        ("20 10:00–11:00", "Село", "Байкал", "Круг"),
        ("20 10:30–11:00", "Отцы", "Ангара", "Школа отцов"),
    ]


def test_a_room_that_one_section_holds_names_the_section(forum):
    with writing():
        factories.section(forum, name="Ранняя помощь", room_id=factories.room(forum, "Зал 2").id)
    plan = read(forum, book([["20.05.2027"], ["Время", "Зал 1", "Зал 2"], ["10:00–10:20", "Первый", "Второй"]]))
    assert [row[2:] for row in brief(plan)] == [
        ("Зал 1", "Зал 1", "Первый"),
        ("Ранняя помощь", "Зал 2", "Второй"),
    ]


@pytest.mark.parametrize("names", [("20.05", "21.05"), ("День 1", "День 2"), ("чт 20 мая", "пт 21 мая")])
def test_a_sheet_a_day_with_a_row_an_item(forum, names):
    head = ["Время", "Секция", "Тема", "Докладчик"]
    rows = [head, ["10:00-10:20", "Отцы", "Папин клуб", "Чижов А. О., психолог, г. Тулун"]]
    plan = read(forum, book(rows, title=names[1], before=[(names[0], rows)]))
    assert [row[1:3] for row in brief(plan)] == [("20 10:00–10:20", "Отцы"), ("21 10:00–10:20", "Отцы")]
    assert people(plan.actions[0]) == [("Чижов А. О.", "психолог", "", "город Тулун")]
    assert said(plan.notes)[0] == "Прочитано как: лист на день."


def test_an_old_copy_of_the_sheet_is_put_aside(forum):
    rows = [["Дата", "Время", "Тема"], ["20.05.2027", "10:00-10:20", "Папин клуб"]]
    plan = read(forum, book(rows, before=[("Программа (копия)", rows)]))
    assert plan.summary() == "created 1, changed 0, skipped 0, errors 0"
    assert "Другие листы не читаются: «Программа (копия)»." in said(plan.notes)


def test_days_and_sections_by_dividing_rows_under_headings(forum):
    plan = read(
        forum,
        csv(
            "№;Время;Название;Спикер",
            "20 мая, четверг;;;",
            ";;Секция 1. Отцы;",
            "1;10:00–10:20;Папин клуб;Чижов А. О.",
            "№;Время;Название;Спикер",
            "2;23:30–00:10;Ночь отцов;",
            "3;00:10–00:30;После полуночи;",
            "21 мая;;;",
            ";10:00–12:00;Секция «Село», зал 3;",
            "1;10:00–10:20;Автобус;",
            "2;10:20–10:40;Дорога;",
            "* в программе возможны изменения;;;",
        ),
        "p.csv",
    )
    assert [row[1:] for row in brief(plan)] == [
        ("20 10:00–10:20", "Отцы", "", "Папин клуб"),
        ("20 23:30–00:10", "Отцы", "", "Ночь отцов"),
        ("21 00:10–00:30", "Отцы", "", "После полуночи"),
        ("21 10:00–10:20", "Село", "Зал 3", "Автобус"),
        ("21 10:20–10:40", "Село", "Зал 3", "Дорога"),
    ]
    assert said(plan.notes)[-1] == "Не читаются строки: «* в программе возможны изменения»."


def test_two_columns_of_times_without_headings(forum):
    plan = read(
        forum,
        csv(
            "20.05.2027;10:00;10:20;Чижов Антон Олегович;Папин клуб;психолог;Тулун",
            "20.05.2027;10:20;10:40;Щеглова Вера Павловна;Комната матери;проректор;Братск",
        ),
        "p.csv",
    )
    assert [row[1:] for row in brief(plan)] == [
        ("20 10:00–10:20", "Общая программа", "", "Папин клуб"),
        ("20 10:20–10:40", "Общая программа", "", "Комната матери"),
    ]
    assert people(plan.actions[0]) == [("Чижов Антон Олегович", "психолог", "", "город Тулун")]


def test_a_document_of_several_tables(forum):
    plan = read(
        forum,
        paper(
            "Программа форума, 20 мая 2027 года",
            "Секция 1. «Отцы», зал 2",
            [["Время", "Тема", "ФИО спикера, должность"], ["10.00–10.15", "Папин клуб", "Чижов А. О., психолог"]],
            "21 мая 2027 года",
            "Секция 2. Село",
            [["10.00–10.15", "Автобус", "Скворцова И. Г."], ["10.15–10.30", "Дорога", "Дроздова А. К."]],
        ),
        "p.docx",
    )
    assert brief(plan) == [
        ("2", "20 10:00–10:15", "Отцы", "Зал 2", "Папин клуб"),
        ("таблица 2, 1", "21 10:00–10:15", "Село", "", "Автобус"),
        ("таблица 2, 2", "21 10:15–10:30", "Село", "", "Дорога"),
    ]


def test_a_document_of_lines_with_tabs(forum):
    plan = read(
        forum,
        paper("Программа 20 мая 2027 г.", "10.00–10.15\tПапин клуб\tЧижов А. О.", "10.15–10.30\tШкола\tДроздова А. К."),
        "p.docx",
    )
    assert [row[1:] for row in brief(plan)] == [
        ("20 10:00–10:15", "Общая программа", "", "Папин клуб"),
        ("20 10:15–10:30", "Общая программа", "", "Школа"),
    ]


def test_headings_nobody_knows_are_told_and_the_columns_read_by_what_they_hold(forum):
    body = csv("20 мая;;", "Когда;Что;Кто", "10:00–10:20;Папин клуб;Чижов А. О.", "10:20–10:40;Школа;Дроздова А. К.")
    plan = read(forum, body, "p.csv")
    assert [row[1:] for row in brief(plan)] == [
        ("20 10:00–10:20", "Общая программа", "", "Папин клуб"),
        ("20 10:20–10:40", "Общая программа", "", "Школа"),
    ]
    assert said(plan.notes)[-1] == "Не читаются строки: «Когда; Что; Кто»."


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(lambda: csv("Время;Тема;Спикер", *[f"10:00;а;{'Иванов И. И., ' * 200}"] * 500), id="commas"),
        pytest.param(lambda: csv("20 мая", *[";".join(["10:00–10:20"] * 90)] * 2000), id="times"),
        pytest.param(lambda: csv("Время;Тема", *["Секция 1. «А», зал 2 ( ( ( ( ( ("] * 3000, "10:00;А"), id="dividers"),
        pytest.param(lambda: csv("Время;Тема", *[f"{'(' * 3000};{'(а) ' * 700}"] * 500), id="brackets"),
        pytest.param(lambda: csv(*["Время;Тема;" + "Секция;" * 90] * 15, "10:00;А"), id="headings"),
    ],
)
def test_the_oddest_tables_are_read_soon(forum, body):
    with soon():
        assert importer.read("p.csv", body(), forum).rows
