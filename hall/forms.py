from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from forum.models import Section
from kernel.forms import Form, LineField, TextField, WholeField, required
from kernel.text import dial, one_script, sort_key
from registrations.forms import TerritoryField

MOST_AT_A_SCREEN = 500


def word_key(word: str) -> str:
    """A code word however it is typed: case, spaces and letters of the other alphabet that look alike say nothing."""
    return one_script(sort_key(word)).replace(" ", "")


class WordForm(Form):
    prefix = "word-"
    word = LineField(_l("Code word"), [required], maximum=40)


class QuestionForm(Form):
    prefix = "question-"
    text = TextField(_l("Your question"), [required], maximum=600)


class ScreenForm(Form):
    prefix = "screen-"
    people = WholeField(
        _l("How many of you are at this screen?"),
        [InputRequired(_l("Give the number.")), NumberRange(1, MOST_AT_A_SCREEN)],
    )


class GroupForm(Form):
    """A group at one screen, as the organiser was told."""

    prefix = "group-"
    territory = TerritoryField(_l("Municipality"), [required])
    place = LineField(_l("Where they watched"), [Optional()])
    people = WholeField(
        _l("How many people"), [InputRequired(_l("Give the number.")), NumberRange(1, MOST_AT_A_SCREEN)]
    )


class RuleForm(Form):
    prefix = "rule-"
    minutes = WholeField(
        _l("Minutes after which somebody took part remotely"),
        [InputRequired(_l("Give the number.")), NumberRange(1, 600)],
    )
    word_counts = BooleanField(_l("A code word alone is enough"))


class JoiningForm(Form):
    phone = LineField(_l("Telephone to listen by"), [Optional()], maximum=40)
    audio_url = LineField(_l("Link to the sound alone"), [Optional()], maximum=500)
    word = LineField(_l("Code word"), [Optional()], maximum=40)

    def validate_phone(self, field: LineField) -> None:
        if field.data and not dial(field.data):
            raise ValidationError(_l("Give a telephone number."))

    def validate_audio_url(self, field: LineField) -> None:
        if field.data and not field.data.startswith("https://"):
            raise ValidationError(_l("Give the whole address beginning with https://"))

    def values(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("phone", "audio_url", "word")}


class AttendanceForm(Form):
    file = FileField(_l("Workbook or CSV file"))
    section = SelectField(_l("What it tells of"))

    def __init__(self, *args: object, sections: Sequence[Section], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.section.choices = [("", _l("The forum as a whole"))] + [(one.slug, one.title) for one in sections]


class HandForm(Form):
    """Minutes of a participant as the organiser knows of them."""

    prefix = "hand-"
    minutes = WholeField(
        _l("Minutes by the organiser's word"), [InputRequired(_l("Give the number.")), NumberRange(0, 6000)]
    )
