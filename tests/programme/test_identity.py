"""Whose row it is: a place in a list is no identity, and what keeps its title keeps its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.i18n import speaking
from kernel.transaction import writing
from programme import cells, importer, operations
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
