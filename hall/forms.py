from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, NumberRange

from kernel.forms import Form, LineField, TextField, WholeField, required
from kernel.text import one_script, sort_key

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
