"""Whose row it is: a place in a list is no identity, and what keeps its title keeps its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.i18n import speaking
from kernel.transaction import writing
from programme import operations
from programme.importing import cells, importer
from programme.models import Slot
from tests import factories

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def forum(app):
    from datetime import date

    with writing():
        return factories.forum(date_start=date(2027, 5, 20), date_end=date(2027, 5, 20))


def load(forum, text: str):
    with speaking("ru"), writing():
        plan = importer.plan(forum, "programme.csv", text.encode())
        operations.carry_out(plan, forum, by=None)
    return plan


def case(name: str) -> str:
    return (CASES / name).read_text(encoding="utf-8-sig")


def codes() -> dict[tuple[str, str], str]:
    db.session.rollback()
    return {(slot.title, f"{slot.starts:%H:%M}"): slot.code for slot in db.session.scalars(select(Slot))}


HEAD = "ID;Дата;Начало;Окончание;Секция;Вид;Название;Спикер\n"


def rows(*lines: str) -> str:
    return HEAD + "\n".join(f"{line.split(';', 1)[0]};20.05.2027;{line.split(';', 1)[1]}" for line in lines)


def test_numbers_that_were_taken_for_ids_and_times_that_slid(forum):
    """On a grid of equal steps an inserted row gets the number and the time of the one it pushed down."""
    load(
        forum,
        rows(
            "1;10:00;10:20;Пленарная;Выступление;Няня на час;Нянина Ольга",
            "2;10:20;10:40;Пленарная;Выступление;Школа отцов;Отцов Глеб",
        ),
    )
    before = {title: code for (title, _at), code in codes().items()}
    plan = load(
        forum,
        rows(
            "1;10:00;10:20;Пленарная;Выступление;Приветствие;Гостев Роман",
            "2;10:20;10:40;Пленарная;Выступление;Няня на час;Нянина Ольга",
            "3;10:40;11:00;Пленарная;Выступление;Школа отцов;Отцов Глеб",
        ),
    )
    assert plan.summary() == "created 1, changed 2, skipped 0, errors 0"
    after = {title: code for (title, _at), code in codes().items()}
    assert {title: after[title] for title in before} == before


def test_our_own_code_stands_for_the_item_whatever_else_is_changed(forum):
    """The organiser's own number in the ID column does not take the place of our code in the download."""
    load(forum, rows("7;10:00;10:20;Пленарная;Выступление;Няня на час;Нянина Ольга"))
    code = codes()["Няня на час", "10:00"]
    load(forum, rows(f"{code};15:00;15:20;Вечерняя;Выступление;Няня на два часа;Другая Вера"))
    assert codes() == {("Няня на два часа", "15:00"): code}
    assert importer._cells(db.session.scalars(select(Slot)).one())[0] == code


@pytest.mark.parametrize(
    "values",
    [
        ["врач; педиатр", ""],
        ["", "врач; педиатр"],
        ["врач; педиатр", "", ""],
        ["", "психолог"],
        ["психолог", ""],
        ["директор", "директор"],
        ["", ""],
        ["врач; педиатр"],
    ],
)
def test_what_several_people_have_comes_back_to_each(values):
    assert cells.spread(cells.together(values).strip(), len(values)) == values


def test_a_semicolon_at_the_end_is_no_third_person():
    assert cells.spread("директор;\nпсихолог;", 2) == ["директор", "психолог"]
    assert cells.spread("директор", 2) == ["директор", "директор"]


NAMESAKES = (
    "7;10:00;10:20;Секция А;Выступление;Раз;Тёзкина Мария Ивановна",
    "8;10:00;10:20;Секция Б;Выступление;Два;Тезкина Мария Ивановна",
    "9;11:00;11:20;Секция Б;Выступление;Три;Тёзкина Мария Ивановна",
)
PLACES = ("Тулун", "Зима", "Зима")


def with_places(*places: str) -> str:
    lines = rows(*NAMESAKES).splitlines()
    return "\n".join([lines[0] + ";Муниципалитет", *(f"{a};{b}" for a, b in zip(lines[1:], places, strict=True))])


def speakers() -> dict[str, int]:
    db.session.rollback()
    return {slot.title: slot.appearances[0].speaker_id for slot in db.session.scalars(select(Slot))}


def test_every_row_of_a_new_namesake_is_in_doubt(forum):
    with speaking("ru"):
        plan = importer.plan(forum, "p.csv", with_places(*PLACES).encode())
        assert [len(row.doubts) for row in plan.rows] == [0, 1, 1]
        plan.leave_doubts()
        with writing():
            operations.carry_out(plan, forum, by=None)
    assert list(speakers()) == ["Раз"]


def test_a_municipality_put_right_makes_nobody_new(forum):
    load(forum, with_places("Тулун", "Тулун", "Тулун"))
    one = set(speakers().values())
    plan = load(forum, with_places("Зима", "Зима", "Зима"))
    assert plan.doubtful == []
    assert set(speakers().values()) == one


def test_a_town_and_its_region_are_one_place(forum):
    load(forum, with_places("Тулун", "Иркутская область", "Тулун"))
    assert len(set(speakers().values())) == 1


def test_a_namesake_of_another_forum_of_the_series_is_somebody_else(forum):
    load(forum, with_places("Тулун", "Тулун", "Тулун"))
    was = set(speakers().values())
    with writing():
        other = factories.forum("repeat", forum.series, date_start=forum.date_start, date_end=forum.date_end)
    load(other, with_places(*PLACES))
    assert set(speakers().values()) > was


def test_a_talk_edited_by_hand_keeps_its_namesake(forum, sign_in):
    load(forum, with_places(*PLACES))
    before = speakers()
    assert before["Два"] == before["Три"] != before["Раз"]
    with writing():
        organiser = sign_in(factories.organiser(forum.series))
    path = f"/manage/forums/{forum.slug}/programme/slots"
    page = f"{path}/{codes()['Три', '11:00']}"
    form = form_of(organiser.get(page))
    assert organiser.post(page, data=form | {"title": "Четыре"}).status_code == 302
    assert speakers()["Четыре"] == before["Три"]
    bare = {name: "" for name in form if name.startswith("people-0-") and not name.endswith("-name")}
    new = form | bare | {"title": "Пять", "starts": "12:00", "ends": "12:20"}
    answer = organiser.post(f"{path}/new", data=new)
    assert "Спикеров по имени «Тезкина Мария Ивановна» несколько" in plain(answer)


def form_of(answer) -> dict[str, str]:
    import html5lib

    found = {}
    page = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
    form = next(one for one in page.iter("form") if one.find(".//input[@name='title']") is not None)
    for field in form.iter("input"):
        if field.get("type") not in ("checkbox", "submit"):
            found[field.get("name")] = field.get("value", "")
    for field in form.iter("select"):
        chosen = [one.get("value", "") for one in field.iter("option") if one.get("selected") is not None]
        found[field.get("name")] = chosen[0] if chosen else ""
    return found


def plain(answer) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def test_breaks_that_all_slide_by_more_than_half_their_distance_keep_their_order(forum):
    def breaks(*starts: str) -> str:
        return rows(*(f";{at};{at[:3]}{int(at[3:]) + 10};Пленарная;Перерыв;Кофе-брейк;" for at in starts))

    load(forum, breaks("11:00", "12:00"))
    before = codes()
    load(forum, breaks("11:45", "12:45"))
    after = codes()
    assert [after["Кофе-брейк", at] for at in ("11:45", "12:45")] == [
        before["Кофе-брейк", at] for at in ("11:00", "12:00")
    ]


def test_a_cancelled_break_does_not_come_back_in_the_place_of_another(forum):
    lines = (";11:00;11:15;Пленарная;Перерыв;Кофе-брейк;", ";12:00;12:15;Пленарная;Перерыв;Кофе-брейк;")
    load(forum, rows(*lines))
    gone = db.session.scalars(select(Slot).order_by(Slot.starts)).first()
    with writing():
        operations.cancel_slot(gone, True, by=None)
    plan = load(forum, rows(lines[1].replace("12:00;12:15", "11:10;11:20")))
    assert plan.absent == []
    db.session.rollback()
    assert sorted((f"{one.starts:%H:%M}", one.cancelled) for one in db.session.scalars(select(Slot))) == [
        ("11:00", True),
        ("11:10", False),
    ]


def test_an_id_that_an_item_did_not_have_is_no_change_of_it(forum):
    line = "10:00;10:20;Пленарная;Выступление;Няня на час;Нянина Ольга"
    load(forum, rows(";" + line))
    assert load(forum, rows("7;" + line)).summary() == "created 0, changed 0, skipped 1, errors 0"
