"""Tables as people really send them: what each says about itself, and that nothing is ever half-written."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import pytest
from sqlalchemy import func, select

from adoption.models import Exit, ExitReason
from adoption.quarter.models import Answer, AnswerKind
from kernel.db import db
from tests.adoption.quarter_world import HEADINGS, Quarter, asked, book, fresh, hand_in, rows_of, text_of, verdicts
from tests.kernel.workbooks import liar

PLACE = "/cabinet/quarter/file"


@pytest.fixture
def quarter(tayshet) -> Quarter:
    return asked(tayshet)


def answers() -> int:
    return db.session.scalar(select(func.count()).select_from(Answer).where(Answer.replaced_at.is_(None)))


def row(answer="Без изменений", **more):
    return {"Ответ": answer} | {heading.replace("_", " "): value for heading, value in more.items()}


NUMBER = "Помогли с начала: Укажите целое число от 0 до 1 000 000, например 12."
CASES = {
    # name: (cells of the first row, verdict of the first row, what is said about it, answers kept on confirmation)
    "blank": (row(""), "без изменений", "Без ответа: пропущено.", 1),
    "word of ours": (row("Остановка"), "ошибка", "Ответ: «Остановка» нет в списке. Выберите: «Без изменений»", 1),
    "numbers without an answer": (row("", Помогли_с_начала=20), "ошибка", "Ответ: Выберите один из трёх ответов.", 1),
    "negative": (row(Помогли_с_начала=-5), "ошибка", NUMBER, 1),
    "fraction": (row(Помогли_с_начала=20.5), "ошибка", NUMBER, 1),
    "words in a number": (row(Помогли_с_начала="20 семей"), "ошибка", NUMBER, 1),
    "a date in a number": (row(Помогли_с_начала=date(2027, 1, 20)), "ошибка", NUMBER, 1),
    "an error of a formula": (
        row("Есть сдвиг", Помогли_с_начала=("=A1/0", "#DIV/0!")),
        "ошибка",
        "Помогли с начала: Укажите, скольким помогли",
        1,
    ),
    "too large": (row(Помогли_с_начала=2_000_000), "ошибка", NUMBER, 1),
    "too large for a database": (row(Помогли_с_начала=10**12), "ошибка", NUMBER, 1),
    "staff too many": (
        row(Специалистов_сейчас=10_001),
        "ошибка",
        "Специалистов сейчас: Укажите целое число от 0 до 10",
        1,
    ),
    "progress without a number": (row("Есть сдвиг"), "ошибка", "Помогли с начала: Укажите, скольким помогли", 1),
    "stopped without a reason": (row("Остановились"), "ошибка", "Что решили: Укажите, что решили", 1),
    "stopped, wrong decision": (
        row("Остановились", Что_решили="Не берём", Почему="Нет денег"),
        "ошибка",
        "Что решили: Это не подходит к достигнутой стадии.",
        1,
    ),
    "501 characters": (row(Коротко_о_главном="я" * 501), "ошибка", "Здесь больше 500 знаков. Оставьте главное.", 1),
    "500 characters": (row(Коротко_о_главном="я" * 500), "будет добавлено", "Без изменений, яяя", 2),
    "a formula's value": (row("Есть сдвиг", Помогли_с_начала=("=18+3", 21)), "будет добавлено", "помогли: 21", 2),
    "a number as text with a space": (row(Помогли_с_начала="1\u00a0020"), "под вопросом", "помогли: 1020", 1),
    "a number that fell": (
        row(Помогли_с_начала=17),
        "под вопросом",
        "число с начала стало меньше. Проверьте его.",
        1,
    ),
    "emoji": (row(Коротко_о_главном="Ура 🎉🎉"), "будет добавлено", "Без изменений, Ура 🎉🎉", 2),
    "direction tricks": (row(Коротко_о_главном="Дом\u202eтнатсьлуснок"), "будет добавлено", "Домтнатсьлуснок", 2),
    "HTML": (row(Коротко_о_главном="<b>жирно</b>"), "будет добавлено", "&lt;b&gt;жирно&lt;/b&gt;", 2),
    "a formula in words": (
        row(Коротко_о_главном='=HYPERLINK("https://example.org")'),
        "будет добавлено",
        "=HYPERLINK",
        2,
    ),
    "the other case of letters": (row("  ЕСТЬ   СДВИГ ", Помогли_с_начала=19), "будет добавлено", "Есть сдвиг", 2),
    "English words": (row("No change"), "будет добавлено", "Без изменений", 2),
    "the code": (row("no_change"), "будет добавлено", "Без изменений", 2),
}
"""The second row of each file is in order: it is kept whatever is wrong or doubtful with the first."""


@pytest.mark.parametrize("name", CASES)
def test_a_row(quarter, name):
    cells, verdict, message, kept = CASES[name]
    client = quarter.coordinator
    rows = [{"ID": quarter.q_works.code} | cells, {"ID": quarter.q_prepares.code} | row()]
    answer = hand_in(client, PLACE, book(rows))
    assert answer.status_code == 303, text_of(answer)
    found = verdicts(client, answer.location)
    assert [one[0] for one in found] == [verdict, "будет добавлено"]
    assert message in found[0][1]
    assert answers() == 0
    client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert answers() == kept
    client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert answers() == kept
    again = hand_in(client, PLACE, book(rows))
    first = "без изменений" if kept == 2 else verdict
    assert [one[0] for one in verdicts(client, again.location)] == [first, "без изменений"]


def test_a_number_that_fell_comes_in_when_somebody_is_sure(quarter):
    client = quarter.coordinator
    answer = hand_in(client, PLACE, book([{"ID": quarter.q_works.code} | row(Помогли_с_начала=17)]))
    page = client.get(answer.location).get_data(as_text=True)
    sure = re.search(r'name="sure"[^>]*value="([0-9a-f]+)"', page).group(1)
    left = client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert (left.location, answers()) == (answer.location, 0)
    done = client.submit(f"{answer.location}/confirmation", {"sure": sure}, page="/cabinet/quarter")
    assert (done.location, answers()) == ("/cabinet/", 1)


def test_what_is_left_out_is_taken_away_put_right_and_handed_in_again(quarter):
    client = quarter.coordinator
    rows = [{"ID": quarter.q_works.code} | row(Помогли_с_начала="много"), {"ID": quarter.q_prepares.code} | row()]
    answer = hand_in(client, PLACE, book(rows))
    client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    (left,) = rows_of(client.get(f"{answer.location}?left-out=1").data)
    assert (left["ID"], left["Помогли с начала"]) == (quarter.q_works.code, "много")
    assert left["Что исправить"].replace("\u00a0", " ") == NUMBER
    again = hand_in(client, PLACE, book([left | {"Помогли с начала": 21}], headings=tuple(left)))
    page = text_of(client.get(again.location))
    assert "Не читаются столбцы" not in page
    client.submit(f"{again.location}/confirmation", page="/cabinet/quarter")
    assert answers() == 2


def test_stopped_in_a_table_interrupts_the_adoption(quarter):
    client = quarter.coordinator
    cells = row("Остановились", Что_решили="Приостановить", Почему="Нет денег", Кто_ответил="Начальник Нина")
    answer = hand_in(client, PLACE, book([{"ID": quarter.q_works.code} | cells]))
    assert "Внедрение будет отмечено: на паузе, нет денег." in verdicts(client, answer.location)[0][1]
    client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    fresh(quarter.q_works, quarter.works)
    assert (quarter.works.exit, quarter.works.exit_reason) == (Exit.paused, ExitReason.money)
    assert quarter.q_works.current.answered_by == "Начальник Нина"


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (["near"], "Такого ID в вашей таблице нет: строка другого муниципалитета или квартала. Удалите её."),
        (["works", "works"], "Такой же ID стоит в строке 2. Оставьте одну из них."),
        (["nothing"], "Нет ID. Скачайте таблицу заново и не стирайте этот столбец."),
        (["ZZZZZZ"], "Такого ID в вашей таблице нет: строка другого муниципалитета или квартала. Удалите её."),
    ],
)
def test_a_row_that_is_not_ours(quarter, codes, message):
    client = quarter.coordinator
    known = {"works": quarter.q_works.code, "near": quarter.q_near.code, "nothing": "", "ZZZZZZ": "ZZZZZZ"}
    body = book([{"ID": known[code], "Практика": "Практика"} | row() for code in codes])
    answer = hand_in(client, PLACE, body)
    found = verdicts(client, answer.location)[-1]
    assert found == ("ошибка", message)
    client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    assert answers() == len(codes) - 1


def csv_of(quarter, head="ID;Ответ;Помогли с начала", tail="Есть сдвиг;21") -> str:
    return f"{head}\r\n{quarter.q_works.code};{tail}\r\n"


def test_tables_of_other_makes(quarter):
    """cp1251 with semicolons, UTF-8 with commas, other headings, a title in merged cells above the header."""
    client = quarter.coordinator
    code = quarter.q_works.code
    headings = ("Код", "Наименование практики", "Как дела", "Сколько получили помощь с начала")
    renamed = [{"Код": code, "Как дела": "Есть сдвиг", "Сколько получили помощь с начала": 21}]
    bodies = {
        "old.csv": csv_of(quarter).encode("cp1251"),
        "new.csv": csv_of(quarter).replace(";", ",").encode(),
        "renamed.xlsx": book(renamed, headings),
        "merged.xlsx": book([{"ID": code} | row("Есть сдвиг", Помогли_с_начала=21)], title="Ответы округа"),
    }
    for name, body in bodies.items():
        answer = hand_in(client, PLACE, body, name)
        assert answer.status_code == 303, f"{name}: {text_of(answer)}"
        assert verdicts(client, answer.location) == [("будет добавлено", "Есть сдвиг, помогли: 21")], name
    client.submit(f"{answer.location}/confirmation", page="/cabinet/quarter")
    fresh(quarter.q_works)
    assert (quarter.q_works.current.kind, quarter.q_works.current.served) == (AnswerKind.progress, 21)


def with_macros() -> bytes:
    buffer = io.BytesIO(book([]))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub")
    return buffer.getvalue()


REFUSED = {
    "letter.pdf": (lambda: b"%PDF-1.7", "Файлы такого вида здесь не принимаются."),
    "quarter.xlsm": (with_macros, "Файлы такого вида здесь не принимаются."),
    "macros.xlsx": (with_macros, "В файле есть макросы. Сохраните его без макросов и попробуйте ещё раз."),
    "text.xlsx": (lambda: b"ID;\xce", "Файл повреждён и не открывается."),
    "bomb.xlsx": (liar, "В распакованном виде файл больше 100 МБ."),
    "cut.xlsx": (lambda: book([])[:900], "Файл повреждён и не открывается."),
    "empty.csv": (lambda: b"", "Файл пуст. Выберите другой."),
    "other.csv": (lambda: "Имя;Почта\nАнна;a@example.org\n".encode(), "нужны столбцы «ID», «Ответ»"),
    "no-id.xlsx": (lambda: book([row()], HEADINGS[1:]), "не хватает: «ID»"),
    "book.csv": (lambda: b"PK\x03\x04" + b"\0" * 100, "Файл повреждён и не открывается."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_a_table(quarter, name):
    make, message = REFUSED[name]
    answer = hand_in(quarter.coordinator, PLACE, make(), name)
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert answers() == 0


def test_no_file_at_all(quarter):
    answer = quarter.coordinator.submit(PLACE, {})
    assert (answer.status_code, "Выберите файл." in text_of(answer)) == (422, True)
