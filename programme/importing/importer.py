"""The programme's import and its workbook: one row a talk, as organisers have it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from forum.models import Forum
from forum.queries import rooms_of, sections_of
from kernel.documents import sheets
from kernel.documents.sheets import Column, Table
from kernel.imports import Plan
from kernel.text import sort_key
from kernel.zones import today
from programme import queries
from programme.exports import invented
from programme.importing import cells, layouts
from programme.importing import queries as importing_queries
from programme.importing.layouts.context import Familiar
from programme.importing.plan import make_plan
from programme.items import Item
from programme.labels import KIND_LABELS, TALK_FORMAT_LABELS
from programme.models import Slot

COLUMNS = [
    Column("ID", 12),
    Column("Дата", 12),
    Column("Начало", 9),
    Column("Окончание", 11),
    Column("Секция", 34),
    Column("Зал", 18),
    Column("Площадка проведения", 24),
    Column("Вид", 16),
    Column("Название", 60),
    Column("Спикер", 34),
    Column("Должность", 34),
    Column("Организация", 40),
    Column("Муниципалитет", 30),
    Column("Формат", 14),
    Column("Практика", 34),
]
KIND_WORDS = {
    "opening": "Открытие",
    "talk": "Выступление",
    "break": "Перерыв",
    "lunch": "Обед",
    "open_microphone": "Открытый микрофон",
    "film": "Фильм",
    "closing": "Закрытие",
}
FORMAT_WORDS = {"in_person": "очно", "remote": "дистанционно", "recorded": "запись"}


def read(name: str, body: bytes, forum: Forum | None) -> Table:
    """The file's table, however it is laid out; None: of a forum still to be made. Raises FileRefused."""
    return layouts.read(name, body, _familiar(forum) if forum else Familiar(today()))


def _familiar(forum: Forum) -> Familiar:
    sections, rooms = sections_of(forum.id), rooms_of(forum.id)
    names = {sort_key(name) for one in sections for name in (one.name, one.short_name) if name}
    held = {room: [one.name for one in sections if one.room_id == room.id] for room in rooms}
    alone = {sort_key(room.name): found[0] for room, found in held.items() if len(found) == 1}
    return Familiar(forum.date_start, frozenset(names), frozenset(sort_key(room.name) for room in rooms), alone)


def plan_table(forum: Forum, table: Table) -> Plan[Item]:
    return make_plan(forum, table)


def plan(forum: Forum, name: str, body: bytes) -> Plan[Item]:
    """What the file would do. Raises FileRefused when it cannot be read at all."""
    return make_plan(forum, read(name, body, forum))


def undecided(forum: Forum, plan: Plan[Item]) -> int:
    """How many people of the file have not said yet whether their names may be published."""
    named = {person.key for item in plan.actions for person in item.people}
    return len(named - importing_queries.decided_keys(forum.series_id))


def unshown(number: int) -> str:
    """What becomes of so many names without a consent."""
    return ngettext(
        "%(num)d speaker of the file has not agreed to have the name published: the name will not be shown.",
        "%(num)d speakers of the file have not agreed to have their names published: the names will not be shown.",
        number,
    )


def template(forum: Forum) -> bytes:
    """An empty workbook with the right headings, one example row and hints."""
    example = [
        "1",
        forum.date_start,
        "10:00",
        "10:15",
        section.name if (section := next(iter(sections_of(forum.id)), None)) else "Ранняя помощь",
        room.name if (room := next(iter(rooms_of(forum.id)), None)) else "Зал 1",
        room.venue.name if room else "",
        "Выступление",
        "ПРИМЕР, замените: как работает выездная служба",
        "Примерова Анна Сергеевна",
        "заведующая отделением",
        "Центр помощи семье",
        "Тулун",
        "очно",
        "",
    ]
    hints = [
        _("One row is one item of the programme. Only the start, the end, the section and the title must be filled."),
        _("Kinds: %(known)s.", known=", ".join(KIND_WORDS.values())),
        _("Formats: %(known)s.", known=", ".join(FORMAT_WORDS.values())),
        _("Several speakers of one talk: in one cell, separated by semicolons; positions in the same order."),
        _("Keep the ID: by it a row is found again when the file is loaded a second time."),
    ]
    return sheets.xlsx("Программа", COLUMNS, [example], hints)


def workbook(forum: Forum) -> bytes:
    """The whole programme as a workbook that the import reads back."""
    notes = [invented(forum)] if forum.demo else []
    return sheets.xlsx("Программа", COLUMNS, [_cells(slot) for slot in queries.slots_of(forum.id)], notes)


def _cells(slot: Slot) -> list[object]:
    people = slot.appearances
    return [
        slot.code,
        slot.starts.date(),
        f"{slot.starts:%H:%M}",
        f"{slot.ends:%H:%M}",
        slot.section.name,
        slot.hall.name if slot.hall else "",
        slot.hall.venue.name if slot.hall else "",
        KIND_WORDS[slot.kind.value],
        slot.title,
        "; ".join(a.speaker.name for a in people),
        cells.together([a.position for a in people]),
        cells.together([a.organisation_name for a in people]),
        cells.together([a.comes_from for a in people]),
        FORMAT_WORDS[slot.format.value],
        slot.practice.name if slot.practice else "",
    ]


assert set(KIND_WORDS) == {kind.value for kind in KIND_LABELS}
assert set(FORMAT_WORDS) == {form.value for form in TALK_FORMAT_LABELS}
