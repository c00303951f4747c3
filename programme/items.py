"""An item of the programme as somebody wants it, by a workbook's row or a form; and what it must keep to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _

from accounts.queries import OrganisationNames, all_organisations
from accounts.settings import site
from forum.models import Forum, Room, Section
from forum.queries import rooms_of, sections_of
from kernel.i18n import clock, day
from kernel.text import inner, sort_key
from practices.models import Practice
from programme import queries
from programme.importing import queries as importing_queries
from programme.labels import KIND_LABELS, TALK_FORMAT_LABELS
from programme.models import Appearance, Slot, SlotKind, TalkFormat
from speakers.models import Speaker
from territories.gazetteer import Gazetteer
from territories.models import Territory
from territories.queries import regions


@dataclass
class Person:
    name: str
    position: str
    organisation: str
    territory: Territory | None
    place: str = ""
    """Where from, as written, of a place that is in no list."""
    identity: str = ""
    """The key of a speaker already known, else the name's own."""

    @property
    def key(self) -> str:
        return self.identity or sort_key(self.name)


@dataclass
class Item:
    """What an item should be. A chosen section or room is meant whatever else bears its name."""

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
    faults: list[tuple[str, str]] = field(default_factory=list)
    """(what is at fault, what is wrong with it in the reader's language)."""
    warnings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What is possible and yet hardly meant."""
    slot: Slot | None = None
    changes: list[str] = field(default_factory=list)
    chosen_section: Section | None = None
    chosen_room: Room | None = None
    venue: str = ""
    """Of two rooms of one name it tells which is meant."""

    @property
    def errors(self) -> list[str]:
        return [text for _name, text in self.faults]

    def blame(self, name: str, text: str) -> None:
        """`name`: title, section, room, kind, format, when, people or double."""
        self.faults.append((name, text))


def as_item(slot: Slot) -> Item:
    """A slot as it stands."""
    people = [
        Person(a.speaker.name, a.position, a.organisation_name, a.territory, a.place, a.speaker.identity_key)
        for a in slot.appearances
    ]
    return Item(
        0,
        slot.source_id or "",
        slot.section.name,
        slot.room.name if slot.room else "",
        slot.kind,
        slot.format,
        slot.title,
        slot.starts,
        slot.ends,
        people,
        slot.practice,
        slot=slot,
        chosen_section=slot.section,
        chosen_room=slot.room,
    )


class Known:
    """What the forum has already, by the keys items are matched with; a fixed number of queries."""

    def __init__(self, forum: Forum) -> None:
        self.forum = forum
        self.all_sections = sections_of(forum.id)
        # A short name means a section only where it is nobody's full name.
        self.sections: dict[str, Section] = {sort_key(s.short_name): s for s in self.all_sections if s.short_name}
        self.sections |= {s.name_key: s for s in self.all_sections}
        self.all_rooms = rooms_of(forum.id)
        self.rooms: dict[str, Room] = {sort_key(r.name): r for r in self.all_rooms}
        self.halls = {(sort_key(r.venue.name), sort_key(r.name)): r for r in self.all_rooms}
        self.slots = queries.slots_of(forum.id, cancelled=True)
        self.practices = importing_queries.practices_by_key()
        self.speakers: dict[str, Speaker] = importing_queries.speakers_by_key(forum.series_id)
        self.places = importing_queries.places_by_key(forum.series_id)
        self.organisations = OrganisationNames(all_organisations())
        self.gazetteer = Gazetteer(site().region)
        self.regions: dict[str, Territory] = {region.name_key: region for region in regions()}

    def territory(self, name: str) -> Territory | None:
        """A municipality of the site's region, or another region."""
        return self.gazetteer.find(name) or self.regions.get(sort_key(name))

    def last_appearance(self, name: str, slot: Slot | None) -> Appearance | None:
        """How the speaker of that name was presented last at this forum; of namesakes only who holds the slot."""
        found = [a for one in self.slots for a in one.appearances if a.speaker.name_key == sort_key(name)]
        own = [a for a in found if slot is not None and a.slot_id == slot.id]
        return (own or found)[-1] if own or len({a.speaker_id for a in found}) == 1 else None

    def room_by_id(self, room_id: int | None) -> Room | None:
        return next((room for room in self.all_rooms if room.id == room_id), None)

    def section_by_id(self, section_id: int) -> Section | None:
        return next((section for section in self.all_sections if section.id == section_id), None)

    def room_key(self, item: Item) -> object:
        """The room's id; the name of one that is not there yet."""
        room = item.chosen_room or self.find_room(item.room, item.venue)
        return room.id if room else (sort_key(item.venue), sort_key(item.room))

    def find_room(self, name: str, venue: str) -> Room | None:
        """The room of that name, at that venue if one is named."""
        return self.halls.get((sort_key(venue), sort_key(name))) if venue else self.rooms.get(sort_key(name))


def check_times(item: Item, forum: Forum) -> None:
    """The forum's own days, an end after the beginning, half a day at most."""
    if item.starts is None or item.ends is None:
        return
    if item.ends <= item.starts:
        item.blame(
            "when",
            _(
                "It ends (%(end)s) before it begins (%(start)s).",
                end=clock(item.ends),
                start=clock(item.starts),
            ),
        )
    elif item.ends - item.starts > timedelta(hours=12):
        item.doubts.append(_("It lasts longer than 12 hours."))
    if not forum.date_start <= item.starts.date() <= forum.date_end:
        item.blame("when", _("%(date)s is not a day of the forum.", date=day(item.starts.date())))


def find_place(name: str, item: Item, known: Known) -> tuple[Territory | None, str]:
    """(the territory of that name, "") or (None, the name as written): speakers come from any region or country."""
    name = name[:255]
    territory = known.territory(name) if name else None
    if territory is not None or not name:
        return territory, ""
    text = _("«%(name)s» is not on the list of places: kept as written.", name=inner(name))
    if near := known.gazetteer.suggest(name):
        item.doubts.append(text + _(" Perhaps: %(names)s.", names=", ".join(f"«{one}»" for one in near)))
    else:
        item.warnings.append(text)
    return None, name


def find_double(item: Item, known: Known) -> None:
    """The same title in the same section at the same time: sent twice, most likely."""
    wanted = (sort_key(item.title), item.starts)
    section = item.chosen_section
    for slot in known.slots:
        if not slot.cancelled and section and slot.section_id == section.id and wanted == (slot.title_key, slot.starts):
            item.blame("title", _("This item is in the programme already, at the same time."))


def compare(item: Item, slot: Slot) -> list[tuple[str, str, str]]:
    """(what, as it stands, as it is wanted) of everything that differs, whether it is cancelled left out."""
    pairs: list[tuple[str, str, str]] = [
        (_("title"), slot.title, item.title),
        (_("section"), slot.section.name, _section_text(item, slot)),
        (_("room"), *_rooms_text(item, slot)),
        (_("kind"), str(KIND_LABELS[slot.kind]), str(KIND_LABELS[item.kind])),
        (_("format"), str(TALK_FORMAT_LABELS[slot.format]), str(TALK_FORMAT_LABELS[item.format])),
        (_("practice"), slot.practice.name if slot.practice else "", item.practice.name if item.practice else ""),
        (_("speakers"), _people_text(as_item(slot).people), _people_text(item.people)),
    ]
    if item.starts and item.ends:
        pairs.append((_("time"), _when(slot.starts, slot.ends), _when(item.starts, item.ends)))
    return [pair for pair in pairs if pair[1] != pair[2]]


def changes(item: Item, slot: Slot) -> list[str]:
    """What would change, as «field: was → becomes»; a workbook's row brings a cancelled item back."""
    pairs = compare(item, slot)
    if slot.cancelled:
        pairs.append((_("state"), _("cancelled"), _("in the programme")))
    return [f"{name}: {before or '—'} → {after or '—'}" for name, before, after in pairs]


def _section_text(item: Item, slot: Slot) -> str:
    same = item.chosen_section is slot.section or sort_key(item.section) == slot.section.name_key
    return slot.section.name if same else item.section


def _rooms_text(item: Item, slot: Slot) -> tuple[str, str]:
    """Where they take place: to name the section's room, or none, is the same."""
    now, wanted = slot.hall, item.chosen_room
    if not item.room:
        wanted = (item.chosen_section or slot.section).room
    if now and wanted and now.id != wanted.id and now.name == wanted.name:
        return f"{now.name}, {now.venue.name}", f"{wanted.name}, {wanted.venue.name}"
    if now and not wanted and item.venue and sort_key(item.venue) != sort_key(now.venue.name):
        return f"{now.name}, {now.venue.name}", f"{item.room}, {item.venue}"
    return now.name if now else "", wanted.name if wanted else item.room


def _when(starts: datetime, ends: datetime) -> str:
    return f"{starts:%d.%m} {starts:%H:%M}–{ends:%H:%M}"


def _people_text(people: list[Person]) -> str:
    rows = [(p.name, p.position, p.organisation, p.territory.name if p.territory else p.place) for p in people]
    return "; ".join(", ".join(part for part in row if part) for row in rows)
