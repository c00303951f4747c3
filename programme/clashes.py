"""What can hardly be at once: two things in one place, two talks of one section, one person in two places.

Each is a doubt, asked about once and never a wall. `find` is a pure function over plain rows; `doubts` makes the rows
of what is wanted (by a form or a workbook) and of what stays beside it, and leaves out what clashes already.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from flask_babel import gettext as _

from kernel.asking import Doubtful
from kernel.i18n import clock
from kernel.text import sort_key
from programme.items import Item, Known
from programme.models import Slot, SlotKind

ON_STAGE = frozenset({SlotKind.opening, SlotKind.talk, SlotKind.open_microphone, SlotKind.closing})
"""What a section does one after another, wherever: beside a break or an exhibition something else may go on."""


class Entry(NamedTuple):
    """Something from `starts` to `ends`. Sections, rooms and people are told apart by whatever keys; None is none."""

    key: Hashable
    name: str
    starts: datetime
    ends: datetime
    section: Hashable
    room: Hashable
    """Its own room."""
    hall: Hashable
    """The section's room, where it is held without one of its own."""
    on_stage: bool
    people: frozenset[Hashable]

    @property
    def place(self) -> tuple[str, Hashable]:
        """Where it is held: without any room, at its section."""
        room = self.room or self.hall
        return ("room", room) if room else ("section", self.section)


class Kind(enum.Enum):
    """What clashes; the value names the field of an item it is about."""

    place = "room"
    section = "section"
    people = "people"


class Clash(NamedTuple):
    """`mine` and `other` are at once, and both have `what`."""

    kind: Kind
    what: Hashable
    mine: Entry
    other: Entry

    @property
    def pair(self) -> Hashable:
        """The same from both sides, and the same as long as the two clash in this."""
        return self.kind, self.what, frozenset((self.mine.key, self.other.key))

    @property
    def text(self) -> str:
        """A sentence for whoever plans `mine`."""
        other = self.other.name
        if self.kind is Kind.people:
            return _("A speaker would be in two places at once: %(other)s.", other=other)
        if self.kind is Kind.section:
            return _("The section would have two talks at once: %(other)s.", other=other)
        if self.mine.place[0] == "section":
            return _("The section would have two things at once, and no room is named: %(other)s.", other=other)
        if self.other.room is None and self.other.section != self.mine.section:
            return _("Another section holds the room at this time: %(other)s.", other=other)
        return _("The room is taken at this time: %(other)s.", other=other)


def find(entries: Iterable[Entry]) -> list[Clash]:
    """Every clash among the entries, told from both sides."""
    groups: dict[tuple[Kind, Hashable], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[Kind.place, entry.place].append(entry)
        if entry.on_stage:
            groups[Kind.section, entry.section].append(entry)
        for person in entry.people:
            groups[Kind.people, person].append(entry)
    found = []
    for (kind, what), held in groups.items():
        for one, other in _at_once(held):
            if kind is not Kind.section or one.place != other.place:  # one place says it already
                found += [Clash(kind, what, one, other), Clash(kind, what, other, one)]
    return found


def _at_once(entries: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    entries.sort(key=lambda entry: (entry.starts, entry.ends))
    for place, entry in enumerate(entries):
        for other in entries[place + 1 :]:
            if other.starts >= entry.ends:
                break
            if other.ends > entry.starts:
                yield entry, other


def doubts(items: Iterable[Item], known: Known) -> dict[Hashable, list[Clash]]:
    """What the items clash with, by `key_of` each, if they become as wanted; what clashes today is not asked again."""
    return _Standing(known).meets(items)


class _Standing:
    """The programme as it stands."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.now = [of_slot(slot) for slot in known.slots if not slot.cancelled]
        self.old = {clash.pair for clash in find(self.now)}

    def meets(self, items: Iterable[Item]) -> dict[Hashable, list[Clash]]:
        wanted = {key_of(item): entry for item in items if (entry := of_item(item, self.known))}
        found: dict[Hashable, list[Clash]] = defaultdict(list)
        for clash in find([*wanted.values(), *(entry for entry in self.now if entry.key not in wanted)]):
            if clash.mine.key in wanted and clash.pair not in self.old:
                found[clash.mine.key].append(clash)
        return found


def tell(items: Iterable[Item], known: Known) -> None:
    """Say the doubts at the items: if all come in; and, of the others, if those in doubt stay where they stand."""
    standing, coming, waiting = _Standing(known), list(items), dict[Hashable, int]()
    while coming:
        found = standing.meets(coming)
        for item in coming:
            item.doubts += dict.fromkeys(_told(clash, waiting) for clash in found.get(key_of(item), ()))
        left = [item for item in coming if item.doubts]
        if not left:
            return
        waiting |= {key_of(item): item.number for item in left}
        coming = [item for item in coming if not item.doubts]


def _told(clash: Clash, waiting: Mapping[Hashable, int]) -> str:
    """A sentence on what clashes, and whether only as long as another row waits."""
    number = waiting.get(clash.other.key)
    return (
        clash.text
        if number is None
        else _("%(what)s Row %(number)s would move it, and waits.", number=number, what=clash.text)
    )


def ask(found: Sequence[Clash], sure: str, also: Sequence[str] = ()) -> None:
    """Raises Doubtful, unless `sure` confirms just these clashes and the doubts told of `also`."""
    confirmed = signature(found, also)
    if (found or also) and sure != confirmed:
        raise Doubtful(list(dict.fromkeys([*also, *(clash.text for clash in found)])), confirmed)


def signature(clashes: Sequence[Clash], also: Sequence[str] = ()) -> str:
    """What a confirmation brings back: it holds for these doubts and no others."""
    told = sorted(f"{clash.kind.value}|{clash.what}|{clash.mine.key}|{clash.other.key}" for clash in clashes)
    told += also
    return blake2b("\n".join(told).encode(), digest_size=8).hexdigest()


def key_of(item: Item) -> Hashable:
    return item.slot.id if item.slot is not None else ("row", item.number)


def of_item(item: Item, known: Known) -> Entry | None:
    """An item as it is wanted; None while its time is not known."""
    if item.starts is None or item.ends is None or item.ends <= item.starts:
        return None
    section = item.chosen_section or known.sections.get(sort_key(item.section))
    name = _("row %(number)s", number=item.number) if item.number else _name(item.title, item.starts, item.ends)
    return Entry(
        key_of(item),
        name,
        item.starts,
        item.ends,
        section.id if section else sort_key(item.section),
        known.room_key(item) if item.room else None,
        section.room_id if section else None,
        item.kind in ON_STAGE,
        frozenset(person.key for person in item.people),
    )


def of_slot(slot: Slot) -> Entry:
    """A slot as it stands."""
    return Entry(
        slot.id,
        _name(slot.title, slot.starts, slot.ends),
        slot.starts,
        slot.ends,
        slot.section_id,
        slot.room_id,
        slot.section.room_id,
        slot.kind in ON_STAGE,
        frozenset(appearance.speaker.identity_key for appearance in slot.appearances),
    )


def _name(title: str, starts: datetime, ends: datetime) -> str:
    return f"«{title}», {clock(starts)}–{clock(ends)}"
