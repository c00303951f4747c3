"""A participant's details: one value from the form, the list or the door to the row, the card and the export.

A question is added in `Answers` alone (with its migration and its Russian): forms, imports, exports, cards and
lists ask `QUESTIONS`. Name, address and municipality are no questions: a person is told by them.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from kernel.db import Columns
from kernel.text import clean, email_key, sort_key

LONGEST_ANSWER = 255
LONGEST_IDENTITY = 400


class Question(NamedTuple):
    """What is asked of a participant in one line; it may stay unanswered."""

    label: object
    headings: tuple[str | re.Pattern[str], ...]
    """What people write over the column of a list; the first is our own workbook's, the label in Russian."""
    autocomplete: str = "off"
    """How browsers know it, for whoever fills the form in about themselves."""
    width: int = 28
    """Of the column in a workbook, in characters."""
    listed: bool = False
    """Whether the organiser's list shows it beneath the organisation."""


def _asked(question: Question, *, personal: bool = True) -> Mapped[str]:
    return mapped_column(String(LONGEST_ANSWER), default="", info={"personal": personal, "question": question})


class Answers:
    """The columns that answer the questions, in the order in which they are asked and shown."""

    organisation: Mapped[str] = _asked(
        Question(
            _l("Organisation"),
            (
                "Организация",
                "Место работы",
                "Учреждение",
                "Organisation",
                "Organization",
                "Company",
                re.compile(r"организаци|мест\w+ (?:работы|учебы)|учреждени|компани|\bcompany\b|organi[sz]ation"),
            ),
            autocomplete="organization",
            width=36,
        ),
        personal=False,
    )
    position: Mapped[str] = _asked(
        Question(
            _l("Position"),
            ("Должность", "Position", "Job title", re.compile(r"\bдолжност|\bjob title|\bposition\b")),
            autocomplete="organization-title",
            listed=True,
        )
    )


QUESTIONS: Mapping[str, Question] = {
    key: value.column.info["question"] for key, value in vars(Answers).items() if isinstance(value, MappedColumn)
}
"""By the name of the column, which is the field's and the import's as well."""


class Details(NamedTuple):
    """Who takes part: what was entered, by whatever way it came."""

    name: str
    email: str
    territory_id: int | None = None
    place: str = ""
    """Where from, as written, of a place that is in no list."""
    answers: Mapping[str, str] = MappingProxyType({})
    """By question; what is missing was not asked."""

    @property
    def identity(self) -> str:
        return identity_of(self.email, self.name)

    def columns(self) -> Columns:
        """The values of the row."""
        answers = {key: clean(self.answers.get(key, "")) for key in QUESTIONS}
        name, email = clean(self.name), email_key(self.email)
        return {"name": name, "email": email, "territory_id": self.territory_id, "place": self.place, **answers}

    def replacing(self, known: "Details") -> "Details":
        """These in the place of `known`: a place that was only written stays until one of the list is chosen."""
        moved = self.territory_id not in (None, known.territory_id)
        return self._replace(place=self.place or ("" if moved else known.place))

    def added_to(self, known: "Details") -> "Details":
        """What `known` becomes by a list, whose empty cells say nothing."""
        answers = {**known.answers, **{key: answer for key, answer in self.answers.items() if answer}}
        told = Details(known.name, known.email, self.territory_id or known.territory_id, self.place, answers)
        return told.replacing(known)


def details_of(row: Any) -> Details:
    """The details that stand in a registration."""
    return Details(row.name, row.email, row.territory_id, row.place, {key: getattr(row, key) for key in QUESTIONS})


def identity_of(email: str, name: str) -> str:
    """What makes a person at a forum: the address and the name, whatever their case."""
    whole = f"{email_key(email)}|{sort_key(name)}"
    if len(whole) <= LONGEST_IDENTITY:
        return whole
    # what is cut off counts too
    return whole[: LONGEST_IDENTITY - 65] + "#" + sha256(whole.encode()).hexdigest()


def shown_details(registration: Any) -> list[tuple[str, str]]:
    """(label, text) of everything but the name, as a card shows it."""
    rows = [(_("E-mail"), registration.email), (_("Municipality"), registration.comes_from)]
    rows += [(str(question.label), getattr(registration, key)) for key, question in QUESTIONS.items()]
    return [(label, text or "—") for label, text in rows]


def questions_named() -> str:
    """The questions in the middle of a sentence: «организация, должность»."""
    labels = [str(question.label) for question in QUESTIONS.values()]
    return ", ".join(label[:1].lower() + label[1:] for label in labels)
