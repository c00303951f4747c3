from __future__ import annotations

from activity.operations import record
from forum import operations as forum_operations
from forum.models import Forum, Room, Section
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.imports import Plan, Verdict
from kernel.text import sort_key
from programme.models import Appearance, Slot
from programme.plan import Item, Known
from speakers.models import Speaker


class ImportHasErrors(ValueError):
    """A plan with errors is not carried out."""


def carry_out(plan: Plan[Item], forum: Forum, *, by: Actor | None) -> None:
    """Do what the plan says, all of it, in the caller's transaction. Raises ImportHasErrors."""
    if plan.errors:
        raise ImportHasErrors()
    builder = _Builder(forum, by)
    for item in plan.actions:
        builder.put(item)
    db.session.flush()
    record(
        by,
        "programme.imported",
        forum,
        created=plan.count(Verdict.create),
        changed=plan.count(Verdict.change),
        same=plan.count(Verdict.same),
    )
    if plan.count(Verdict.create) or plan.count(Verdict.change):
        forum.programme_changed_at = utcnow()
    forum_operations.touch(forum)


class _Builder:
    """Finds or makes what a row names."""

    def __init__(self, forum: Forum, by: Actor | None) -> None:
        self.forum, self.by = forum, by
        self.known = Known(forum)

    def put(self, item: Item) -> None:
        section = self._section(item.section)
        room = self._room(item.room)
        slot = item.slot
        if slot is None:
            assert item.starts is not None
            assert item.ends is not None
            slot = Slot(
                forum_id=self.forum.id,
                section_id=section.id,
                room_id=room.id if room else None,
                source_id=item.source_id or None,
                title=item.title,
                starts=item.starts,
                ends=item.ends,
                kind=item.kind,
                format=item.format,
            )
            db.session.add(slot)
        elif item.changes:
            self._change(slot, item, section, room)
        else:
            return
        slot.practice_id = item.practice.id if item.practice else None
        self._people(slot, item)

    def _change(self, slot: Slot, item: Item, section: Section, room: Room | None) -> None:
        assert item.starts is not None
        assert item.ends is not None
        moved = (slot.starts, slot.ends, slot.room_id) != (item.starts, item.ends, room.id if room else None)
        slot.sequence += bool(moved or slot.cancelled)
        slot.section_id, slot.room_id = section.id, room.id if room else None
        slot.starts, slot.ends = item.starts, item.ends
        slot.title, slot.kind, slot.format = item.title, item.kind, item.format
        slot.source_id = item.source_id or slot.source_id
        slot.cancelled = False
        slot.changed_at = utcnow()

    def _section(self, name: str) -> Section:
        section = self.known.sections.get(sort_key(name))
        if section is None:
            section = forum_operations.add_section(
                self.forum, {"name": name, "position": len(self.known.sections)}, by=self.by
            )
            self.known.sections[section.name_key] = section
        return section

    def _room(self, name: str) -> Room | None:
        if not name:
            return None
        room = self.known.rooms.get(sort_key(name))
        if room is None:
            venues = self.forum.venues
            venue = venues[0] if venues else forum_operations.add_venue(self.forum, by=self.by, name=self.forum.place)
            room = forum_operations.add_room(self.forum, venue, by=self.by, name=name)
            self.known.rooms[sort_key(name)] = room
        return room

    def _people(self, slot: Slot, item: Item) -> None:
        present = {appearance.speaker_id: appearance for appearance in slot.appearances}
        wanted = []
        for order, person in enumerate(item.people):
            speaker = self._speaker(person.name, person.key, person.position)
            appearance = present.get(speaker.id) or Appearance(speaker=speaker)
            organisation = self.known.organisations.get(sort_key(person.organisation))
            appearance.order_number = order
            appearance.position = person.position
            appearance.organisation_name = person.organisation
            appearance.organisation_id = organisation.id if organisation else None
            appearance.territory_id = person.territory.id if person.territory else None
            if appearance not in wanted:
                wanted.append(appearance)
        slot.appearances = wanted

    def _speaker(self, name: str, key: str, position: str) -> Speaker:
        speaker = self.known.speakers.get(key)
        if speaker is None:
            speaker = Speaker(series_id=self.forum.series_id, name=name, identity_key=key, position=position)
            db.session.add(speaker)
            db.session.flush()
            self.known.speakers[key] = speaker
        return speaker


def cancel_slot(slot: Slot, cancelled: bool, *, by: Actor | None) -> None:
    """Cancel an item, or take the cancellation back; calendars hear of it."""
    if slot.cancelled is not cancelled:
        slot.cancelled = cancelled
        slot.sequence += 1
        slot.changed_at = utcnow()
        record(by, "slot.cancelled" if cancelled else "slot.restored", slot)
        slot.forum.programme_changed_at = utcnow()
        forum_operations.touch(slot.forum)
