"""Reading the cells of an organiser's workbook: dates, times, kinds and lists as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from kernel.text import clean, sort_key
from programme.models import SlotKind, TalkFormat

MONTHS = {
    month[:3]: number
    for number, month in enumerate(
        [
            "января",
            "февраля",
            "марта",
            "апреля",
            "мая",
            "июня",
            "июля",
            "августа",
            "сентября",
            "октября",
            "ноября",
            "декабря",
        ],
        start=1,
    )
} | {"май": 5}
_DATE = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})$")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")
_WORD_DATE = re.compile(r"^(\d{1,2})\s+([а-яё]+)\.?(?:\s+(\d{4}))?", re.IGNORECASE)
_TIME = re.compile(r"^(\d{1,2})[:.\-чh](\d{2})(?::\d{2})?(?:\s*мин\.?)?$", re.IGNORECASE)
NOTHING = "—"
"""Of one person among several, where the others have a value."""
_RANGE = re.compile(r"^\s*(.+?)\s*[–—-]\s*(\d{1,2}[:.]\d{2})\s*$")

KINDS: dict[str, SlotKind] = {
    "открытие": SlotKind.opening,
    "приветствие": SlotKind.opening,
    "opening": SlotKind.opening,
    "выступление": SlotKind.talk,
    "доклад": SlotKind.talk,
    "talk": SlotKind.talk,
    "": SlotKind.talk,
    "перерыв": SlotKind.break_,
    "кофе брейк": SlotKind.break_,
    "кофе пауза": SlotKind.break_,
    "break": SlotKind.break_,
    "обед": SlotKind.lunch,
    "lunch": SlotKind.lunch,
    "открытый микрофон": SlotKind.open_microphone,
    "дискуссия": SlotKind.open_microphone,
    "open microphone": SlotKind.open_microphone,
    "фильм": SlotKind.film,
    "ролик": SlotKind.film,
    "видео": SlotKind.film,
    "film": SlotKind.film,
    "закрытие": SlotKind.closing,
    "подведение итогов": SlotKind.closing,
    "closing": SlotKind.closing,
}
FORMATS: dict[str, TalkFormat] = {
    "": TalkFormat.in_person,
    "очно": TalkFormat.in_person,
    "очный": TalkFormat.in_person,
    "in person": TalkFormat.in_person,
    "дистанционно": TalkFormat.remote,
    "онлайн": TalkFormat.remote,
    "вкс": TalkFormat.remote,
    "удаленно": TalkFormat.remote,
    "remote": TalkFormat.remote,
    "запись": TalkFormat.recorded,
    "видеозапись": TalkFormat.recorded,
    "видео": TalkFormat.recorded,
    "recorded": TalkFormat.recorded,
}


def read_date(value: Any, year: int) -> date | None:
    """A date as written («28.05.2026», «28 мая», an Excel date); None when it is none. `year` fills a missing one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and 20_000 < value < 80_000:
        return date(1899, 12, 30) + timedelta(days=int(value))
    text = clean(str(value or ""))
    try:
        if found := _ISO_DATE.match(text):
            return date(*(int(part) for part in found.groups()))
        if found := _DATE.match(text):
            day, month, written = (int(part) for part in found.groups())
            return date(written + 2000 if written < 100 else written, month, day)
        if (found := _WORD_DATE.match(text)) and (month_number := MONTHS.get(found.group(2).lower()[:3])):
            return date(int(found.group(3) or year), month_number, int(found.group(1)))
    except ValueError:
        return None
    return None


def read_time(value: Any) -> time | None:
    """A time as written («9:30», «09.30», an Excel time or day fraction); None when it is none."""
    if isinstance(value, datetime):
        return value.time().replace(second=0, microsecond=0)
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, timedelta):
        value = value.total_seconds() / 86_400
    if isinstance(value, float) and 0 <= value < 1:
        minutes = round(value * 24 * 60)
        return time(minutes // 60 % 24, minutes % 60)
    found = _TIME.match(clean(str(value or "")))
    if not found or int(found.group(1)) > 23 or int(found.group(2)) > 59:
        return None
    return time(int(found.group(1)), int(found.group(2)))


def split_range(value: Any) -> tuple[Any, Any] | None:
    """«09:30–09:45» in one cell as (start, end)."""
    found = _RANGE.match(str(value)) if isinstance(value, str) else None
    return (found.group(1), found.group(2)) if found else None


def split_people(text: str) -> list[str]:
    """Several people in one cell: by semicolon, line break or «, » between full names."""
    parts = [clean(part) for part in re.split(r"[;\n]", text) if clean(part)]
    if len(parts) == 1 and "," in parts[0]:
        names = [clean(part) for part in parts[0].split(",")]
        if all(2 <= len(name.split()) <= 4 for name in names):
            return names
    return parts


def together(values: list[str]) -> str:
    """Values of several people in one cell, as `spread` reads them: a line each when one holds a semicolon."""
    if not any(values):
        return ""
    if len(values) > 1 and any(";" in value for value in values):
        return ";\n".join(value or NOTHING for value in values)
    return "; ".join(values)


def spread(text: str, number: int) -> list[str]:
    """One value for each of `number` people: split when there are as many parts, else the same for all."""
    lines = [clean(line) for line in re.split(r";\s*\n", text.rstrip("; \n"))]
    if number > 1 and len(lines) == number:
        return ["" if line == NOTHING else line for line in lines]
    parts = [clean(part) for part in re.split(r"[;\n]", text)]
    return parts if len(parts) == number else [clean(text)] * number


def read_kind(text: str) -> SlotKind | None:
    return KINDS.get(sort_key(text))


def read_format(text: str) -> TalkFormat | None:
    return FORMATS.get(sort_key(text))
