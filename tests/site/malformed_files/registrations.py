"""Lists of participants. Rows with errors are left out, the others may be brought in: the preview says so."""

from __future__ import annotations

from tests.site.malformed_files.builders import (
    Case,
    Formula,
    archive,
    bomb,
    book,
    csv,
    old_excel,
    open_document,
    with_part,
)

HEAD = ("ФИО", "Электронная почта", "Формат участия", "Муниципалитет", "Организация")
ANNA = ("Примерова Анна Сергеевна", "anna@example.org", "очно", "Тулун", "Центр")


def table(*lines: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return csv(*(";".join(cells) for cells in (head, *lines)))


CASES = [
    Case("an old .xls", "r.xls", old_excel, ("Это файл старого вида (.xls, .doc). Сохраните таблицу как .xlsx",)),
    Case("an .ods", "r.ods", open_document, ("Это таблица .ods или .xlsb. Сохраните её как .xlsx и повторите.",)),
    Case(
        "a .docx called .xlsx",
        "r.xlsx",
        lambda: archive({"word/document.xml": b"<a/>"}),
        ("Это не таблица .xlsx и не файл CSV.",),
    ),
    Case("a picture", "r.png", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, ("Это не таблица .xlsx и не файл CSV.",)),
    Case(
        "a web page called .xls",
        "r.xls",
        lambda: "<html><table><tr><td>ФИО</td></tr></table></html>".encode(),
        ("Это не таблица .xlsx и не файл CSV.",),
    ),
    Case(
        "macros",
        "r.xlsx",
        lambda: with_part(book([HEAD, ANNA]), "xl/vbaProject.bin", b"x"),
        ("В файле есть макросы.",),
    ),
    Case("a bomb", "r.xlsx", bomb, ("В распакованном виде файл больше 100 МБ.",)),
    Case("cut short", "r.xlsx", lambda: book([HEAD, ANNA])[:-400], ("Файл повреждён и не открывается.",)),
    Case("half a quote", "r.csv", lambda: table(ANNA) + b'"' + b"x" * 140_000, ("Файл CSV повреждён.",)),
    Case("a workbook called .csv", "r.csv", lambda: book([HEAD, ANNA]), ("Примерова Анна",), (1, 0, 0, 0), 1),
    Case("a CSV called .xlsx", "r.xlsx", lambda: table(ANNA), ("Примерова Анна",), (1, 0, 0, 0), 1),
    Case(
        "Latin letters in a heading",
        "r.csv",
        lambda: table(ANNA, head=("ФИO", "Электронная пoчта", *HEAD[2:])),
        ("Примерова Анна",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a name of 500 characters",
        "r.csv",
        lambda: table(("Иванова " + "А" * 500, "a@example.org", "", "", ""), ANNA),
        ("«Имя» длиннее 255 знаков.",),
        (1, 0, 0, 1),
        1,
    ),
    Case(
        "addresses that are none",
        "r.csv",
        lambda: table(*((ANNA[0], text, "", "", "") for text in ("anna@", "анна", "a b@example.org", ""))),
        ("«anna@» — не адрес электронной почты.", "Нет электронной почты."),
        (0, 0, 0, 4),
    ),
    Case(
        "the same person twice",
        "r.csv",
        lambda: table(ANNA, ("ПРИМЕРОВА АННА СЕРГЕЕВНА", " Anna@Example.org ", "", "", "")),
        ("Тот же человек, что в строке 2.",),
        (1, 0, 1, 0),
        1,
    ),
    Case(
        "Latin letters in a name",
        "r.csv",
        lambda: table(("Примеpова Aнна", *ANNA[1:])),
        ("Буквы другого алфавита: p, A. Возможно, нужно: Примерова Анна?",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "formulas for names",
        "r.xlsx",
        lambda: book([HEAD, (Formula('=HYPERLINK("x")', "=cmd|' /C calc'!A0 Иванова"), *ANNA[1:])]),
        ("=cmd|",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a format and a municipality that are not known",
        "r.csv",
        lambda: table((*ANNA[:2], "наверное", "Тайшецкий", "")),
        ("Формат «наверное» непонятен. Напишите «очно» или «дистанционно».", "Возможно: Тайшетский"),
        (0, 0, 0, 1),
    ),
]
