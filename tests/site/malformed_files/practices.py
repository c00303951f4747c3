"""Practices: one row a practice."""

from __future__ import annotations

from tests.site.malformed_files.builders import Case, book, csv, padded

HEAD = ("Название", "Муниципалитет", "Затраты в год", "Пересмотр до", "Для кого")
CLUB = ("Клуб отцов", "Братск", "1000", "28.05.2028", "Отцы")


def table(*lines: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return csv(*(";".join(cells) for cells in (head, *lines)))


CASES = [
    Case("11 MB of CSV", "n.csv", lambda: table(*[CLUB] * 180_000), ("Файл больше 10 МБ.",)),
    Case("11 MB in a workbook", "n.xlsx", lambda: padded(book([HEAD, CLUB])), ("Файл больше 10 МБ.",)),
    Case("30,000 rows of CSV", "n.csv", lambda: table(*[CLUB] * 30_000), ("В файле больше 20 000 строк.",)),
    Case(
        "a negative cost, a cost in words",
        "n.csv",
        lambda: table(("Клуб", "Братск", "-5", "", ""), ("Школа", "Братск", "много", "", "")),
        ("«Затраты в год, ₽»: «-5» не подходит как число.", "«много» не подходит как число."),
        (0, 0, 0, 2),
    ),
    Case(
        "a number typed with spaces that do not break",
        "n.csv",
        lambda: table(("Клуб", "Братск", "1\u00a0250\u202f000", "", "")),
        ("Клуб",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "the 31st of February",
        "n.csv",
        lambda: table(("Клуб", "Братск", "", "31.02.2028", "")),
        ("«31.02.2028» не похоже на дату. Напишите так: 28.05.2028.",),
        (0, 0, 0, 1),
    ),
    Case(
        "a name of 500 characters",
        "n.csv",
        lambda: table(("К" * 500, "Братск", "", "", "")),
        ("«Название»: больше 255 знаков.",),
        (0, 0, 0, 1),
    ),
    Case(
        "a contact of 300 characters",
        "n.csv",
        lambda: table(("Клуб", "Братск", "И" * 300), head=("Название", "Муниципалитет", "Контактное лицо")),
        ("«Автор»: больше 255 знаков.",),
        (0, 0, 0, 1),
    ),
    Case(
        "the same practice twice, one good row between",
        "n.csv",
        lambda: table(CLUB, ("Школа", "Тулун", "", "", ""), CLUB),
        ("Эта же практика стоит в строке 2.",),
        (2, 0, 0, 1),
    ),
    Case(
        "a name that is a formula",
        "n.csv",
        lambda: table(("=HYPERLINK(1)", "Братск", "", "", "")),
        ("=HYPERLINK(1)",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "HTML in the name",
        "n.csv",
        lambda: table(("<img src=x onerror=alert(1)>", "Братск", "", "", "")),
        ("&lt;img src=x onerror=alert(1)&gt;",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "no name, no such place, nobody it is for",
        "n.csv",
        lambda: table(
            ("", "Братск", "", "", ""), ("Клуб", "Марс", "", "", ""), ("Школа", "Братск", "", "", "Марсиане")
        ),
        ("Не указано название практики.", "Муниципалитета «Марс» нет."),
        (0, 0, 0, 3),
    ),
]
