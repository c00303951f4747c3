"""What the page of components shows: every part with made-up content, in the language of the data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from flask import current_app
from wtforms import BooleanField, DateField, FileField, IntegerField, RadioField, SelectField

from accounts.settings import site
from kernel.forms import ChecksField, Form, LineField, TextField, email, required
from kernel.listing import Listing
from territories.map.queries import Tile, tiles
from territories.queries import current

STATES = ("works", None, "ready", "firm", None, "think", None)


class SampleForm(Form):
    """One field of each kind."""

    class Meta:
        csrf = False

    format = RadioField("Как будете участвовать?", choices=[("in_person", "Очно"), ("remote", "Дистанционно")])
    name = LineField("Фамилия, имя, отчество", [required])
    email = LineField("Электронная почта", [required, email])
    territory = SelectField("Муниципалитет", choices=[("", ""), ("25732000", "Тулун"), ("25701000", "Иркутск")])
    position = LineField("Должность")
    consent_personal_data = BooleanField("Согласие")
    sections = ChecksField("Интересные секции", choices=[("1", "Особый ребёнок"), ("2", "Многодетные семьи")])
    comment = TextField("Что добавить")
    day = DateField("День")
    families = IntegerField("Сколько семей")
    file = FileField("Файл")
    sphere = SelectField("Сфера", choices=[("", "Любая"), ("social", "Социальная защита")])


@dataclass
class Stage:
    label: str
    state: str
    date: date | None = None
    note: str = ""


@dataclass
class Row:
    practice: str
    territory: str
    state: str
    families: int


def parts() -> dict[str, object]:
    """Everything the template asks for."""
    form = SampleForm(formdata=None)
    form.format.data = "in_person"
    form.email.data = "anna@example"
    form.email.errors = ["Проверьте адрес: в нём нет точки."]
    return {"form": form, "stages": _stages(), "listing": _listing(), "tiles": _tiles(), "icon_names": _icons()}


def _stages() -> list[Stage]:
    return [
        Stage("Думаем", "done", date(2026, 2, 12)),
        Stage("Готовим", "done", date(2026, 3, 30), "приказ № 14"),
        Stage("Работает", "current", date(2026, 5, 18)),
        Stage("Закреплена", "ahead"),
    ]


def _listing() -> Listing[Row]:
    rows = [
        Row("Домашний консультант", "Тулун", "works", 31),
        Row("Семейная диспетчерская", "Зиминский район", "ready", 0),
        Row("Мой папа – герой", "Куйтунский район", "firm", 1204),
    ]
    listing = Listing(rows, 128, 2, 3, "-families", "", {}, "/styleguide")
    listing.add_filter("state", "Состояние", "работает")
    return listing


def _tiles() -> list[Tile]:
    region = current(site().region)
    found = tiles(region.id) if region else []
    return [
        Tile(
            place.oktmo,
            place.name,
            place.short_name,
            place.tile_col or 0,
            place.tile_row or 0,
            state=STATES[number % len(STATES)],
            count=number % 5 + 1 if STATES[number % len(STATES)] else None,
            href=f"/territories/{place.oktmo}",
        )
        for number, place in enumerate(found)
    ]


@cache
def _icons() -> list[str]:
    sprite = Path(current_app.root_path) / "static" / "icons" / "sprite.svg"
    return re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8"))
