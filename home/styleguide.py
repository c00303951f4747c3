"""What the style guide shows: sample data for every component, in development only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, FileField, IntegerField, RadioField, SelectField

from accounts.settings import site
from kernel.forms import ChecksField, Form, LineField, TextField, email, required
from kernel.listing import Filter, Listing
from territories.queries import Tile, current, municipality_choices, tiles

STATES = ("think", "ready", "works", "firm", None, "works", "ready", None)


class SampleForm(Form):
    format = RadioField("Формат", choices=[("in_person", "Очно"), ("remote", "Дистанционно")])
    name = LineField("Фамилия, имя, отчество", [required])
    email = LineField("Электронная почта", [required, email])
    territory = SelectField("Муниципалитет")
    position = LineField("Должность")
    consent_personal_data = BooleanField("Согласие")
    sections = ChecksField("Секции", choices=[("1", "Ранняя помощь"), ("2", "Отцы и дети")])
    comment = TextField("Примечание")
    day = DateField("День")
    families = IntegerField("Сколько семей")
    file = FileField("Файл")
    sphere = SelectField("Сфера", choices=[("", "Все"), ("social", "Соцзащита")])


@dataclass(frozen=True)
class SampleRow:
    practice: str
    territory: str
    state: str | None
    families: int
    year: int


@dataclass(frozen=True)
class SampleStage:
    label: str
    state: str
    date: str | None = None
    note: str | None = None


@dataclass
class SampleListing(Listing[SampleRow]):
    @property
    def rows(self) -> list[SampleRow]:
        return self.items


def samples() -> dict[str, Any]:
    """The context of `styleguide.html`."""
    form = SampleForm(MultiDict({"name": "", "email": "анна"}), meta={"csrf": False})
    form.territory.choices = municipality_choices(site().region)
    form.name.errors = [_("Please fill this in.")]
    form.email.errors = [_("This does not look like an e-mail address. Example: anna@example.org")]
    region = current(site().region)
    places = tiles(region.id) if region else []
    shown = [
        Tile(t.oktmo, t.name, t.short_name, t.tile_col or 0, t.tile_row or 0, state, 3 if state else None, "#")
        for t, state in zip(places, STATES * 6, strict=False)
    ]
    rows = [SampleRow("Домашний консультант", t.name, t.state, 12, 2026) for t in shown[:8]]
    path = request.script_root + request.path
    listing = SampleListing(rows, 120, 2, 8, "name", "", {}, path, [Filter("Сфера", "Соцзащита", "#")])
    names = ("Интерес", "Оценка применимости", "Подготовка", "Кадры обучены", "Контроль ядра", "Внедрено")
    stages = [SampleStage(name, "done", "12.06.2026") for name in names]
    stages += [SampleStage("Работает", "current"), SampleStage("Закреплено", "todo")]
    return {"form": form, "listing": listing, "tiles": shown, "stages": stages, "icon_names": _icons()}


def _icons() -> list[str]:
    sprite = Path(current_app.root_path) / "static" / "icons" / "sprite.svg"
    return re.findall(r'<symbol id="([a-z-]+)"', sprite.read_text()) or re.findall(
        r'id="([a-z-]+)"', sprite.read_text()
    )
