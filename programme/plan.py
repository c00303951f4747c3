"""What an organiser's workbook would do to a forum's programme: rows read, checked and matched, nothing written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _

from accounts.models import Organisation
from accounts.queries import organisations_by_key
from accounts.settings import site
from forum.models import Forum, Room, Section
from forum.queries import rooms_of, sections_of
from kernel.documents.sheets import Table, as_text
from kernel.i18n import clock, day
from kernel.imports import Plan, Row, Verdict
from kernel.text import clean, mixed_words, sort_key
from practices.models import Practice
from programme import cells, queries
from programme.labels import KIND_LABELS, TALK_FORMAT_LABELS
from programme.models import Slot, SlotKind, TalkFormat
from speakers.models import Speaker
from territories.models import Territory
from territories.queries import Gazetteer

KNOWN = {
    "id": ("ID", "№", "№ п/п", "Код"),
    "date": ("Дата", "День", "Date"),
    "start": ("Начало", "Время начала", "Время", "Start"),
    "end": ("Окончание", "Конец", "Время окончания", "End"),
    "section": ("Секция", "Площадка", "Тематическая площадка", "Section"),
    "room": ("Зал", "Аудитория", "Кабинет", "Room"),
    "kind": ("Вид", "Тип", "Вид пункта", "Kind"),
    "title": ("Название", "Тема", "Тема выступления", "Название выступления", "Title"),
    "speaker": ("Спикер", "Спикеры", "Спикер(ы)", "ФИО", "ФИО спикера", "Докладчик", "Speaker"),
    "position": ("Должность", "Position"),
    "organisation": ("Организация", "Место работы", "Учреждение", "Organisation"),
    "municipality": ("Муниципалитет", "Территория", "Муниципальное образование", "Municipality"),
    "format": ("Формат", "Формат участия", "Format"),
    "practice": ("Практика", "Название практики", "Practice"),
}
NEEDED = ("start", "section", "title")


@dataclass
class Person:
    name: str
    position: str
    organisation: str
    territory: Territory | None

    @property
    def key(self) -> str:
        return sort_key(self.name)


@dataclass
class Item:
    """One row, read."""

    number: int
    source_id: str
    section: str
    room: str
    kind: SlotKind
    format: TalkFormat
    title: str
    starts: datetime | None
    ends: datetime | None
    people: list[Person]
    practice: Practice | None
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    slot: Slot | None = None
    changes: list[str] = field(default_factory=list)


class Known:
    """What the forum has already, by the keys rows are matched with; a fixed number of queries."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum
        self.sections: dict[str, Section] = {s.name_key: s for s in sections_of(forum.id)}
        self.sections |= {sort_key(s.short_name): s for s in self.sections.copy().values() if s.short_name}
        self.rooms: dict[str, Room] = {sort_key(r.name): r for r in rooms_of(forum.id)}
        self.slots = queries.slots_of(forum.id, cancelled=True)
        self.practices = queries.practices_by_key()
        self.speakers: dict[str, Speaker] = queries.speakers_by_key(forum.series_id)
        self.organisations: dict[str, Organisation] = organisations_by_key()
        self.gazetteer = Gazetteer(site().region)
        self.by_id = {slot.source_id: slot for slot in self.slots if slot.source_id}
        self.by_title = {(slot.section_id, slot.title_key): slot for slot in self.slots}
        self.by_time = {
            (slot.section_id, slot.starts, person.speaker.identity_key): slot
            for slot in self.slots
            for person in slot.appearances
        }


def make_plan(forum: Forum, table: Table) -> Plan[Item]:
    """Read and check every row against the forum. Raises nothing: what is wrong is said in the rows."""
    known = Known(forum)
    items = [_read(number, values, known) for number, values in table.rows]
    _match(items, known)
    _find_doubles(items)
    _find_clashes(items, known)
    for item in items:
        if item.slot is not None:
            item.changes = _changes(item, item.slot)
    plan = Plan([_row(item) for item in items], [item for item in items if not item.errors])
    matched = {item.slot.id for item in items if item.slot is not None}
    plan.absent = [_name(slot) for slot in known.slots if slot.id not in matched and not slot.cancelled]
    plan.creates = _creates(items, known)
    plan.notes = table.notes
    return plan


def _read(number: int, values: dict[str, Any], known: Known) -> Item:
    text = {name: clean(as_text(values.get(name))) for name in KNOWN}
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
    _read_words(item, text)
    _read_when(item, values, known.forum)
    _read_people(item, values, known)
    if text["practice"]:
        item.practice = known.practices.get(sort_key(text["practice"]))
        if item.practice is None:
            near = get_close_matches(sort_key(text["practice"]), list(known.practices), 1, 0.6)
            hint = _(" Perhaps «%(name)s»?", name=known.practices[near[0]].name) if near else ""
            item.warnings.append(
                _(
                    "There is no practice «%(name)s» in the catalogue: the talk stays without one.",
                    name=text["practice"],
                )
                + hint
            )
    return item


def _read_words(item: Item, text: dict[str, str]) -> None:
    if not item.title:
        item.errors.append(_("The title is empty."))
    elif len(item.title) > 500:
        item.errors.append(_("The title is longer than 500 characters."))
    if not item.section:
        item.errors.append(_("The section is empty."))
    elif len(item.section) > 255 or len(item.room) > 120:
        item.errors.append(_("The name of the section or room is too long."))
    kind = cells.read_kind(text["kind"])
    if kind is None:
        item.errors.append(_("Unknown kind «%(kind)s». Known: %(known)s.", kind=text["kind"], known=_all(KIND_LABELS)))
    item.kind = kind or SlotKind.talk
    form = cells.read_format(text["format"])
    if form is None:
        known = _all(TALK_FORMAT_LABELS)
        item.errors.append(_("Unknown format «%(format)s». Known: %(known)s.", format=text["format"], known=known))
    item.format = form or TalkFormat.in_person


def _all(labels: dict[Any, Any]) -> str:
    return ", ".join(str(label).lower() for label in labels.values())


def _read_when(item: Item, values: dict[str, Any], forum: Forum) -> None:
    written = values.get("date")
    date = cells.read_date(written, forum.date_start.year)
    if date is None and written in (None, "") and forum.date_start == forum.date_end:
        date = forum.date_start
    if date is None:
        item.errors.append(_("The date «%(text)s» cannot be read. Write it as 28.05.2026.", text=as_text(written)))
    elif not forum.date_start <= date <= forum.date_end:
        item.errors.append(_("%(date)s is not a day of the forum.", date=day(date)))
    start, end = values.get("start"), values.get("end")
    if end in (None, "") and (pair := cells.split_range(start)):
        start, end = pair
    begins, ends = cells.read_time(start), cells.read_time(end)
    if begins is None:
        item.errors.append(_("The start «%(text)s» is not a time. Write it as 09:30.", text=as_text(start)))
    if ends is None:
        item.errors.append(_("The end «%(text)s» is not a time. Write it as 09:45.", text=as_text(end)))
    if date and begins and ends:
        item.starts, item.ends = datetime.combine(date, begins), datetime.combine(date, ends)
        if item.ends <= item.starts:
            item.errors.append(
                _("It ends (%(end)s) before it begins (%(start)s).", end=clock(ends), start=clock(begins))
            )
        elif item.ends - item.starts > timedelta(hours=12):
            item.errors.append(_("It lasts longer than 12 hours."))


def _read_people(item: Item, values: dict[str, Any], known: Known) -> None:
    names = cells.split_people(as_text(values.get("speaker")).replace("\r", ""))
    if not names:
        if item.kind is SlotKind.talk:
            item.warnings.append(_("The talk has no speaker yet."))
        return
    columns = {
        name: cells.spread(as_text(values.get(name)), len(names))
        for name in ("position", "organisation", "municipality")
    }
    for place, name in enumerate(names):
        if len(name) > 255:
            item.errors.append(_("The name of a speaker is longer than 255 characters."))
            continue
        if words := mixed_words(name):
            item.warnings.append(_("Latin letters among Cyrillic ones: %(words)s.", words=", ".join(words)))
        position, organisation = columns["position"][place], columns["organisation"][place]
        if max(len(position), len(organisation)) > 255:
            item.errors.append(_("The position or organisation of a speaker is longer than 255 characters."))
        written = columns["municipality"][place]
        territory = known.gazetteer.find(written) if written else None
        if written and territory is None:
            near = known.gazetteer.suggest(written)
            hint = _(" Perhaps: %(names)s.", names=", ".join(f"«{one}»" for one in near)) if near else ""
            item.errors.append(_("There is no municipality «%(name)s».", name=written) + hint)
        item.people.append(Person(name, position[:255], organisation[:255], territory))


def _match(items: list[Item], known: Known) -> None:
    for item in items:
        section = known.sections.get(sort_key(item.section))
        if item.source_id and item.source_id in known.by_id:
            item.slot = known.by_id[item.source_id]
        elif section is not None and not (item.source_id and known.by_id):
            item.slot = known.by_title.get((section.id, sort_key(item.title)))
            if item.slot is None and item.starts and item.people:
                item.slot = known.by_time.get((section.id, item.starts, item.people[0].key))


def _find_doubles(items: list[Item]) -> None:
    seen: dict[object, int] = {}
    for item in items:
        keys: list[object] = [("id", item.source_id)] if item.source_id else []
        if item.slot is not None:
            keys.append(("slot", item.slot.id))
        elif not item.source_id:
            keys.append(("title", sort_key(item.section), sort_key(item.title), item.starts))
        for key in keys:
            if key in seen:
                item.errors.append(_("The same as row %(number)d. Leave one of them.", number=seen[key]))
                break
            seen[key] = item.number


def _find_clashes(items: list[Item], known: Known) -> None:
    """Two things in one room at once, or a speaker in two places, among the rows and what stays beside them."""
    matched = {item.slot.id for item in items if item.slot is not None}
    rooms: dict[str, list[tuple[datetime, datetime, str, Item | None]]] = defaultdict(list)
    people: dict[str, list[tuple[datetime, datetime, str, Item | None]]] = defaultdict(list)
    for item in items:
        if item.starts is None or item.ends is None or item.ends <= item.starts:
            continue
        entry = (item.starts, item.ends, _("row %(number)d", number=item.number), item)
        if item.room:
            rooms[sort_key(item.room)].append(entry)
        for key in {person.key for person in item.people}:
            people[key].append(entry)
    for slot in known.slots:
        if slot.id in matched or slot.cancelled:
            continue
        stays = (slot.starts, slot.ends, f"«{slot.title}»", None)
        if slot.room is not None:
            rooms[sort_key(slot.room.name)].append(stays)
        for appearance in slot.appearances:
            people[appearance.speaker.identity_key].append(stays)
    _report(rooms, lambda other: _("The room is taken at this time: %(other)s.", other=other))
    _report(people, lambda other: _("A speaker would be in two places at once: %(other)s.", other=other))


def _report(groups: dict[str, list[tuple[datetime, datetime, str, Item | None]]], say: Any) -> None:
    for entries in groups.values():
        entries.sort(key=lambda entry: (entry[0], entry[1]))
        for place, (start, end, name, item) in enumerate(entries):
            for other_start, _other_end, other_name, other in entries[place + 1 :]:
                if other_start >= end:
                    break
                if start < _other_end:
                    if item is not None:
                        item.errors.append(say(other_name))
                    if other is not None:
                        other.errors.append(say(name))


def _changes(item: Item, slot: Slot) -> list[str]:
    """What would change, as «field: was → becomes»."""
    pairs: list[tuple[str, str, str]] = [
        (_("title"), slot.title, item.title),
        (
            _("section"),
            slot.section.name,
            item.section if sort_key(item.section) != slot.section.name_key else slot.section.name,
        ),
        (_("room"), slot.room.name if slot.room else "", item.room),
        (_("kind"), str(KIND_LABELS[slot.kind]), str(KIND_LABELS[item.kind])),
        (_("format"), str(TALK_FORMAT_LABELS[slot.format]), str(TALK_FORMAT_LABELS[item.format])),
        (_("practice"), slot.practice.name if slot.practice else "", item.practice.name if item.practice else ""),
        (_("speakers"), _people_text(slot), _people_text(item)),
    ]
    if item.starts and item.ends:
        pairs.append((_("time"), _when(slot.starts, slot.ends), _when(item.starts, item.ends)))
    if slot.cancelled:
        pairs.append((_("state"), _("cancelled"), _("in the programme")))
    if item.source_id and slot.source_id != item.source_id:
        pairs.append(("ID", slot.source_id or "", item.source_id))
    return [f"{name}: {before or '—'} → {after or '—'}" for name, before, after in pairs if before != after]


def _when(starts: datetime, ends: datetime) -> str:
    return f"{starts:%d.%m} {starts:%H:%M}–{ends:%H:%M}"


def _people_text(source: Slot | Item) -> str:
    if isinstance(source, Slot):
        rows = [
            (a.speaker.name, a.position, a.organisation_name, a.territory.name if a.territory else "")
            for a in source.appearances
        ]
    else:
        rows = [(p.name, p.position, p.organisation, p.territory.name if p.territory else "") for p in source.people]
    return "; ".join(", ".join(part for part in row if part) for row in rows)


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
    return Row(item.number, when + (item.title or "—"), verdict, messages, item.warnings)


def _name(slot: Slot) -> str:
    return f"{slot.starts:%d.%m %H:%M} · {slot.title}"


def _creates(items: list[Item], known: Known) -> list[str]:
    sections = {
        sort_key(i.section): i.section for i in items if i.section and sort_key(i.section) not in known.sections
    }
    rooms = {sort_key(i.room): i.room for i in items if i.room and sort_key(i.room) not in known.rooms}
    people = {p.key: p.name for i in items for p in i.people if p.key not in known.speakers}
    found = [_("section «%(name)s»", name=name) for name in sections.values()]
    found += [_("room «%(name)s»", name=name) for name in rooms.values()]
    if people:
        found.append(_("new speakers: %(number)d", number=len(people)))
    return found
