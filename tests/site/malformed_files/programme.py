"""Programmes: one row a talk, on 22 April 2027."""

from __future__ import annotations

from datetime import date, time

from tests.site.malformed_files.builders import (
    Case,
    Formula,
    Merged,
    book,
    csv,
    endless,
    far,
    formatted,
    locked,
    padded,
)

HEAD = ("ID", "Дата", "Начало", "Окончание", "Секция", "Название", "Спикер", "Муниципалитет")
LINE = ("1", "22.04.2027", "10:00", "10:15", "Ранняя помощь", "Первый доклад", "Примерова Анна", "Тулун")


def line(**changes: str) -> tuple[str, ...]:
    names = ("id", "date", "start", "end", "section", "title", "speaker", "place")
    return tuple(changes.get(name, value) for name, value in zip(names, LINE, strict=True))


def table(*lines: tuple[str, ...], head: tuple[str, ...] = HEAD, coding: str = "utf-8-sig") -> bytes:
    return csv(*(";".join(cells) for cells in (head, *lines)), coding=coding)


CASES = [
    Case("nothing in it", "p.csv", lambda: b"", ("Файл пуст. Выберите другой.",)),
    Case("spaces only", "p.csv", lambda: b" \r\n \r\n", ("Файл пуст. Выберите другой.",)),
    Case("only headings", "p.csv", lambda: table(), ("В файле только заголовки.",)),
    Case(
        "other columns",
        "p.csv",
        lambda: csv("Кто;Когда", "Анна;завтра"),
        (
            "Не найдена строка заголовков: нужны столбцы «Начало», «Название», "
            "а файл начинается так: «Кто Когда». Возьмите наш образец.",
        ),
    ),
    Case(
        "a column nobody asked for",
        "p.csv",
        lambda: table((*LINE, "красный"), head=(*HEAD, "Цвет бейджа")),
        ("Не читаются столбцы: «Цвет бейджа».",),
        (1, 0, 0, 0),
        1,
    ),
    Case("cp1251", "p.csv", lambda: table(LINE, coding="cp1251"), ("Первый доклад",), (1, 0, 0, 0), 1),
    Case("UTF-16, as Excel's Unicode text", "p.txt", lambda: table(LINE, coding="utf-16"), (), (1, 0, 0, 0), 1),
    Case(
        "zero bytes",
        "p.csv",
        lambda: table(LINE) + b"\0\0\0",
        ("Это не таблица .xlsx и не файл CSV.",),
    ),
    Case(
        "a password",
        "p.xlsx",
        locked,
        ("Таблица закрыта паролем. Снимите пароль, сохраните её заново и повторите.",),
    ),
    Case("11 MB", "p.xlsx", lambda: padded(book([HEAD, LINE])), ("Файл больше 10 МБ.",)),
    Case("more rows than a table has", "p.xlsx", lambda: endless(HEAD), ("В файле больше 20 000 строк.",)),
    Case(
        "a million empty cells with a format",
        "p.xlsx",
        lambda: formatted(HEAD),
        ("Миллион пустых ячеек отформатирован. Скопируйте таблицу на новый лист и повторите.",),
    ),
    Case("a value in the last cell", "p.xlsx", lambda: far(HEAD), ("На листе есть значения далеко от таблицы.",)),
    Case(
        "a header of merged cells under a title",
        "p.xlsx",
        lambda: book([[Merged("Программа форума", right=7)], [], HEAD, LINE]),
        ("Первый доклад",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a day and a section merged over two rows",
        "p.xlsx",
        lambda: book(
            [
                HEAD,
                ("1", Merged("22.04.2027", 1), "10:00", "10:15", Merged("Ранняя помощь", 1), "Первый", "", ""),
                ("2", None, "10:15", "10:30", None, "Второй", "", ""),
            ]
        ),
        ("22.04 10:15 · Второй",),
        (2, 0, 0, 0),
        2,
    ),
    Case(
        "a hidden sheet first",
        "p.xlsx",
        lambda: book([HEAD, LINE], before=[("Старое", [HEAD, line(title="Прошлогодний")])], hidden=True),
        ("Первый доклад",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a cover sheet and a second table",
        "p.xlsx",
        lambda: book([HEAD, line(title="Не сюда")], before=[("Титул", [["Программа"]]), ("Программа", [HEAD, LINE])]),
        ("Первый доклад", "Другие листы не читаются: «Титул», «Лист1»."),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "formulas",
        "p.xlsx",
        lambda: book([HEAD, ("1", "22.04.2027", "10:00", "10:15", "С", Formula('=A1&"x"', "Посчитано"), "", "")]),
        ("Посчитано",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a formula that failed",
        "p.xlsx",
        lambda: book([HEAD, ("1", "22.04.2027", "10:00", "10:15", "С", Formula("=A1/0", "#DIV/0!"), "", "")]),
        ("Название не заполнено.",),
        (0, 0, 0, 1),
    ),
    Case(
        "real dates and times",
        "p.xlsx",
        lambda: book([HEAD, ("1", date(2027, 4, 22), time(10), time(10, 15), "С", "Первый", "", "")]),
        ("22.04 10:00 · Первый",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a date and times as bare numbers",
        "p.xlsx",
        lambda: book([HEAD, (1, 46499, 0.4166666667, 0.4270833333, "С", "Первый", "", "")]),
        ("22.04 10:00 · Первый",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "times with dots and dashes",
        "p.csv",
        lambda: table(line(start="10.00", end="10-15")),
        ("22.04 10:00 · Первый доклад",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "the 31st of February",
        "p.csv",
        lambda: table(LINE, line(id="2", date="31.02.2027")),
        ("Дата «31.02.2027» не читается. Напишите так: 28.05.2026.",),
        (1, 0, 0, 1),
    ),
    Case(
        "a time that is none, an end before the start",
        "p.csv",
        lambda: table(line(start="25:70"), line(id="2", start="11:00")),
        ("Начало «25:70» — не время. Напишите так: 09:30.", "Окончание (10:15) раньше начала (11:00)."),
        (0, 0, 0, 2),
    ),
    Case(
        "the same ID twice",
        "p.csv",
        lambda: table(LINE, line(title="Второй", start="11:00", end="11:15")),
        ("ID 1 стоит и в строке 2.",),
        (2, 0, 0, 0),
    ),
    Case(
        "a title of 501 characters, a speaker of 300",
        "p.csv",
        lambda: table(line(title="Д" * 501), line(id="2", speaker="И" * 300, start="11:00", end="11:15")),
        ("Название длиннее 500 знаков.", "Имя спикера длиннее 255 знаков."),
        (0, 0, 0, 2),
    ),
    Case(
        "HTML in the title",
        "p.csv",
        lambda: table(line(title="<script>alert(1)</script><b>Доклад</b>")),
        ("&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;Доклад&lt;/b&gt;",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "emoji and direction marks",
        "p.csv",
        lambda: table(line(title="\u202eСемья 👨‍👩‍👧 \u200fрядом\u2069")),
        ("Семья 👨👩👧 рядом",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "zero-width characters and spaces at the ends",
        "p.csv",
        lambda: table(
            line(section="Ран\u200bняя помощь  ", place=" \ufeffТулун\u00a0", title="  Первый\u200d  доклад ")
        ),
        ("22.04 10:00 · Первый доклад",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "Latin letters among Cyrillic ones",
        "p.csv",
        lambda: table(line(place="Тулyн", speaker="Примеpова Анна")),
        ("Буквы другого алфавита: p. Возможно, нужно: Примерова Анна?",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a word of look-alikes alone",
        "p.csv",
        lambda: table(line(speaker="Примерова PAHCA")),
        ("Буквы другого алфавита: P, A, H, C. Возможно, нужно: Примерова РАНСА?",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a town of another country",
        "p.csv",
        lambda: table(line(place="Алматы")),
        ("«Алматы» нет в списке территорий: сохранено как написано.",),
        (1, 0, 0, 0),
        1,
    ),
]
