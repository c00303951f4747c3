"""Which item of the programme a workbook's row means.

A place in a list is no identity: rows are inserted, numbering begins again in each section. So a row is found by our
own code, which only our download writes; by the organiser's ID if the title agrees; then by section and title, told
apart by time; then by the organiser's ID if the time agrees; then by section, time and speaker. What keeps its title is
never taken for what has come to stand in its place. Each item is meant by one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

from flask_babel import gettext as _

from kernel.i18n import clock
from kernel.text import inner, sort_key
from programme.items import Item, Known
from programme.models import Slot


def match(items: list[Item], known: Known) -> None:
    """Set `slot` of every item that the forum has already, and drop an ID that means something else."""
    sections = {item.number: known.sections.get(sort_key(item.section)) for item in items}
    placed = [item for item in items if sections[item.number] is not None]

    def section_of(item: Item) -> Hashable:
        section = sections[item.number]
        return section.id if section else None

    finder = _Finder(known.slots)
    finder.one_to_one(items, lambda slot: slot.code, lambda item: item.source_id.upper())
    finder.one_to_one(items, lambda slot: slot.source_id, lambda item: item.source_id, agree=_same_title)
    finder.one_to_one(placed, lambda s: (s.section_id, s.title_key, s.starts), lambda i: (section_of(i), *_exactly(i)))
    finder.in_order(placed, lambda s: (s.section_id, s.title_key), lambda i: (section_of(i), sort_key(i.title)))
    finder.one_to_one(items, lambda slot: slot.source_id, lambda item: item.source_id, agree=_same_time)
    finder.one_to_one(placed, lambda s: (s.section_id, s.starts, _speakers(s)), lambda i: (section_of(i), *_at(i)))
    _settle_ids(items, known)


class _Finder:
    """Slots that no row has been found for yet."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.free = {slot.id: slot for slot in slots}

    def one_to_one(
        self,
        items: Iterable[Item],
        slot_key: Callable[[Slot], Hashable],
        item_key: Callable[[Item], Hashable],
        agree: Callable[[Item, Slot], bool] = lambda _item, _slot: True,
    ) -> None:
        """The first row of a key means the slot of that key."""
        by_key = self._grouped(slot_key)
        for item in items:
            if item.slot is None and (there := by_key.get(item_key(item))) and agree(item, there[0]):
                self._take(item, there.pop(0))

    def in_order(
        self, items: Iterable[Item], slot_key: Callable[[Slot], Hashable], item_key: Callable[[Item], Hashable]
    ) -> None:
        """Rows and slots of one key, such as three breaks of one title, whose times have moved.

        As many rows as slots: in their order. Else each row means the nearest.
        """
        wanted: dict[Hashable, list[tuple[datetime, Item]]] = defaultdict(list)
        for item in items:
            if item.slot is None and item.starts:
                wanted[item_key(item)].append((item.starts, item))
        by_key = self._grouped(slot_key)
        for key, rows in wanted.items():
            there = by_key.get(key, [])
            live = [slot for slot in there if not slot.cancelled]
            if len(live) == len(rows):
                rows.sort(key=lambda row: (row[0], row[1].number))
                live.sort(key=lambda slot: (slot.starts, slot.id))
                for (_at, item), slot in zip(rows, live, strict=True):
                    self._take(item, slot)
            else:
                self._nearest(rows, there)

    def _nearest(self, rows: list[tuple[datetime, Item]], slots: list[Slot]) -> None:
        pairs = [
            (slot.cancelled, abs(at - slot.starts), item.number, item, slot) for at, item in rows for slot in slots
        ]
        for _cancelled, _distance, _number, item, slot in sorted(pairs, key=lambda pair: pair[:3]):
            if item.slot is None and slot.id in self.free:
                self._take(item, slot)

    def _grouped(self, key: Callable[[Slot], Hashable]) -> dict[Hashable, list[Slot]]:
        groups: dict[Hashable, list[Slot]] = defaultdict(list)
        for slot in sorted(self.free.values(), key=lambda slot: slot.cancelled):
            if (value := key(slot)) is not None:
                groups[value].append(slot)
        return groups

    def _take(self, item: Item, slot: Slot) -> None:
        item.slot = self.free.pop(slot.id)


def _same_title(item: Item, slot: Slot) -> bool:
    return slot.title_key == sort_key(item.title)


def _same_time(item: Item, slot: Slot) -> bool:
    return slot.starts == item.starts


def _exactly(item: Item) -> tuple[Hashable, ...]:
    return sort_key(item.title), item.starts


def _at(item: Item) -> tuple[Hashable, ...]:
    return item.starts, item.people[0].key if item.people else item.number


def _speakers(slot: Slot) -> Hashable:
    return slot.appearances[0].speaker.identity_key if slot.appearances else None


def _settle_ids(items: list[Item], known: Known) -> None:
    """An item keeps the ID it has, and each is given once: another row that bears it goes without."""
    owners = {slot.source_id: slot for slot in known.slots if slot.source_id}
    given: dict[str, int] = {}
    for item in items:
        if not item.source_id:
            continue
        wanted, item.source_id = item.source_id, (item.slot.source_id or "" if item.slot else "")
        if item.source_id or (item.slot and wanted.upper() == item.slot.code):
            continue
        if wanted in owners:
            item.warnings.append(_belongs(wanted, owners[wanted]))
        elif wanted in given:
            item.warnings.append(_("Row %(number)s has the ID %(id)s too.", number=given[wanted], id=wanted))
        else:
            item.source_id = wanted
            given[wanted] = item.number


def _belongs(source_id: str, owner: Slot) -> str:
    return _(
        "The ID %(id)s belongs to «%(title)s» at %(time)s, so this row is told by its title and time.",
        id=source_id,
        title=inner(owner.title),
        time=clock(owner.starts),
    )
