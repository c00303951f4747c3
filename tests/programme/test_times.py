"""Times and days as people and spreadsheets write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from kernel.i18n import speaking
from kernel.transaction import writing
from programme.importing import importer
from programme.importing.dates import read_date
from programme.importing.times import read_length, read_time, read_when, split_range
from tests import factories

CASES = Path(__file__).parents[1] / "cases"
MADE_A_DATE = (
    "«{}» — дата, а не время: Excel превращает 10.10 в дату. "
    "Задайте столбцу формат «Текстовый» и наберите время заново, так: {}."
)


@pytest.fixture
def two_days(app):
    with writing():
        return factories.forum(date_start=date(2027, 5, 20), date_end=date(2027, 5, 21))


def test_thirteen_ways_to_write_a_time(two_days):
    with speaking("ru"):
        plan = importer.plan(two_days, "11-times.xlsx", (CASES / "11-times.xlsx").read_bytes())
    read = {item.number: (f"{item.starts:%d %H:%M}", f"{item.ends:%H:%M}") for item in plan.actions}
    assert read == {
        3: ("20 10:30", "10:45"),
        4: ("20 11:00", "11:15"),
        5: ("20 12:00", "12:15"),
        6: ("20 13:00", "13:15"),
        8: ("20 15:00", "15:15"),
        9: ("20 15:30", "15:45"),
        10: ("20 16:00", "16:15"),
        11: ("20 17:00", "17:15"),
        12: ("20 18:00", "18:15"),
        13: ("20 19:00", "19:15"),
        14: ("20 20:00", "20:20"),
    }
    plain = {row.number: [text.replace("\N{NO-BREAK SPACE}", " ") for text in row.messages] for row in plan.rows}
    assert plain[2] == [MADE_A_DATE.format("10.10.2026", "10:10"), MADE_A_DATE.format("12.10.2026", "12:10")]
    assert plain[7] == [MADE_A_DATE.format("14.10.2026", "14:10")]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in plan.rows[1].warnings] == [
        "«10.3» прочитано как 10:30.",
        "«10.45» прочитано как 10:45.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "9:30",
        "09.30",
        "9-30",
        "9 ч 30 мин",
        "9ч30",
        "9 час. 30 мин.",
        "0930",
        "09 30",
        "9\u2063:30",
        "9³⁰",
        "09:30:00",
        "в 9:30",
        "с 9.30",
        "9:30 AM",
        "9,30",
        "09:30 (мск)",
        "9:30 ч.",
        9.3,
        930.0,
        time(9, 30),
        timedelta(hours=9.5),
        datetime(1899, 12, 31, 9, 30),
        datetime(2027, 5, 20, 9, 30),
        9.5 / 24,
        46527 + 9.5 / 24,
    ],
)
def test_half_past_nine(text):
    assert read_time(text) == time(9, 30)


@pytest.mark.parametrize("text", ["", "полдень", "25:00", "10:60", "10.10.2026", -1.0, 30.0, 10.75, 46527.0, True])
def test_no_time(text):
    assert read_time(text) is None


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("10:00–10:15", ("10:00", "10:15")),
        ("10.00 - 10.15", ("10.00", "10.15")),
        ("16-00-16-15", ("16-00", "16-15")),
        ("16-00 – 16-15", ("16-00", "16-15")),
        ("10:00\n10:15", ("10:00", "10:15")),
        ("1000–1015", ("1000", "1015")),
        ("с 10:00 до 10:15", ("с 10:00", "10:15")),
        ("с 9 до 10", ("с 9", "10")),
        ("10–11", ("10", "11")),
        ("10⁰⁰–10¹⁵", ("10:00", "10:15")),
        ("10-15", None),
        ("10:00", None),
        ("скоро", None),
    ],
)
def test_a_beginning_and_an_end_in_one_cell(text, pair):
    assert split_range(text) == pair


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("20 мин.", 20),
        ("20 минут", 20),
        ("1 ч", 60),
        ("1 час 30 мин", 90),
        ("1,5 часа", 90),
        ("полчаса", 30),
        ("15’", 15),
        ("20", None),
        ("10:20", None),
        ("10 ч 30 мин", None),
        ("0 мин", None),
        ("900 мин", None),
    ],
)
def test_a_length_in_place_of_an_end(text, minutes):
    assert read_length(text) == (timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize("length", ["20", "20 мин", 20.0, time(0, 20), "0:20", timedelta(minutes=20)])
def test_a_column_of_lengths(app, length):
    assert read_when("23:50", "", length)[:2] == (time(23, 50), time(0, 10))


def test_a_day_beside_the_time(app):
    assert read_when("20.05.2027 10:00", "10:15").day == date(2027, 5, 20)
    assert read_when("20 мая, 10:00–10:15", "", year=2027)[:3] == (time(10), time(10, 15), date(2027, 5, 20))


@pytest.mark.parametrize(
    "text",
    [
        "20.05.2027",
        "20.05.27",
        "20/05/2027",
        "2027-05-20",
        "20 мая",
        "20 мая 2027 г.",
        "чт, 20 мая 2027 года",
        "День 1",
        "первый день",
        "1-й день",
        "20-05-2027",
        46527.0,
        date(2027, 5, 20),
        datetime(2027, 5, 20, 9),
    ],
)
def test_the_twentieth_of_may(text):
    assert read_date(text, 2027, date(2027, 5, 20)) == date(2027, 5, 20)


@pytest.mark.parametrize("text", ["", "20–21 мая", "с 20 по 21 мая", "32.05.2027", "10.00-10.15", "16-00-16-15", 11.0])
def test_no_day(text):
    assert read_date(text, 2027, date(2027, 5, 20)) is None


def test_what_begins_late_goes_over_midnight(two_days):
    body = "Дата;Начало;Окончание;Секция;Название\n20.05.2027;23:30;00:30;Кино;Ночной сеанс\n"
    with speaking("ru"):
        plan = importer.plan(two_days, "p.csv", body.encode())
    assert [(item.starts, item.ends) for item in plan.actions] == [
        (datetime(2027, 5, 20, 23, 30), datetime(2027, 5, 21, 0, 30))
    ]
    assert plan.rows[0].warnings[0] == "Закончится после полуночи, 21\N{NO-BREAK SPACE}мая 2027\N{NO-BREAK SPACE}года."
