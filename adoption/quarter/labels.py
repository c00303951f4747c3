"""What people read for the quarterly question."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from adoption.quarter.models import Answer, AnswerKind, Round, Way
from adoption.quarter.rules import MAX_NOTE, Doubt, Fault
from kernel.i18n import number

ANSWER_LABELS = {
    AnswerKind.no_change: _l("No change"),
    AnswerKind.progress: _l("Progress"),
    AnswerKind.stopped: _l("We have stopped"),
}
ANSWER_WORDS = {kind.value: label for kind, label in ANSWER_LABELS.items()}
"""The same by code, for templates."""
WAY_LABELS = {
    Way.cabinet: _l("in the cabinet"),
    Way.link: _l("by the link"),
    Way.excel: _l("by an Excel table"),
    Way.paper: _l("by a paper letter"),
}
FAULTS = {
    Fault.no_answer: _l("Choose one of the three answers."),
    Fault.no_number: _l("Give the number: how many have been served since the beginning. Nobody yet: write 0."),
    Fault.served_range: _l("Give a whole number from 0 to 1,000,000, for example 12."),
    Fault.staff_range: _l("Give a whole number from 0 to 10,000, for example 12."),
    Fault.note_long: _l("This is longer than %(most)s characters. Keep the main thing.", most=MAX_NOTE),
    Fault.no_exit: _l("Say what is decided: a pause or an end."),
    Fault.wrong_exit: _l("This does not suit the stage reached. Choose another decision."),
    Fault.no_reason: _l("Say why: it helps others not to stumble at the same place."),
    Fault.no_words: _l("Say the reason in a few words."),
    Fault.interrupted: _l("The work has been interrupted already. Resume it in the cabinet first."),
    Fault.closed: _l("The answers of this quarter have been summed up. Write to the organiser."),
}
ROMAN = ("", "I", "II", "III", "IV")

LOG_ACTIONS = {
    "round.opened": _l("quarterly question asked"),
    "round.closed": _l("quarter summed up"),
    "round.reopened": _l("quarter opened again"),
    "round.reminded": _l("reminders sent"),
    "round.letter": _l("quarterly letter sent again"),
    "round.link_renewed": _l("personal link renewed"),
    "adoption.answered": _l("quarterly question answered"),
}


def round_title(of: Round) -> str:
    """«I квартал 2027 года»."""
    return quarter_title(of.year, of.quarter)


def quarter_title(year: int, quarter: int) -> str:
    text: str = _("Quarter %(quarter)s, %(year)s", quarter=ROMAN[quarter], year=year)
    return text


def letter_name(answer: Answer) -> str:
    """«по письму № 12-34 от 03.02.2027», or "" when there was none."""
    if not answer.letter_number or answer.letter_date is None:
        return ""
    text: str = _(
        "by letter No. %(number)s of %(day)s", number=answer.letter_number, day=answer.letter_date.strftime("%d.%m.%Y")
    )
    return text


def doubt(of: Doubt, before: int | None) -> str:
    """Why a number asks for a second look."""
    if of is Doubt.fell:
        text: str = _(
            "Last time it was %(before)s: the number since the beginning has fallen. Check it.",
            before=number(before or 0),
        )
    else:
        text = _(
            "Last time it was %(before)s: the number has grown more than tenfold. Check it.", before=number(before or 0)
        )
    return text
