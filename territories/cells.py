"""Cells of a table of territories: headings, and how codes, numbers, places and dates are read."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date, datetime

from flask_babel import gettext as _

from kernel.documents.headings import Known
from kernel.documents.sheets import as_text
from kernel.text import clean, sort_key
from territories.rules import in_country

TERRITORY_HEADINGS: Known = {
    "oktmo": ("ОКТМО", "Код ОКТМО", "Код", re.compile(r"^(?!.*(?:прежн|до преобр|before|предшеств)).*(?:октмо|oktmo)")),
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
TERRITORY_LIMITS = {"name": 255, "short_name": 80, "kind": 80, "center": 120, "note": 255}
APPROXIMATE = {"approximate", "примерно", "приблизительно", "около", "оценочно", "≈", "~"}
_POPULATION = re.compile(r"(≈|~|около|примерно)?\s*([0-9][0-9 ]*)", re.IGNORECASE)
_AS_FLOAT = re.compile(r"([0-9]{7,11})[.,]0+")
"""As programs write a whole number of a column with gaps: 25536000.0."""
_DATES = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y")


def title(column: str) -> str:
    """The heading our own export writes."""
    return str(TERRITORY_HEADINGS[column][0])


class Fault(ValueError):
    """What is wrong with a cell, for the reader."""


def read_code(value: object, warnings: list[str]) -> str:
    """An OKTMO as text. A zero that a spreadsheet has eaten is put back, with a warning. Raises Fault."""
    written = tidy_code(as_text(value), warnings)
    if not written:
        raise Fault(_("The OKTMO code is missing."))
    if not re.fullmatch(r"[0-9]+", written):
        raise Fault(_("«%(text)s» is not an OKTMO code: it has 8 or 11 digits.", text=written[:40]))
    if len(written) not in (8, 11):
        raise Fault(
            _("«%(text)s» is not an OKTMO code: it has 8 or 11 digits. Format the column as text.", text=written[:40])
        )
    return written


def tidy_code(text: str, warnings: list[str]) -> str:
    """A code without spaces and «.0», its first zero put back, with a warning; what is no code stays."""
    written = "".join(text.split())
    if found := _AS_FLOAT.fullmatch(written):
        written = found[1]
    if re.fullmatch(r"[0-9]{7}|[0-9]{10}", written):
        warnings.append(
            _("The code had lost its first zero: %(before)s → %(after)s.", before=written, after="0" + written)
        )
        written = "0" + written
    return written


def without_zeros(code: str, known: Container[str], warnings: list[str]) -> str:
    """Of 11 digits that end in zeros those 8 that are a municipality's, with a warning."""
    if len(code) != 11 or not code.endswith("000") or code in known or code[:8] not in known:
        return code
    warnings.append(_("The code has three zeros too many: %(before)s → %(after)s.", before=code, after=code[:8]))
    return code[:8]


def read_texts(cells: dict[str, object]) -> dict[str, str]:
    """Filled text cells. Raises Fault when one is too long."""
    found = {}
    for column, limit in TERRITORY_LIMITS.items():
        text = clean(as_text(cells.get(column)))
        if len(text) > limit:
            raise Fault(_("«%(column)s» is longer than %(number)s characters.", column=title(column), number=limit))
        if text:
            found[column] = text
    return found


def read_population(cells: dict[str, object]) -> dict[str, object]:
    """Population and, where it is told, its quality; nothing for an empty cell. Raises Fault."""
    quality = clean(as_text(cells.get("population_quality")))[:40]
    text = " ".join(as_text(cells.get("population")).split())
    if not text:
        return {}
    found = _POPULATION.fullmatch(text)
    number = int(found.group(2).replace(" ", "")) if found else 0
    if not found or number > 20_000_000:
        raise Fault(
            _("«%(column)s»: «%(text)s» is not a number of people.", column=title("population"), text=text[:40])
        )
    if found.group(1) or sort_key(quality) in APPROXIMATE or quality in APPROXIMATE:
        quality = "approximate"
    return {"population": number} | ({"population_quality": quality} if quality else {})


def read_place(cells: dict[str, object]) -> dict[str, float]:
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


def _degrees(column: str, cells: dict[str, object]) -> float | None:
    text = "".join(as_text(cells.get(column)).split()).replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 999.0
    if not -180 <= value <= 180:
        raise Fault(_("«%(column)s»: «%(text)s» is not degrees. Write 52.2896.", column=title(column), text=text[:40]))
    return value


def read_day(value: object) -> date | None:
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
