"""Territories: one row a municipality. Buryatia's codes begin with 81; nothing of it is loaded."""

from __future__ import annotations

from tests.site.malformed_files.builders import Case, book, csv

HEAD = ("ОКТМО", "Наименование", "Вид", "Центр", "Население", "Широта", "Долгота", "Регион", "Прежний ОКТМО")
KABANSK = ("81624000", "Кабанский муниципальный район", "муниципальный район", "с. Кабанск", "55000", "52,05", "106,65")
ALTAY = ("01605000", "Алтайский муниципальный район", "", "", "", "", "", "", "")


def line(**changes: str) -> tuple[str, ...]:
    names = ("code", "name", "kind", "center", "people", "lat", "lon", "region", "before")
    return tuple(changes.get(name, value) for name, value in zip(names, (*KABANSK, "", ""), strict=True))


def table(*lines: tuple[str, ...]) -> bytes:
    return csv(*(";".join(cells) for cells in (HEAD, *lines)))


CASES = [
    Case("a good row", "t.csv", lambda: table(line()), ("Кабанский муниципальный район",), (1, 0, 0, 0), 1),
    Case(
        "cp1251, tabs, a title above",
        "t.txt",
        lambda: "\r\n".join(["Справочник", "\t".join(HEAD), "\t".join(line())]).encode("cp1251"),
        ("Кабанский муниципальный район",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "a zero that Excel has eaten",
        "t.xlsx",
        lambda: book([HEAD, (1605000, *ALTAY[1:])]),
        ("Код потерял первый ноль: 1605000 → 01605000.",),
        (1, 0, 0, 0),
        1,
    ),
    Case(
        "codes that are none",
        "t.csv",
        lambda: table(line(code="816"), line(code="Кабанск"), line(code="2,57E+07"), line(code="")),
        ("«816» — не код ОКТМО", "«Кабанск» — не код ОКТМО: в нём 8 или 11 цифр.", "Код ОКТМО не указан."),
        (0, 0, 0, 4),
    ),
    Case(
        "the code of a region, of no region",
        "t.csv",
        lambda: table(line(code="81000000"), line(code="02624000")),
        ("Это код региона.", "Нет региона, коды которого начинаются с 02."),
        (0, 0, 0, 2),
    ),
    Case(
        "the same code twice",
        "t.csv",
        lambda: table(line(), line(name="Другой район")),
        ("Тот же код в строке 2.",),
        (1, 0, 0, 1),
    ),
    Case(
        "a region nobody knows",
        "t.csv",
        lambda: table(line(region="Республика Бурятя")),
        ("Нет региона «Республика Бурятя». Возможно: Республика Бурятия",),
        (0, 0, 0, 1),
    ),
    Case(
        "a region the code does not belong to",
        "t.csv",
        lambda: table(line(region="Иркутская область")),
        ("Код относится не к тому региону, который назван: Республика Бурятия.",),
        (0, 0, 0, 1),
    ),
    Case(
        "latitude and longitude in each other's place",
        "t.csv",
        lambda: table(line(lat="106,65", lon="52,05")),
        ("Похоже, широта и долгота поменялись местами: 106.65, 52.05.",),
        (0, 0, 0, 1),
    ),
    Case(
        "a point in the ocean, half a point, degrees with minutes",
        "t.csv",
        lambda: table(line(lat="5", lon="5"), line(code="81629000", lon=""), line(code="81636000", lat="52°05′")),
        ("Точка 5.0, 5.0 — за пределами страны.", "Укажите и широту, и долготу", "«Широта»: «52°05′» — не градусы."),
        (0, 0, 0, 3),
    ),
    Case(
        "people in words, an approximate number",
        "t.csv",
        lambda: table(line(people="много"), line(code="81629000", people="≈ 12 500")),
        ("«Население»: «много» — не число жителей.",),
        (1, 0, 0, 1),
    ),
    Case(
        "a date that is none",
        "t.csv",
        lambda: csv("ОКТМО;Наименование;Действует с", "81624000;Кабанский;31.02.2025"),
        ("«31.02.2025» не похоже на дату.",),
        (0, 0, 0, 1),
    ),
    Case(
        "a code of before that leads elsewhere, two in force",
        "t.csv",
        lambda: table(line(before="25636000"), ("25701000", "город Иркутск", *[""] * 6, "25703000")),
        (
            "Прежний код 25636000 уже ведёт на 25536000.",
            "25703000 и 25701000 действуют обе: объединить две территории здесь нельзя.",
        ),
        (0, 0, 0, 2),
    ),
    Case(
        "a code no longer in force",
        "t.csv",
        lambda: table(("25636000", "Тайшетский район", *[""] * 7)),
        ("Код больше не действует; теперь — 25536000.",),
        (0, 0, 0, 1),
    ),
    Case(
        "a name of 500 characters, no name, a good row",
        "t.csv",
        lambda: table(line(name="К" * 500), line(code="81629000", name=""), line(code="81636000")),
        ("«Наименование»: больше 255 знаков.", "Наименование не заполнено."),
        (1, 0, 0, 2),
    ),
    Case(
        "HTML and invisible characters",
        "t.csv",
        lambda: table(line(name="<b>Кабан\u200bский</b>")),
        ("&lt;b&gt;Кабанский&lt;/b&gt;",),
        (1, 0, 0, 0),
        1,
    ),
]
