"""The door's answer in words: one word, the name, a plain sentence, the next step."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from kernel.db import utcnow
from kernel.i18n import clock, day, number
from registrations.door.attendance import Answer, Verdict
from registrations.door.codes import SHORT, read_code
from registrations.models import RegistrationStatus

KIND_OF_ANSWER = {Answer.go: "go", Answer.again: "again"}


class Said(NamedTuple):
    """A verdict as shown: `kind` is the colour, mark and sound; `action` what the main button does."""

    kind: str
    word: str
    name: str
    detail: str
    action: str = "next"
    """next, force, place (give the place back) or search."""


def say(verdict: Verdict, zone: str) -> Said:
    """`zone`: the forum's, for the time of entry."""
    word, detail, action = _WORDS[verdict.answer](verdict, zone)
    nameless = {Answer.unknown: verdict.typed, Answer.other_forum: _("Ask for another ticket")}
    name = verdict.name or nameless.get(verdict.answer, "")
    return Said(KIND_OF_ANSWER.get(verdict.answer, "no"), word, name, detail, action)


def count_line(inside: int, expected: int | None) -> str:
    """«612 из 800 записавшихся очно»."""
    if expected is None:
        return _("%(inside)s inside", inside=number(inside))
    return _("%(inside)s of %(expected)s signed up in person", inside=number(inside), expected=number(expected))


def initials(name: str) -> str:
    """«Примерова А. С.»"""
    surname, *others = name.split() or [""]
    return " ".join([surname, *(f"{other[0]}." for other in others)])


def _go(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    return _("Come in"), " · ".join(part for part in (verdict.territory, verdict.organisation) if part), "next"


def _again(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    word = {"she": _("She is in already"), "he": _("He is in already")}.get(sex(verdict.name), _("In already"))
    if verdict.entered_at is None:
        return word, "", "force"
    local = verdict.entered_at.astimezone(ZoneInfo(zone))
    time = clock(local)
    if local.date() != utcnow().astimezone(ZoneInfo(zone)).date():
        return word, _("Came in on %(day)s at %(time)s", day=day(local.date()), time=time), "force"
    detail = _("Came in at %(time)s, %(gate)s", time=time, gate=verdict.gate) if verdict.gate else ""
    return word, detail or _("Came in at %(time)s", time=time), "force"


def _cancelled(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    return _("Not taking part"), _("The place was given back. %(way)s", way=_way(verdict)), _action(verdict)


def _remote(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    return (
        _("Takes part remotely"),
        _("This participant has signed up for the broadcast. %(way)s", way=_way(verdict)),
        _action(verdict),
    )


def _waitlisted(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    detail = _("No place has become free yet. Ask the person to go to the registration desk.")
    return _("On the waiting list"), detail, "next"


def _revoked(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    if verdict.status is RegistrationStatus.confirmed and verdict.format and verdict.format.value == "in_person":
        return (
            _("Ticket revoked"),
            _("There is a newer ticket. Ask to open the latest letter, or look for the name."),
            "search",
        )
    if verdict.status is RegistrationStatus.cancelled:
        return _cancelled(verdict, zone)
    if verdict.status is RegistrationStatus.waitlisted and verdict.format and verdict.format.value == "in_person":
        return _waitlisted(verdict, zone)
    moved = {
        "she": _("She has changed to taking part remotely."),
        "he": _("He has changed to taking part remotely."),
    }.get(sex(verdict.name), _("The participant has changed to taking part remotely."))
    return _("Takes part remotely"), f"{moved} {_way(verdict)}", _action(verdict)


def _other_forum(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    detail = _("This ticket is for “%(forum)s”. Ask for the ticket of today's forum.", forum=verdict.other)
    return _("Another forum"), detail, "search"


def _unknown(verdict: Verdict, zone: str) -> tuple[str, str, str]:
    word = _("No such ticket")
    if not verdict.typed:
        return word, _("Scan once more with a brighter screen."), "search"
    missing = SHORT - len(read_code(verdict.typed))
    if missing > 0:
        characters = ngettext("%(num)s character is missing", "%(num)s characters are missing", missing)
        return word, _("The code has 8 characters, under the QR code: %(missing)s.", missing=characters), "search"
    return word, _("There is no ticket with this code. The code is the 8 characters under the QR code."), "search"


def _way(verdict: Verdict) -> str:
    if verdict.places:
        if not verdict.had_place:
            return _("There are free places in the hall: one tap gives one.")
        return _("There are free places: one tap gives it back.")
    return _("There are no free places. Ask the person to go to the registration desk.")


def _action(verdict: Verdict) -> str:
    return "place" if verdict.places else "next"


_WORDS = {
    Answer.go: _go,
    Answer.again: _again,
    Answer.cancelled: _cancelled,
    Answer.remote: _remote,
    Answer.waitlisted: _waitlisted,
    Answer.revoked: _revoked,
    Answer.other_forum: _other_forum,
    Answer.unknown: _unknown,
}


def sex(name: str) -> str:
    """ "she", "he" or "" by the patronymic: only for the right word, never kept."""
    for word in name.casefold().split()[1:]:
        if word.endswith(("вна", "чна", "шна", "кызы")):
            return "she"
        if word.endswith(("вич", "ьич", "мич", "тич", "оглы")):
            return "he"
    return ""
