from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from forum import rules
from forum.labels import KIND_LABELS
from kernel.forms import Choice, Form, LineField, TextField, VersionedForm, WholeField, email, required
from kernel.text import inner
from kernel.zones import home_zone_name

YEARS = range(2000, 2101)
LONGEST_FORUM = timedelta(days=366)
"""Every day of a forum is a choice in forms and a page of its programme: a slip in the year would make a million."""


Values = dict[str, Any]
"""A form by field: the fields know their types, a dictionary of all of them does not."""


class SeriesForm(VersionedForm):
    name = LineField(_l("Name of the series"), [required])
    description = TextField(_l("What the series is about"), [Optional()])
    territory = SelectField(_l("Territory"), coerce=int, validate_choice=False)

    def validate_territory(self, field: SelectField) -> None:
        if field.data not in {number for number, _name in field.choices}:
            raise ValidationError(_l("Choose a territory from the list: a series moves only to where you organise."))

    def values(self) -> Values:
        return {
            "name": self.name.data,
            "description": self.description.data or "",
            "territory_id": self.territory.data,
        }


class ForumForm(VersionedForm):
    series = SelectField(_l("Series"), [InputRequired(_l("Choose the series the forum belongs to."))])
    """Asked only of a new forum, and only when there is a choice."""
    name = LineField(_l("Title"), [required])
    kind = SelectField(_l("Kind of event"), choices=[(kind.value, label) for kind, label in KIND_LABELS.items()])
    subtitle = LineField(_l("Subtitle"), [Optional()])
    date_start = DateField(_l("First day"), [InputRequired(_l("Give the date."))])
    date_end = DateField(_l("Last day"), [InputRequired(_l("Give the date."))])
    programme = RadioField(_l("What becomes of the programme?"), validate_choice=False)
    """Asked when the days change under it: see `forum.moving`."""
    timezone = SelectField(_l("Time zone"), default=home_zone_name)
    place = LineField(_l("Town or place, as people say it"), [required])
    territory = SelectField(_l("Municipality"), coerce=int)
    description = TextField(_l("About the event"), [Optional()])
    registration_opens = DateField(_l("Registration opens"), [Optional()])
    registration_closes = DateField(_l("Registration closes"), [Optional()])
    capacity_in_person = WholeField(_l("Places in person"), [Optional(), NumberRange(0, 1_000_000)])
    capacity_remote = WholeField(_l("Places for remote participation"), [Optional(), NumberRange(0, 1_000_000)])
    contact_email = LineField(_l("E-mail for questions"), [Optional(), email], maximum=254)
    contact_phone = LineField(_l("Telephone for questions"), [Optional()], maximum=40)
    co_organisers = TextField(_l("Co-organisers, one a line"), [Optional()], maximum=4000)
    partners = TextField(_l("Partners, one a line"), [Optional()], maximum=4000)
    said_figures = TextField(_l("The forum in figures, in your own words"), [Optional()], maximum=2000)

    def validate_said_figures(self, field: TextField) -> None:
        if wrong := rules.lines_that_say_nothing(field.data or ""):
            raise ValidationError(
                _("Write «%(line)s» as a number, a dash and words: 53 — speakers.", line=inner(wrong[0][:80]))
            )

    def validate_date_start(self, field: DateField) -> None:
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_l("Check the year: it must lie between 2000 and 2100."))

    def validate_date_end(self, field: DateField) -> None:
        begins: date | None = self.date_start.data
        if not field.data or not begins:
            return
        if field.data < begins:
            raise ValidationError(_l("The last day is before the first one."))
        if field.data - begins > LONGEST_FORUM:
            raise ValidationError(_l("This is more than a year after the first day. Check the year."))

    def validate_registration_closes(self, field: DateField) -> None:
        opens: date | None = self.registration_opens.data
        if field.data and opens and field.data < opens:
            raise ValidationError(_l("Registration closes before it opens."))

    def values(self) -> dict[str, object]:
        """Columns of Forum as typed."""
        names: tuple[str, ...] = ("name", "subtitle", "date_start", "date_end", "timezone", "place", "description")
        names += ("registration_opens", "registration_closes", "contact_email", "contact_phone")
        names += ("co_organisers", "partners", "said_figures")
        return {name: _blank(self[name].data, name) for name in names}


def _blank(value: object, name: str) -> object:
    return value if value is not None or name.startswith("registration") else ""


class VenueForm(Form):
    name = LineField(_l("Venue"), [required])
    address = LineField(_l("Address"), [Optional()])
    directions = TextField(_l("How to get there"), [Optional()], maximum=2000)

    def values(self) -> Values:
        return {name: self[name].data or "" for name in ("name", "address", "directions")}


class RoomForm(Form):
    """Stands on one page with VenueForm, hence the ids."""

    venue = SelectField(_l("Venue"), coerce=int, id="room-venue")
    name = LineField(_l("Room"), [required], maximum=120, id="room-name")
    floor = LineField(_l("Floor"), [Optional()], maximum=60)
    seats = WholeField(_l("Seats"), [Optional(), NumberRange(0, 100_000)])

    def values(self) -> Values:
        return {"name": self.name.data, "floor": self.floor.data or "", "seats": self.seats.data}


class LinesField(TextField):
    """A list, a line each; cells pasted from a table stand in one line with dashes between them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.replace("\t", " — ") for text in valuelist])


class LinesForm(Form):
    """Rooms and sections as a list each: see `forum.pasting`."""

    venue = LineField(_l("Venue of these rooms"))
    rooms = LinesField(_l("Rooms, one a line"), [Optional()], maximum=20_000)
    sections = LinesField(_l("Sections, one a line"), [Optional()], maximum=60_000)

    def validate_venue(self, field: LineField) -> None:
        if self.rooms.data and not field.data:
            raise ValidationError(_l("Name the building these rooms are in: a new one is added."))


class SectionForm(VersionedForm):
    name = LineField(_l("Name of the section"), [required])
    short_name = LineField(_l("Short name for tables"), [Optional()], maximum=80)
    description = TextField(_l("What it is about"), [Optional()])
    moderator = LineField(_l("Moderator: role or position"), [Optional()])
    room = SelectField(_l("Room"), coerce=Choice(int))
    stream_url = LineField(_l("Link to the stream"), [Optional()], maximum=500)

    def validate_stream_url(self, field: LineField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_l("Give the whole address beginning with https://"))

    def values(self) -> Values:
        names = ("name", "short_name", "description", "moderator", "stream_url")
        values: dict[str, object] = {name: self[name].data or "" for name in names}
        return values | {"room_id": self.room.data}
