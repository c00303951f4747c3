"""Columns of providers' attendance lists, and what is written under them."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from kernel.documents.headings import Known, Needed

HEADINGS: Known = {
    "name": (
        "Имя",
        "ФИО",
        "Участник",
        "Name",
        "Name (Original Name)",
        "Имя участника",
        re.compile(r"\bфио\b|\bимя\b|участник|\bname\b"),
    ),
    "email": ("Электронная почта", "E-mail", "Email", "User Email", re.compile(r"\be ?mail\b|\bпочт")),
    "joined": (
        "Вошёл",
        "Время входа",
        "Join time",
        "Joined",
        re.compile(r"\bвошел|\bвход|подключил|начал\w* просмотр|\bjoin"),
    ),
    "left": ("Вышел", "Время выхода", "Leave time", "Left", re.compile(r"\bвышел|\bвыход|отключил|\bleave|\bleft\b")),
    "minutes": (
        "Минуты",
        "Длительность",
        "Duration (Minutes)",
        "Minutes",
        re.compile(r"минут|длительност|продолжительност|время просмотра|присутств|duration"),
    ),
}
HEADINGS_NEEDED: Needed = (("name", "email"), ("minutes", "joined"))
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap]m)?$", re.IGNORECASE)
_DAY = (
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
)
_SPAN = re.compile(r"(\d+):(\d{2})(?::(\d{2}))?$")
_WORDS = re.compile(r"(?:(\d+)\s*(?:ч|h)\D*)?(?:(\d+)\s*(?:м|m))?")


def read_moment(value: object, day: date, zone: ZoneInfo) -> datetime | None:
    """A cell as the forum's wall-clock time; a bare time is of `day`. None: it says no moment."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, time):
        return datetime.combine(day, value)
    text = str(value or "").strip()
    if text.endswith("Z") or re.search(r"T.*[+-]\d\d:?\d\d$", text):
        return _of_iso(text, zone)
    clock = _CLOCK.search(text)
    if clock is None:
        return None
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        hour = hour % 12 + 12 * (clock[4].lower() == "pm")
    try:
        return datetime.combine(_day_in(text[: clock.start()]) or day, time(hour, minute, second))
    except ValueError:
        return None


def _of_iso(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(zone).replace(tzinfo=None)
    except ValueError:
        return None


def _day_in(text: str) -> date | None:
    for pattern in _DAY:
        if found := pattern.search(text):
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
    return None


def read_minutes(value: object) -> int | None:
    """«32», «32 мин», «1 ч 5 мин», «0:32:10», a time of a workbook; None: it says no number."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 100_000 else None
    text = str(value or "").strip().casefold()
    if re.fullmatch(r"\d{1,5}(?:[.,]\d+)?", text):
        return int(re.split("[.,]", text)[0])
    if found := _SPAN.match(text):
        first, second = int(found[1]), int(found[2])
        return first * 60 + second if found[3] else first
    found = _WORDS.match(text)
    if found and (found[1] or found[2]):
        return int(found[1] or 0) * 60 + int(found[2] or 0)
    return None
