"""Days as people write them: «28.05.2026», «28 мая», «День 2», an Excel date."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from kernel.text import clean

_MONTHS = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
MONTHS = {name: number for number, name in enumerate(_MONTHS, start=1)} | {"май": 5}
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = 20_000, 80_000
"""Numbers that are days as Excel counts them: from 1954 to 2119."""
LONGEST_DATE = 300
_DATE = re.compile(
    r"(?<![\d.:])(\d{1,2})(?:([./])(\d{1,2})\2(\d{4}|\d{2})|-(\d{1,2})-(\d{4}))(?:\s*г(?:ода|\.)?)?(?![\d:])"
)
_SHORT_DATE = re.compile(r"(?<![\d.:])(\d{1,2})([./])(\d{1,2})(?![\d:.])")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_WORD_DATE = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s+({'|'.join(MONTHS)})[а-яё]*\.?(?:\s+(\d{{4}})(?:\s*г(?:ода|\.)?)?)?(?![\d:])", re.IGNORECASE
)
_PERIOD = re.compile(r"\d\s*(?:[-–—]|по)\s*$")
_DAY_NUMBER = re.compile(r"(?<!\w)(?:день\s*(?:№\s*)?(\d)|day\s*(\d)|(\d)(?:-?[йи]+)?\s*день)(?!\w)", re.IGNORECASE)
_DAY_WORDS = {word: number for number, word in enumerate(["первый", "второй", "третий", "четвертый", "пятый"], start=1)}
_DAY_WORD = re.compile(rf"(?<!\w)({'|'.join(_DAY_WORDS)})\s+день(?!\w)", re.IGNORECASE)


def read_date(value: object, year: int, first: date | None = None) -> date | None:
    """A date as written; None when it is none. `year` fills a missing one, `first` is «День 1»."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        fits = not isinstance(value, bool) and EXCEL_DAYS[0] < value < EXCEL_DAYS[1]
        return EXCEL_EPOCH + timedelta(days=int(value)) if fits else None
    text = clean(str(value or ""))
    found, _rest = take_date(text, year, first)
    return found


def take_date(text: str, year: int, first: date | None = None) -> tuple[date | None, str]:
    """The day named in a text («Программа форума, 20 мая 2027 года»), and the text without it."""
    if len(text) > LONGEST_DATE:
        return None, text
    for pattern in (_ISO_DATE, _DATE, _WORD_DATE):
        if found := pattern.search(text):
            rest = _without(text, found)
            if _PERIOD.search(text[: found.start()]) or pattern.search(rest):
                return None, text  # «20–21 мая» is no day
            try:
                return _day(found, year), rest
            except ValueError:
                return None, text
    if first and (found := _DAY_NUMBER.search(text) or _DAY_WORD.search(text.replace("ё", "е"))):
        word = next(group for group in found.groups() if group)
        return first + timedelta(days=(_DAY_WORDS.get(word.lower()) or int(word)) - 1), _without(text, found)
    return None, text


def _day(found: re.Match[str], year: int) -> date:
    if found.re is _ISO_DATE:
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found.re is _WORD_DATE:
        return date(int(found[3] or year), MONTHS[found[2].lower()], int(found[1]))
    written = found[4] or found[6]
    return date(int(written) + 2000 * (len(written) == 2), int(found[3] or found[5]), int(found[1]))


def take_short_date(text: str, year: int) -> tuple[date | None, str]:
    """Like `take_date`, and «20.05» too: where no time can stand."""
    found = _SHORT_DATE.search(text)
    try:
        return (date(year, int(found[3]), int(found[1])), _without(text, found)) if found else (None, text)
    except ValueError:
        return None, text


def _without(text: str, found: re.Match[str]) -> str:
    return clean(text[: found.start()] + " " + text[found.end() :])
