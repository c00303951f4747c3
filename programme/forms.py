from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, FieldList, FormField, SelectField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from forum.models import Forum, Room, Section
from kernel.forms import Choice, Form, LineField, TextField, VersionedForm, email, plain_name, required
from kernel.i18n import day
from kernel.text import email_key
from practices.models import Practice
from programme.details import SpeakerDetails
from programme.importing.cells import split_people
from programme.importing.namesakes import tell_apart
from programme.items import Item, Known, Person, check_times, find_place
from programme.labels import KIND_LABELS, TALK_FORMAT_LABELS
from programme.models import Appearance, Slot, SlotKind, TalkFormat
from programme.queries import practice_by_id

MOST_PEOPLE = 30


class UploadForm(Form):
    file = FileField(_l("Workbook, Word document or CSV file"), [FileRequired(_l("Choose a file."))])


class ImportForm(Form):
    on_paper = BooleanField(_l("The speakers’ consents to the publication of their names were received on paper"))


class ProfileForm(Form):
    """What a speaker says of themselves; the consent has its own, unticked box."""

    position = LineField(_l("Position"), [Optional()])
    biography = TextField(_l("About yourself, two or three sentences"), [Optional()], maximum=1500)
    consent = BooleanField(_l("I agree"))


def one_person(_form: wtforms.Form, field: LineField) -> None:
    """Two names in one row would be one speaker, and two when the programme is loaded back."""
    if len(split_people(field.data or "")) > 1:
        raise ValidationError(_l("One person a row: add a row for each of the others."))


class PersonForm(wtforms.Form):
    """A speaker of the item; a row without a name is left out."""

    name = LineField(_l("Surname, name, patronymic"), [Optional(), plain_name, one_person])
    position = LineField(_l("Position"), [Optional()])
    organisation = LineField(_l("Organisation"), [Optional()])
    municipality = LineField(_l("Municipality"), [Optional()])


class SpeakerForm(Form):
    """A row of the table of speakers; its token is the table's."""

    name = LineField(_l("Surname, name, patronymic"), [required, plain_name, one_person])
    position = LineField(_l("Position"), [Optional()])
    organisation = LineField(_l("Organisation"), [Optional()])
    email = LineField(_l("E-mail"), [Optional(), email], maximum=254)
    agreed = BooleanField(_l("The name may be published"))

    class Meta(Form.Meta):
        csrf = False

    def details(self) -> SpeakerDetails:
        name, position, organisation = (field.data or "" for field in (self.name, self.position, self.organisation))
        return SpeakerDetails(name, position, organisation, email_key(self.email.data or ""), bool(self.agreed.data))


class SlotForm(VersionedForm):
    """One item of the programme. The choices are the forum's own: call `offer` first."""

    title = LineField(_l("Title"), [required], maximum=500)
    kind = SelectField(
        _l("Kind"), choices=[(kind.value, label) for kind, label in KIND_LABELS.items()], default=SlotKind.talk.value
    )
    section = SelectField(_l("Section"), [InputRequired(_l("Choose a section."))], coerce=Choice(int))
    room = SelectField(_l("Room"), coerce=Choice(int))
    day = SelectField(_l("Day"))
    starts = TimeField(_l("Beginning"), [InputRequired(_l("Give the time, for example 10:00."))])
    ends = TimeField(_l("End"), [InputRequired(_l("Give the time, for example 10:20."))])
    format = SelectField(
        _l("How the speaker takes part"), choices=[(form.value, label) for form, label in TALK_FORMAT_LABELS.items()]
    )
    practice = SelectField(_l("Practice"), coerce=Choice(int))
    people = FieldList(FormField(PersonForm), _l("Speakers"), max_entries=MOST_PEOPLE)
    on_paper = BooleanField(_l("The speakers’ consents to the publication of their names were received on paper"))

    def offer(
        self, forum: Forum, sections: Sequence[Section], rooms: Sequence[Room], practices: Sequence[Practice]
    ) -> SlotForm:
        """Fill the choices."""
        self.section.choices = [("", _("Choose a section")), *((one.id, one.name) for one in sections)]
        self.room.choices = [
            ("", _("The section’s room")),
            *((one.id, f"{one.name} · {one.venue.name}") for one in rooms),
        ]
        self.practice.choices = [("", _("No practice")), *((one.id, one.name) for one in practices)]
        days = (forum.date_end - forum.date_start).days + 1
        dates = [forum.date_start + timedelta(days=number) for number in range(days)]
        self.day.choices = [(one.isoformat(), day(one)) for one in dates]
        return self

    def add_row(self) -> None:
        """One more empty speaker."""
        if len(self.people) < MOST_PEOPLE:
            self.people.append_entry()

    def item(self, known: Known, slot: Slot | None) -> Item:
        """What was typed, as the programme's rules judge it."""
        on = date.fromisoformat(self.day.data)
        section = known.section_by_id(self.section.data)
        room = known.room_by_id(self.room.data)
        made = Item(
            0,
            "",
            section.name if section else "",
            room.name if room else "",
            SlotKind(self.kind.data),
            TalkFormat(self.format.data),
            self.title.data or "",
            datetime.combine(on, self.starts.data),
            datetime.combine(on, self.ends.data),
            [],
            practice_by_id(self.practice.data),
            slot=slot,
            chosen_section=section,
            chosen_room=room,
        )
        if section is None:
            made.blame("section", _("This section has just been removed. Choose another one."))
        check_times(made, known.forum)
        made.people = [_person(row.form, made, known) for row in self.people if row.form.name.data]
        tell_apart([made], known)
        return made

    def blame(self, faults: Sequence[tuple[str, str]]) -> None:
        """Show what is wrong at the fields it is about."""
        fields = {"when": self.starts, "room": self.room, "section": self.section, "people": self.people}
        for name, text in faults:
            found = fields.get(name, self.title)
            found.errors = [*found.errors, text]


def _person(row: Any, item: Item, known: Known) -> Person:
    """A row as a person; of somebody presented before, the name alone is enough."""
    name = row.name.data
    typed = [row.position.data or "", row.organisation.data or "", row.municipality.data or ""]
    person = Person(name, typed[0], typed[1], *find_place(typed[2], item, known))
    last = None if any(typed) else known.last_appearance(name, item.slot)
    if last is None:
        return person
    return Person(name, last.position, last.organisation_name, last.territory, last.place)


def as_typed(slot: Slot) -> dict[str, object]:
    """A slot as the form shows it."""
    return {
        "title": slot.title,
        "kind": slot.kind.value,
        "section": slot.section_id,
        "room": slot.room_id,
        "day": slot.starts.date().isoformat(),
        "starts": slot.starts.time(),
        "ends": slot.ends.time(),
        "format": slot.format.value,
        "practice": slot.practice_id,
        "people": [_row(appearance) for appearance in slot.appearances],
        "version": slot.version,
    }


def as_continued(last: Slot) -> dict[str, object]:
    """What a new item most likely shares with the one before it; it takes as long, unless that runs past midnight."""
    offered: dict[str, object] = {
        "section": last.section_id,
        "room": last.room_id,
        "day": last.ends.date().isoformat(),
        "starts": last.ends.time(),
    }
    ends = last.ends + (last.ends - last.starts)
    return offered | ({"ends": ends.time()} if ends.date() == last.ends.date() else {})


def _row(appearance: Appearance) -> dict[str, str]:
    return {
        "name": appearance.speaker.name,
        "position": appearance.position,
        "organisation": appearance.organisation_name,
        "municipality": appearance.comes_from,
    }
