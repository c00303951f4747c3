"""Cells of a table of territories: headings, and how codes, numbers, places and dates are read."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from kernel.documents.sheets import as_text
from kernel.text import clean, sort_key
from territories.rules import in_country

HEADINGS: dict[str, tuple[str, ...]] = {
    "oktmo": ("ОКТМО", "Код ОКТМО", "Код"),
    "name": ("Наименование", "Название", "Муниципальное образование", "Муниципалитет", "Территория", "Name"),
    "short_name": ("Краткое название", "Краткое наименование", "Кратко"),
    "kind": ("Вид", "Тип", "Вид муниципального образования", "Вид МО"),
    "center": ("Центр", "Административный центр", "Centre"),
    "population": ("Население", "Численность населения", "Численность населения, чел.", "Численность", "Population"),
    "population_quality": ("Точность численности", "Источник численности", "Качество"),
    "lat": ("Широта", "Latitude"),
    "lon": ("Долгота", "Longitude", "lng"),
    "parent": ("Регион", "Субъект РФ", "Субъект Российской Федерации", "Входит в", "Region"),
    "predecessor": ("Прежний ОКТМО", "ОКТМО до преобразования", "Предшественник", "oktmo_before_2025"),
    "valid_from": ("Действует с", "Дата начала действия", "С какой даты"),
    "note": ("Примечание", "Примечания"),
}
"""Our column names and the headings people write; the first of each is written by our own export."""
LIMITS = {"name": 255, "short_name": 80, "kind": 80, "center": 120, "note": 255}
APPROXIMATE = {"approximate", "примерно", "приблизительно", "около", "оценочно", "≈", "~"}
_POPULATION = re.compile(r"(≈|~|около|примерно)?\s*([0-9][0-9 ]*)", re.IGNORECASE)
_DATES = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y")


class Fault(ValueError):
    """What is wrong with a cell, for the reader."""


def read_code(value: Any, warnings: list[str]) -> str:
    """An OKTMO as text. A zero that a spreadsheet has eaten is put back, with a warning. Raises Fault."""
    written = "".join(as_text(value).split())
    if not written:
        raise Fault(_("The OKTMO code is missing."))
    if not re.fullmatch(r"[0-9]+", written):
        raise Fault(_("«%(text)s» is not an OKTMO code: it has 8 or 11 digits.", text=written[:40]))
    if len(written) in (7, 10):
        warnings.append(
            _("The code had lost its first zero: %(before)s → %(after)s.", before=written, after="0" + written)
        )
        written = "0" + written
    if len(written) not in (8, 11):
        raise Fault(
            _("«%(text)s» is not an OKTMO code: it has 8 or 11 digits. Format the column as text.", text=written[:40])
        )
    return written


def read_texts(cells: dict[str, Any]) -> dict[str, str]:
    """Filled text cells. Raises Fault when one is too long."""
    found = {}
    for column, limit in LIMITS.items():
        text = clean(as_text(cells.get(column)))
        if len(text) > limit:
            raise Fault(
                _("«%(column)s» is longer than %(number)s characters.", column=HEADINGS[column][0], number=limit)
            )
        if text:
            found[column] = text
    return found


def read_population(cells: dict[str, Any]) -> dict[str, Any]:
    """Population and, where it is told, its quality; nothing for an empty cell. Raises Fault."""
    quality = clean(as_text(cells.get("population_quality")))[:40]
    text = " ".join(as_text(cells.get("population")).split())
    if not text:
        return {}
    found = _POPULATION.fullmatch(text)
    number = int(found.group(2).replace(" ", "")) if found else 0
    if not found or number > 20_000_000:
        raise Fault(
            _("«%(column)s»: «%(text)s» is not a number of people.", column=HEADINGS["population"][0], text=text[:40])
        )
    if found.group(1) or sort_key(quality) in APPROXIMATE or quality in APPROXIMATE:
        quality = "approximate"
    return {"population": number} | ({"population_quality": quality} if quality else {})


def read_place(cells: dict[str, Any]) -> dict[str, float]:
    """Latitude and longitude; nothing when both cells are empty. Raises Fault."""
    lat, lon = _degrees("lat", cells), _degrees("lon", cells)
    if lat is None and lon is None:
        return {}
    if lat is None or lon is None:
        raise Fault(_("Give both the latitude and the longitude, or neither."))
    if in_country(lat, lon):
        return {"lat": lat, "lon": lon}
    if in_country(lon, lat):
        raise Fault(_("Latitude and longitude seem to have changed places: %(lat)s, %(lon)s.", lat=lat, lon=lon))
    raise Fault(_("The point %(lat)s, %(lon)s lies outside the country.", lat=lat, lon=lon))


def _degrees(column: str, cells: dict[str, Any]) -> float | None:
    text = "".join(as_text(cells.get(column)).split()).replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 999.0
    if not -180 <= value <= 180:
        raise Fault(
            _("«%(column)s»: «%(text)s» is not degrees. Write 52.2896.", column=HEADINGS[column][0], text=text[:40])
        )
    return value


def read_day(value: Any) -> date | None:
    """The day an edition begins; None for an empty cell. Raises Fault."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = clean(as_text(value))
    for pattern in _DATES if text else ():
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    if text:
        raise Fault(_("«%(text)s» is not a date. Write it as 01.01.2025.", text=text[:40]))
    return None
