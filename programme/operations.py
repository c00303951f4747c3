from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from accounts.models import Organisation
from accounts.queries import organisations_named
from activity.operations import record
from forum import operations as forum_operations
from forum.models import Forum, Room, Section, Venue
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.imports import Plan, Verdict
from kernel.pages import Scope, bump
from kernel.text import sort_key
from programme import clashes
from programme.details import SpeakerDetails
from programme.following import retell_speakers
from programme.importing.namesakes import MARK
from programme.items import Item, Known, Person, as_item, check_times, compare, find_double
from programme.models import Appearance, Slot
from programme.queries import appearances_at, forums_of_speakers, undecided_statement
from speakers.models import Speaker
from speakers.operations import agree_on_paper, consent_on_paper, rename, set_email, withdraw_consent
from speakers.queries import publication_consents


class SlotRefused(ValueError):
    """What is wanted cannot be: `faults` are those of the item."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(text for _name, text in faults))
        self.faults = faults


def carry_out(plan: Plan[Item], forum: Forum, *, by: Actor | None, on_paper: bool = False) -> None:
    """Do what the plan says in the caller's transaction; rows with errors are not among its actions.

    `on_paper`: the speakers of the file signed the consent to publish their names.
    """
    if not plan.actions:
        return
    builder = _Builder(forum, by)
    for item in plan.actions:
        builder.put(item)
    builder.house_sections(plan.actions)
    db.session.flush()
    if on_paper:
        builder.note_consents(plan.actions)
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

    def __init__(self, forum: Forum, by: Actor | None, known: Known | None = None) -> None:
        self.forum, self.by = forum, by
        self.known = known or Known(forum)
        self.added: list[Section] = []

    def put(self, item: Item) -> Slot | None:
        """Make or change the slot; None when nothing changes."""
        section = item.chosen_section or self._section(item.section)
        room = item.chosen_room or self._room(item.room, item.venue)
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
            return None
        slot.practice_id = item.practice.id if item.practice else None
        self._people(slot, item)
        return slot

    def _change(self, slot: Slot, item: Item, section: Section, room: Room | None) -> None:
        assert item.starts is not None
        assert item.ends is not None
        before, wanted = _where(slot, slot.section, slot.room), _where(item, section, room)
        cancelled = slot.cancelled
        slot.section_id, slot.room_id = section.id, room.id if room else None
        slot.starts, slot.ends = item.starts, item.ends
        slot.title, slot.kind, slot.format = item.title, item.kind, item.format
        slot.source_id = item.source_id or slot.source_id
        slot.cancelled = False
        slot.sequence += bool(cancelled or wanted != before)
        slot.changed_at = utcnow()
        flag_modified(slot, "changed_at")  # other speakers alone are also a new version, even within one moment

    def _section(self, name: str) -> Section:
        section = self.known.sections.get(sort_key(name))
        if section is None:
            section = forum_operations.add_section(
                self.forum, {"name": name, "position": len(self.known.sections)}, by=self.by
            )
            self.known.sections[section.name_key] = section
            self.added.append(section)
        return section

    def house_sections(self, items: Sequence[Item]) -> None:
        """A new section whose items all name one room sits in that room: nobody should have to say it again."""
        for section in self.added:
            keys = {(item.room, item.venue) for item in items if sort_key(item.section) == section.name_key}
            rooms = {self.known.find_room(*key) for key in keys}
            if len(rooms) == 1 and (room := rooms.pop()):
                section.room_id = room.id

    def _room(self, name: str, venue: str) -> Room | None:
        if not name:
            return None
        room = self.known.find_room(name, venue)
        if room is None:
            house = self._venue(venue)
            room = forum_operations.add_room(self.forum, house, by=self.by, name=name)
            self.known.rooms.setdefault(sort_key(name), room)
            self.known.halls[sort_key(house.name), sort_key(name)] = room
        return room

    def _venue(self, name: str) -> Venue:
        """The venue of that name; the first one when none is named."""
        db.session.refresh(self.forum, ["venues"])
        venues = self.forum.venues
        known = [venue for venue in venues if not name or sort_key(venue.name) == sort_key(name)]
        return known[0] if known else forum_operations.add_venue(self.forum, by=self.by, name=name or self.forum.place)

    def _people(self, slot: Slot, item: Item) -> None:
        present = {appearance.speaker_id: appearance for appearance in slot.appearances}
        wanted: list[Appearance] = []
        for order, person in enumerate(item.people):
            speaker = self._speaker(person.name, person.key, person.position)
            if any(one.speaker_id == speaker.id for one in wanted):
                continue  # named twice
            appearance = present.get(speaker.id) or Appearance(speaker_id=speaker.id)
            organisation = self._organisation(person)
            appearance.order_number = order
            appearance.position = person.position
            appearance.organisation_name = person.organisation
            appearance.organisation_id = organisation.id if organisation else None
            appearance.territory_id = person.territory.id if person.territory else None
            appearance.place = person.place
            wanted.append(appearance)
        slot.appearances = wanted

    def _organisation(self, person: Person) -> Organisation | None:
        """The organisation a speaker is from, when its name says which: one of the speaker's municipality first."""
        place = person.territory.id if person.territory else None
        found = self.known.organisations.find(person.organisation, place) if person.organisation else []
        return found[0] if len(found) == 1 else None

    def _speaker(self, name: str, key: str, position: str) -> Speaker:
        speaker = self.known.speakers.get(key)
        if speaker is None:
            speaker = Speaker(series_id=self.forum.series_id, name=name, identity_key=key, position=position)
            db.session.add(speaker)
            db.session.flush()
            self.known.speakers[key] = speaker
        return speaker

    def note_consents(self, items: Sequence[Item]) -> bool:
        """The items' speakers signed the consent to publish the name. False when nobody had still to decide."""
        people = {person.key: self.known.speakers[person.key] for item in items for person in item.people}
        noted = consent_on_paper(list(people.values()), self.forum, by=self.by)
        touch_speakers(noted)
        return bool(noted)


def _where(what: Slot | Item, section: Section, room: Room | None) -> tuple[object, ...]:
    """When and where: what a calendar must hear of. An item without any room stands under its section's name."""
    hall = room or section.room
    return what.starts, what.ends, hall.id if hall else None, None if hall else section.id


def hold_programme(forum: Forum) -> Known:
    """Lock the forum's programme until the transaction ends and read it as it is now."""
    db.session.execute(select(Forum.id).where(Forum.id == forum.id).with_for_update())
    return Known(forum)


def add_slot(
    forum: Forum, item: Item, known: Known, *, by: Actor | None, on_paper: bool = False, sure: str = ""
) -> Slot:
    """Add an item by hand. Call `hold_programme` first.

    `on_paper`: its speakers signed the consent to publish their names. `sure`: see `kernel.asking.Doubtful`.
    Raises SlotRefused, also when the same is there already, and Doubtful.
    """
    find_double(item, known)
    if item.faults:
        raise SlotRefused(item.faults)
    _ask(item, known, sure)
    builder = _Builder(forum, by, known)
    slot = builder.put(item)
    assert slot is not None
    db.session.flush()
    record(by, "slot.added", slot, forum=forum.slug)
    if on_paper:
        builder.note_consents([item])
    _touch(forum)
    return slot


def change_slot(
    forum: Forum, item: Item, known: Known, *, by: Actor | None, on_paper: bool = False, sure: str = ""
) -> bool:
    """Change an item by hand; a cancelled one stays cancelled. Call `hold_programme` first.

    `on_paper`, `sure`: as in `add_slot`. Raises SlotRefused and Doubtful. False when nothing changes.
    """
    slot = item.slot
    assert slot is not None
    if item.faults:
        raise SlotRefused(item.faults)
    if not slot.cancelled:
        _ask(item, known, sure)
    cancelled, sequence = slot.cancelled, slot.sequence
    item.changes = [name for name, _before, _after in compare(item, slot)]
    builder = _Builder(forum, by, known)
    if item.changes:
        builder.put(item)
        if cancelled:
            slot.cancelled, slot.sequence = True, sequence + 1
        db.session.flush()
        record(by, "slot.changed", slot, forum=forum.slug)
        _touch(forum)
    noted = on_paper and builder.note_consents([item])
    return bool(item.changes) or noted


def _ask(item: Item, known: Known, sure: str) -> None:
    """Raises Doubtful, unless what the item clashes with and whatever else is doubtful has been confirmed."""
    clashes.ask(clashes.doubts([item], known).get(clashes.key_of(item), []), sure, item.doubts)


def _touch(forum: Forum) -> None:
    """Calendars, the programme's pages and those of practices and territories, which tell of talks, are stale."""
    forum.programme_changed_at = utcnow()
    forum_operations.touch(forum)
    bump(_of_speakers(forum))


def _of_speakers(forum: Forum) -> Scope:
    """Pages of speakers, in the part of the forum's region."""
    return "speakers", forum.territory.region.oktmo


def note_paper_consents(forum: Forum, *, by: Actor | None) -> int:
    """Everybody who speaks at the forum and has not decided yet signed the consent on paper. Gives their number."""
    waiting = list(db.session.scalars(undecided_statement(forum.id).order_by(Speaker.id)))
    noted = consent_on_paper(waiting, forum, by=by)
    touch_speakers(noted)
    return len(noted)


def hold_speakers(forum: Forum) -> None:
    """Lock the names of the forum's series, and its programme, until the transaction ends."""
    forum_operations.hold(forum.series)
    forum_operations.hold(forum)


def edit_speaker(forum: Forum, speaker: Speaker, details: SpeakerDetails, *, by: Actor | None) -> None:
    """Change a speaker, and how they are presented at this forum. Call `hold_speakers` first, `touch_speakers` after.

    Raises NameTaken.
    """
    _name, mark, place = speaker.identity_key.partition(MARK)
    rename(speaker, details.name, sort_key(details.name) + mark + place, by=by)
    set_email(speaker, details.email, by=by)
    given = bool(publication_consents([speaker.id]))
    if details.agreed and not given:
        agree_on_paper(speaker, by=by)
    elif given and not details.agreed:
        withdraw_consent(speaker, by=by)
    for appearance in appearances_at(forum.id, [speaker.id]).get(speaker.id, []):
        _present(appearance, details)
    db.session.flush()


def _present(appearance: Appearance, details: SpeakerDetails) -> None:
    if (appearance.position, appearance.organisation_name) == (details.position, details.organisation):
        return
    if appearance.organisation_name != details.organisation:
        found = organisations_named(details.organisation, appearance.territory_id)
        appearance.organisation_name = details.organisation
        appearance.organisation_id = found[0].id if len(found) == 1 else None
    appearance.position = details.position
    flag_modified(appearance.slot, "changed_at")  # a form of the item that stands open is out of date


def touch_speakers(speakers: Iterable[Speaker]) -> None:
    """Every public page that may name one of the speakers is stale."""
    ids = [speaker.id for speaker in speakers]
    if not ids:
        return
    forums = forums_of_speakers(ids)
    retell_speakers(ids)
    bump(*map(_of_speakers, forums), *(scope for forum in forums for scope in forum_operations.scopes_of(forum)))


def remember_shown(forum: Forum) -> None:
    """Before any of it goes from sight: keep what visitors see now as announced. The caller holds the forum."""
    if forum.is_public and forum.programme_published:
        seen = Slot.forum_id == forum.id, Slot.cancelled.is_(False), Slot.announced.is_(False)
        db.session.execute(update(Slot).where(*seen).values(announced=True))


def cancel_slot(slot: Slot, cancelled: bool, *, by: Actor | None, sure: str = "") -> None:
    """Cancel an item, or take the cancellation back; calendars hear of it. What visitors saw stays, struck out.

    Raises Doubtful when its room or a speaker has been given to something else meanwhile (`sure`: see
    `kernel.asking`), and SlotRefused when its day is no longer one of the forum's.
    """
    forum_operations.hold(slot.forum)
    db.session.refresh(slot)  # somebody may have pressed the same button a moment ago
    if slot.cancelled is cancelled:
        return
    if cancelled:
        remember_shown(slot.forum)
    else:
        _check_return(slot, sure)
    slot.cancelled = cancelled
    slot.sequence += 1
    slot.changed_at = utcnow()
    record(by, "slot.cancelled" if cancelled else "slot.restored", slot, forum=slot.forum.slug)
    _touch(slot.forum)


def _check_return(slot: Slot, sure: str) -> None:
    item = as_item(slot)
    check_times(item, slot.forum)
    if item.faults:
        raise SlotRefused(item.faults)
    _ask(item, hold_programme(slot.forum), sure)
