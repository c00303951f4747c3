from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import TypeVar

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, Field, HiddenField, RadioField, SelectField
from wtforms.validators import Optional, StopValidation, ValidationError

from adoption import labels as adoption_labels
from adoption.cabinet.forms import SureField
from adoption.models import Exit, ExitReason
from adoption.quarter import labels, rules
from adoption.quarter.models import AnswerKind
from adoption.quarter.rules import Said
from adoption.queries import today
from kernel.forms import Between, Form, LineField, TextField, WholeField, email, plain_name, required
from kernel.text import whole_number

CHOOSE = ("", _l("choose"))
E = TypeVar("E", bound=Enum)


class Given:
    """A date that must be there, with one sentence for whatever is wrong with it; stops what would follow."""

    field_flags = {"required": True}

    def __init__(self, message: object) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if field.data is None:
            field.errors = []
            raise StopValidation(str(self.message))


class AnswerForm(Form):
    """The answer about one adoption; several stand on one page, each under its question's code."""

    class Meta(Form.Meta):
        csrf = False  # the page's own form carries the token

    said = RadioField(
        _l("How are things?"),
        choices=[(kind.value, label) for kind, label in labels.ANSWER_LABELS.items()],
        validate_choice=False,
    )
    served = WholeField(
        _l("How many have been served since the beginning"),
        [Optional(), Between(0, rules.MAX_SERVED, labels.FAULTS[rules.Fault.served_range])],
    )
    staff = WholeField(
        _l("How many specialists work by the practice now"),
        [Optional(), Between(0, rules.MAX_STAFF, labels.FAULTS[rules.Fault.staff_range])],
    )
    note = TextField(_l("In a few words"), [Optional()], maximum=rules.MAX_NOTE)
    exit = SelectField(_l("What is decided"), validate_choice=False)
    reason = SelectField(
        _l("Why"),
        choices=[CHOOSE, *((reason.value, label) for reason, label in adoption_labels.REASON_LABELS.items())],
        validate_choice=False,
    )
    sure = SureField(_l("The number is right"))
    seen = HiddenField()

    def touched(self) -> bool:
        """Whether anything was filled in."""
        return bool(self.said.data or self.note.data or _typed(self.served) or _typed(self.staff) or self.reason.data)

    def opened_with(self) -> int | None:
        """Id of the answer the form was opened with, 0 for none; None when the form does not say."""
        return whole_number(self.seen.data) if self.seen.data else None

    def chosen(self) -> AnswerKind | None:
        return _member(AnswerKind, self.said.data)

    def answer(self) -> Said:
        """What was said. Only after `chosen()` gave a kind."""
        kind = self.chosen()
        assert kind is not None
        stopped = kind is AnswerKind.stopped
        return Said(
            kind,
            self.served.data,
            self.staff.data,
            self.note.data or "",
            _member(Exit, self.exit.data) if stopped else None,
            _member(ExitReason, self.reason.data) if stopped else None,
        )

    def blame(self, name: str, text: object) -> None:
        """Say at the field what is wrong."""
        field = self[name]
        field.errors = [*field.errors, str(text)]


def _typed(field: WholeField) -> bool:
    return bool((field.raw_data or [""])[0].strip()) or field.data is not None


def _member(kind: type[E], value: str | None) -> E | None:
    return kind(value) if value in {member.value for member in kind} else None


class CabinetHead(Form):
    """What goes with the answers of somebody who signed in: nothing but the token."""


class LinkHead(Form):
    """What goes with the answers of somebody who came by the link."""

    name = LineField(_l("Who answers: surname, name, patronymic"), [required, plain_name])


class PaperForm(Form):
    """The letter in which the answers stand."""

    letter_number = LineField(_l("Number of the letter"), [required], maximum=64)
    letter_date = DateField(_l("Date of the letter"), [Given(_l("Give the date of the letter."))])
    name = LineField(_l("Who signed it"), [Optional()])
    file = FileField(_l("Scan of the letter"))

    def validate_letter_date(self, field: DateField) -> None:
        if field.data > today():
            raise ValidationError(_l("This date has not come yet."))
        if field.data < today() - timedelta(days=730):
            raise ValidationError(_l("This is more than two years ago. Check the year."))


class RoundForm(Form):
    """Which quarter is asked about, of which region, until when."""

    region = SelectField(_l("Region"))
    quarter = SelectField(_l("About which quarter"))
    due = DateField(_l("Answer by"), [Given(_l("Give the date."))])

    def offer(self, regions: Sequence[tuple[str, str]]) -> RoundForm:
        self.region.choices = list(regions)
        quarters = [rules.quarter_of(today())]
        while len(quarters) < 3:
            quarters.append(rules.quarter_before(*quarters[-1]))
        self.quarter.choices = [
            (f"{year}-{quarter}", labels.quarter_title(year, quarter)) for year, quarter in quarters
        ]
        return self

    def validate_due(self, field: DateField) -> None:
        if field.data < today():
            raise ValidationError(_l("This day has passed. Give people a week or two."))
        if field.data > today() + timedelta(days=120):
            raise ValidationError(_l("This is too far away: at most four months from now."))

    def chosen(self) -> tuple[int, int]:
        year, quarter = self.quarter.data.split("-")
        return int(year), int(quarter)


class RemindForm(Form):
    """Whom to remind."""

    silent = BooleanField(_l("Those who have said nothing"))
    partly = BooleanField(_l("Those who have answered in part"))

    def validate_silent(self, field: BooleanField) -> None:
        if not field.data and not self.partly.data:
            raise ValidationError(_l("Choose whom to remind."))


class FormUpload(Form):
    file = FileField(_l("Completed table"), [FileRequired(_l("Choose a file."))])


class AddressForm(Form):
    """Where to write to a municipality that has no coordinator here."""

    address = LineField(_l("E-mail"), [Optional(), email], maximum=254)
