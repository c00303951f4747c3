"""What an organiser's workbook would do to a forum's programme: rows read, checked and matched, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from typing import TypeVar

from flask_babel import gettext as _

from forum.models import Forum
from kernel.documents.sheets import Table, as_text
from kernel.i18n import day
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, inner, sort_key
from kernel.twins import name_doubt
from programme import clashes
from programme.importing import cells, namesakes
from programme.importing.dates import read_date
from programme.importing.matching import match
from programme.importing.times import over_midnight, read_when
from programme.items import Item, Known, Person, as_item, changes, check_times, find_place
from programme.labels import KIND_LABELS, TALK_FORMAT_LABELS
from programme.models import Slot, SlotKind, TalkFormat

ITEM_HEADINGS = {
    "id": ("ID", "Код"),
    "number": ("№", "№ п/п", "№ пп", "Номер", "N"),
    "date": ("Дата", "День", "Date"),
    "start": ("Начало", "Время начала", "Время", "Start"),
    "end": ("Окончание", "Конец", "Время окончания", "End"),
    "duration": ("Длительность", "Продолжительность", "Хронометраж", "Минут", "Duration"),
    "section": ("Секция", "Площадка", "Тематическая площадка", "Section"),
    "room": ("Зал", "Аудитория", "Кабинет", "Room"),
    "venue": ("Площадка проведения", "Место проведения", "Venue"),
    "kind": ("Вид", "Тип", "Вид пункта", "Kind"),
    "title": ("Название", "Тема", "Тема выступления", "Название выступления", "Title"),
    "speaker": ("Спикер", "Спикеры", "Спикер(ы)", "ФИО", "ФИО спикера", "Докладчик", "Speaker"),
    "position": ("Должность", "Position"),
    "organisation": ("Организация", "Место работы", "Учреждение", "Organisation"),
    "municipality": ("Муниципалитет", "Территория", "Муниципальное образование", "Municipality"),
    "format": ("Формат", "Формат участия", "Format"),
    "practice": ("Практика", "Название практики", "Practice"),
}
E = TypeVar("E", bound=Enum)


def make_plan(forum: Forum, table: Table) -> Plan[Item]:
    """Read and check every row against the forum. Raises nothing: what is wrong is said in the rows."""
    known = Known(forum)
    items = [_read(number, values, known) for number, values in table.rows]
    match(items, known)
    told = table.told
    for item, (_number, values) in zip(items, table.rows, strict=True):
        _find_practice(item, clean(as_text(values.get("practice"))), known)
        if item.slot is not None:
            _stay(item, item.slot)
            _keep_untold(item, as_item(item.slot), told, values)
        if item.kind is SlotKind.talk and not item.people:
            item.warnings.append(_("The talk has no speaker yet."))
    _find_doubles(items)
    namesakes.tell_apart(items, known)
    clashes.tell([item for item in items if not item.errors], known)
    for item in items:
        if item.slot is not None:
            item.changes = changes(item, item.slot)
    plan = Plan(with_oddities([_row(item) for item in items], table), [item for item in items if not item.errors])
    matched = {item.slot.id for item in items if item.slot is not None}
    plan.absent = [_name(slot) for slot in known.slots if slot.id not in matched and not slot.cancelled]
    plan.creates = _creates(plan.actions, known)
    plan.notes = table.notes
    return plan


def _read(number: int, values: dict[str, object], known: Known) -> Item:
    text = {name: clean(as_text(values.get(name))) for name in ITEM_HEADINGS}
    item = Item(
        number,
        text["id"][:64],
        text["section"],
        text["room"],
        SlotKind.talk,
        TalkFormat.in_person,
        text["title"],
        None,
        None,
        [],
        None,
    )
    item.venue = text["venue"][:255] if item.room else ""
    if item.venue:
        item.chosen_room = known.find_room(item.room, item.venue)
    elif text["venue"]:
        item.warnings.append(_("The venue «%(name)s» stands without a room: left out.", name=inner(text["venue"][:80])))
    _read_words(item, text)
    _read_when(item, values, known.forum)
    _read_people(item, values, known)
    return item


def _stay(item: Item, slot: Slot) -> None:
    """Of two rooms of one name the item's own is meant."""
    hall = slot.hall
    same = hall is not None and sort_key(item.venue) in ("", sort_key(hall.venue.name))
    if hall is not None and same and sort_key(item.room) == sort_key(hall.name):
        item.chosen_room = hall


def _keep_untold(item: Item, now: Item, told: set[str], values: dict[str, object]) -> None:
    """What no column of the file speaks of stays as it is; there is no item without a kind or a format."""
    if not as_text(values.get("kind")):
        item.kind = now.kind
    if not as_text(values.get("format")):
        item.format = now.format
    if "room" not in told:
        item.room, item.chosen_room = now.room, now.chosen_room
    if "practice" not in told:
        item.practice = now.practice
    if "speaker" not in told:
        item.people = now.people
    before = {sort_key(person.name): person for person in now.people}
    for person in item.people:
        if known := before.get(sort_key(person.name)):
            _keep_untold_of(person, known, told)


def _keep_untold_of(person: Person, now: Person, told: set[str]) -> None:
    if "position" not in told:
        person.position = now.position
    if "organisation" not in told:
        person.organisation = now.organisation
    if "municipality" not in told:
        person.territory, person.place = now.territory, now.place


def _find_practice(item: Item, name: str, known: Known) -> None:
    """The practice of that name: the item's own first, be it archived; of several, that of a speaker's municipality."""
    own, key = item.slot.practice if item.slot is not None else None, sort_key(name)
    found = [own] if own is not None and own.name_key == key else known.practices.get(key, [])
    places = {person.territory.id for person in item.people if person.territory}
    for some in ([practice for practice in found if practice.territory_id in places], found):
        if len(some) == 1:
            item.practice = some[0]
            return
    if found:
        item.warnings.append(
            _(
                "Several practices are called «%(name)s»: the talk stays without one. Choose it on the item's page.",
                name=inner(name),
            )
        )
    elif name:
        item.warnings.append(_unknown_practice(name, key, known))


def _unknown_practice(name: str, key: str, known: Known) -> str:
    near = get_close_matches(key, list(known.practices), 1, 0.6)
    hint = _(" Perhaps «%(name)s»?", name=inner(known.practices[near[0]][0].name)) if near else ""
    return _("There is no practice «%(name)s» in the catalogue: the talk stays without one.", name=inner(name)) + hint


def _read_words(item: Item, text: dict[str, str]) -> None:
    if not item.title:
        item.blame("title", _("The title is empty."))
    elif len(item.title) > 500:
        item.blame("title", _("The title is longer than 500 characters."))
    if not item.section:
        item.blame("section", _("The section is empty."))
    elif len(item.section) > 255 or len(item.room) > 120:
        item.blame("section", _("The name of the section or room is too long."))
    kind = cells.read_kind(text["kind"])
    if kind is None:
        item.blame("kind", _("Unknown kind «%(kind)s». Known: %(known)s.", kind=text["kind"], known=_all(KIND_LABELS)))
    item.kind = kind or SlotKind.talk
    form = cells.read_format(text["format"])
    if form is None:
        known = _all(TALK_FORMAT_LABELS)
        item.blame("format", _("Unknown format «%(format)s». Known: %(known)s.", format=text["format"], known=known))
    item.format = form or TalkFormat.in_person


def _all(labels: Mapping[E, object]) -> str:
    return ", ".join(str(label).lower() for label in labels.values())


def _read_when(item: Item, values: dict[str, object], forum: Forum) -> None:
    written, year = values.get("date"), forum.date_start.year
    when = read_when(values.get("start"), values.get("end"), values.get("duration"), year)
    date = read_date(written, year, forum.date_start) or when.day
    if date is None and written in (None, "") and forum.date_start == forum.date_end:
        date = forum.date_start
    if date is None and written in (None, ""):
        item.blame(
            "when", _("The date is missing: the forum lasts several days. Write it as %(day)s.", day=_day(forum))
        )
    elif date is None:
        item.blame("when", _("The date «%(text)s» cannot be read. Write it as 28.05.2026.", text=as_text(written)))
    elif when.day not in (None, date):
        item.blame("when", _("A date stands beside the time, and it is another: %(date)s.", date=day(when.day)))
    for fault in when.faults:
        item.blame("when", fault)
    item.warnings += when.remarks
    if date and when.begins and when.ends:
        item.starts, item.ends = datetime.combine(date, when.begins), datetime.combine(date, when.ends)
        if over_midnight(when.begins, when.ends):
            item.ends += timedelta(days=1)
            item.warnings.append(_("It ends after midnight, on %(date)s.", date=day(item.ends.date())))
        check_times(item, forum)


def _day(forum: Forum) -> str:
    return f"{forum.date_start:%d.%m.%Y}"


def _read_people(item: Item, values: dict[str, object], known: Known) -> None:
    names = cells.split_people(as_text(values.get("speaker")).replace("\r", ""))
    if not names:
        return
    columns = {
        name: cells.spread(as_text(values.get(name)), len(names))
        for name in ("position", "organisation", "municipality")
    }
    for place, name in enumerate(names):
        if len(name) > 255:
            item.blame("people", _("The name of a speaker is longer than 255 characters."))
            continue
        if doubt := name_doubt(name):
            item.warnings.append(doubt)
        position, organisation = columns["position"][place], columns["organisation"][place]
        if max(len(position), len(organisation)) > 255:
            item.blame("people", _("The position or organisation of a speaker is longer than 255 characters."))
        written = columns["municipality"][place]
        item.people.append(Person(name, position[:255], organisation[:255], *find_place(written, item, known)))


def _find_doubles(items: list[Item]) -> None:
    seen: dict[object, int] = {}
    for item in items:
        key = (sort_key(item.section), sort_key(item.title), item.starts, sort_key(item.room), sort_key(item.venue))
        if key in seen and item.slot is None:
            item.blame("double", _("The same as row %(number)s. Leave one of them.", number=seen[key]))
        seen.setdefault(key, item.number)


def _row(item: Item) -> Row:
    if item.errors:
        verdict, messages = Verdict.error, item.errors
    elif item.slot is None:
        verdict, messages = Verdict.create, []
    elif item.changes:
        verdict, messages = Verdict.change, item.changes
    else:
        verdict, messages = Verdict.same, []
    when = f"{item.starts:%d.%m %H:%M} · " if item.starts else ""
    title = when + (item.title or "—")
    return Row(item.number, title, verdict, messages, item.warnings, item.doubts, item, _about(item))


def _about(item: Item) -> str:
    """«до 10:20 · Ранняя помощь · Зал 1 · Примерова Анна Сергеевна»"""
    until = _("until %(time)s", time=f"{item.ends:%H:%M}") if item.ends else ""
    room = ", ".join(part for part in (item.room, item.venue) if part)
    people = "; ".join(person.name for person in item.people)
    return " · ".join(part for part in (until, item.section, room, people) if part)


def _name(slot: Slot) -> str:
    return f"{slot.starts:%d.%m %H:%M} · {slot.title}"


def _creates(items: list[Item], known: Known) -> list[str]:
    sections = {
        sort_key(i.section): i.section for i in items if i.section and sort_key(i.section) not in known.sections
    }
    rooms = {known.room_key(i): i.room for i in items if i.room and isinstance(known.room_key(i), tuple)}
    held = {sort_key(room.venue.name) for room in known.all_rooms}
    venues = {sort_key(i.venue): i.venue for i in items if i.room and i.venue and sort_key(i.venue) not in held}
    people = {p.key: p.name for i in items for p in i.people if p.key not in known.speakers}
    found = [_("section «%(name)s»", name=inner(name)) for name in sections.values()]
    found += [_("venue «%(name)s»", name=inner(name)) for name in venues.values()]
    found += [_("room «%(name)s»", name=inner(name)) for name in rooms.values()]
    if people:
        found.append(_("new speakers: %(number)d", number=len(people)))
    return found
