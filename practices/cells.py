"""Cells of a practices workbook: their headings, and how each is read into a column of Practice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from flask_babel import gettext as _

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from accounts.models import Organisation
from accounts.queries import OrganisationNames
from kernel.db import Columns
from kernel.text import clean, email_key, sort_key
from practices import labels, passport
from practices.models import Evidence, Prevention, TargetGroup
from practices.queries import KnownPractices
from territories.gazetteer import Gazetteer
from territories.models import Territory

PRACTICE_HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("ID", "Код"),
    "slug": ("Адрес страницы", "slug"),
    "name": ("Название", "Название практики", "Практика", "Name"),
    "effect": ("Что меняется для семей", "Эффект", "Эффект одной фразой", "Effect"),
    "organisation": ("Организация", "Организация-автор", "Organisation"),
    "territory": ("Территория", "Муниципалитет", "ОКТМО", "Territory"),
    "sphere": ("Сфера", "Sphere"),
    "start_year": ("Год начала", "Год", "Start year"),
    "contact_name": ("Автор", "Контактное лицо", "Контакт", "ФИО"),
    "contact_position": ("Должность автора", "Должность"),
    "contact_email": ("Почта автора", "Эл. почта", "E-mail", "Электронная почта"),
    "contact_phone": ("Телефон автора", "Телефон"),
    "target_groups": ("Для кого", "Целевые группы", "Целевая группа"),
    "ages": ("Возраст", "Возраст детей"),
    "situations": ("Жизненные ситуации",),
    "prevention": ("Уровень профилактики",),
    "what_is_done": ("Что делается", "Описание", "Что делают"),
    "who_does_it": ("Кто делает", "Кто это делает"),
    "what_is_needed": ("Что нужно", "Что для этого нужно"),
    "problem": ("Проблема",),
    "goal": ("Цель",),
    "steps": ("Шаги", "Алгоритм", "Шаги внедрения"),
    "core": ("Ядро", "Что менять нельзя"),
    "adaptable": ("Что можно менять",),
    "normative": ("Нормативная база",),
    "formats": ("Форматы", "Формат"),
    "people": ("Люди", "Кадры"),
    "processes": ("Правила и процессы", "Процессы"),
    "tools": ("Вещи и помещения", "Оборудование"),
    "cost_once": ("Затраты на запуск, ₽", "Разовые затраты"),
    "cost_year": ("Затраты в год, ₽", "Затраты в год"),
    "cost_family": ("Затраты на семью, ₽", "Затраты на семью"),
    "staff": ("Ставки", "Штат", "Штатных единиц"),
    "launch_months_min": ("Запуск, месяцев от", "Срок запуска от"),
    "launch_months_max": ("Запуск, месяцев до", "Срок запуска до"),
    "first_unit": ("Первый результат",),
    "results": ("Результаты",),
    "conditions": ("Где подходит", "Условия применения"),
    "risks": ("Риски",),
    "materials": ("Материалы",),
    "mentor_capacity": ("Скольких сопровождает автор",),
    "review_due": ("Пересмотр до", "Дата пересмотра"),
    "evidence": ("Доказательность", "Уровень доказательности"),
    "found_through": ("Откуда известна",),
    "status": ("Статус",),
    "demo": ("Демо", "demo"),
}
"""Our column names and the headings people write; the first of each is written by our own export."""
POSITION: dict[str, tuple[str, ...]] = {"number": ("№", "№ п/п", "№ пп", "Номер")}
"""Where a row stands in somebody's list: read over, for it says nothing of whose row it is."""
LISTS = ("ages", "situations", "core", "adaptable", "normative", "materials")
NUMBERS = ["start_year", "cost_once", "cost_year", "cost_family", "launch_months_min", "launch_months_max"]
TEXTS = [
    "name",
    "effect",
    "contact_name",
    "contact_position",
    "contact_phone",
    "what_is_done",
    "who_does_it",
    "what_is_needed",
    "problem",
    "goal",
    "first_unit",
    "conditions",
    "mentor_capacity",
    "found_through",
]
PRACTICE_LIMITS = {
    "name": 255,
    "effect": 300,
    "contact_name": 255,
    "contact_position": 255,
    "contact_phone": 40,
    "found_through": 80,
    "first_unit": 255,
    "mentor_capacity": 255,
}
YES = {"да", "yes", "1", "true", "x", "+"}


class Fault(ValueError):
    """What is wrong with a cell, for the reader."""


@dataclass
class Known:
    """What rows are checked against, read once."""

    practices: KnownPractices
    organisations: OrganisationNames
    codes: dict[str, Organisation]
    """Organisations by code."""
    gazetteer: Gazetteer
    territories: set[int] | None = None
    """Ids the person may write to; None: all."""
    publishing: set[int] | None = None
    """Territories whose practices the importer's user may publish or take out of the catalogue; None: all."""
    seen: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    """Keys of the names in the file."""


Reader = Callable[[str, str, Known], Columns]


def _text(column: str, text: str, _known: Known) -> dict[str, object]:
    value = "\n".join(clean(line) for line in text.splitlines()).strip()
    if len(value) > PRACTICE_LIMITS.get(column, 6000):
        raise Fault(
            _(
                "«%(column)s» is longer than %(number)s characters.",
                column=PRACTICE_HEADINGS[column][0],
                number=PRACTICE_LIMITS[column],
            )
            if column in PRACTICE_LIMITS
            else _("«%(column)s» is too long.", column=PRACTICE_HEADINGS[column][0])
        )
    return {column: value}


def _number(column: str, text: str, _known: Known) -> dict[str, object]:
    if not text:
        return {column: None}
    try:
        value = float("".join(text.split()).replace(",", "."))
    except ValueError:
        raise Fault(_not_a_number(column, text)) from None
    if not 0 <= value <= 1_000_000_000 or (column != "staff" and value != int(value)):
        raise Fault(_not_a_number(column, text))
    return {column: value if column == "staff" else int(value)}


def _not_a_number(column: str, text: str) -> str:
    return str(
        _("«%(column)s»: «%(text)s» is not a suitable number.", column=PRACTICE_HEADINGS[column][0], text=text[:40])
    )


def _items(column: str, text: str, _known: Known) -> dict[str, object]:
    if column in ("ages", "situations"):
        text = text.replace(";", "\n")
    return {column: passport.lines(text)}


def choice(kind: type[Enum], names: dict[Any, object]) -> Reader:
    """Reads a code of ours or its name in either language; an empty cell is None."""

    def read(column: str, text: str, _known: Known) -> dict[str, object]:
        if not text:
            return {column: None}
        for member in kind:
            if sort_key(text) in (sort_key(member.value), sort_key(str(names.get(member, "")))):
                return {column: member}
        known = ", ".join(f"«{names[member]}»" for member in kind if member in names)
        raise Fault(
            _(
                "«%(column)s»: «%(text)s» is unknown. Known: %(known)s.",
                column=PRACTICE_HEADINGS[column][0],
                text=text,
                known=known,
            )
        )

    return read


def _sphere(column: str, text: str, known: Known) -> dict[str, object]:
    return choice(Sphere, SPHERE_LABELS)(column, text, known)


def _groups(column: str, text: str, known: Known) -> dict[str, object]:
    read = choice(TargetGroup, labels.GROUP_LABELS)
    parts = [part.strip() for part in text.replace("\n", ";").split(";") if part.strip()]
    return {"groups": [read(column, part, known)[column] for part in parts]}


def _formats(column: str, text: str, _known: Known) -> dict[str, object]:
    found = []
    for part in (part.strip() for part in text.replace(",", ";").split(";") if part.strip()):
        for code, label in labels.FORMAT_LABELS.items():
            if sort_key(part) in (sort_key(code), sort_key(str(label))):
                found.append(code)
                break
        else:
            raise Fault(_("«%(column)s»: «%(text)s» is unknown.", column=PRACTICE_HEADINGS[column][0], text=part))
    return {column: [code for code in labels.FORMAT_LABELS if code in found]}


def _territory(_column: str, text: str, known: Known) -> dict[str, object]:
    if not text:
        raise Fault(_("No municipality."))
    found: Territory | None = known.gazetteer.find(text)
    if found is None:
        near = known.gazetteer.suggest(text)
        hint = " " + _("Perhaps: %(names)s.", names=", ".join(near)) if near else ""
        raise Fault(_("There is no municipality «%(text)s».", text=text) + hint)
    return {"territory_id": found.id}


def _email(column: str, text: str, _known: Known) -> dict[str, object]:
    address = email_key(text)
    if address and ("@" not in address[1:] or " " in address or len(address) > 254):
        raise Fault(_("«%(text)s» is not an e-mail address.", text=text))
    return {column: address}


def _date(column: str, text: str, _known: Known) -> dict[str, object]:
    if not text:
        return {column: None}
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return {column: datetime.strptime(text, pattern).date()}
        except ValueError:
            continue
    raise Fault(_("«%(text)s» is not a date. Write it as 28.05.2028.", text=text))


def _steps(column: str, text: str, _known: Known) -> dict[str, object]:
    return {column: passport.read_steps(text)}


def _results(column: str, text: str, _known: Known) -> dict[str, object]:
    return {column: passport.read_results(text)}


def _risks(column: str, text: str, _known: Known) -> dict[str, object]:
    return {column: passport.read_risks(text)}


def _demo(column: str, text: str, _known: Known) -> dict[str, object]:
    return {column: text.casefold() in YES}


READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(LISTS, _items),
    "staff": _number,
    "sphere": _sphere,
    "prevention": choice(Prevention, labels.PREVENTION_LABELS),
    "evidence": choice(Evidence, labels.EVIDENCE_LABELS),
    "target_groups": _groups,
    "formats": _formats,
    "territory": _territory,
    "contact_email": _email,
    "review_due": _date,
    "steps": _steps,
    "results": _results,
    "risks": _risks,
    "demo": _demo,
}
