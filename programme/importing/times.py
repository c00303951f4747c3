"""When something begins and ends, as people and spreadsheets write it: read, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext as _

from kernel.documents.sheets import as_text
from kernel.text import clean
from programme.importing.dates import EXCEL_DAYS, EXCEL_EPOCH, take_date

_DASHES = str.maketrans(dict.fromkeys("‒–—―−﹣－", "–") | dict.fromkeys("‐‑-", "-"))
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]{2}")
_REMARK = re.compile(r"\([^)]*\)|\b(?:мск|utc|gmt|по местному времени|местного времени)\b[+\d]*")
_BEFORE = re.compile(r"^(?:начало|время|в|к|с|со|от|до|from|at)\b[\s:]*")
_AFTER = re.compile(r"(?:час(?:а|ов)?|ч|г)?[.,;]*$")
_BETWEEN = re.compile(r"\s*[-–/]\s*|\s*\.{2,}\s*|\s*…\s*|\s+(?:до|по|to|till|until)\s+")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})\s?(?:[:.,\-]|ч\w*\.?|h)\s?(?P<minute>\d{2})(?:[:.]\d{2})?\s?(?:мин\w*\.?|м\.?)?"
    r"|(?P<hour2>\d{2})\s?(?P<minute2>\d{2})"
)
_HALF = re.compile(r"(\d{1,2})(?P<sign>[:.,])\s?(\d{1,2})(?::\d{2})?\s?(?P<half>[ap])\.?m\.?|(\d{1,2})\s?([ap])\.?m\.?")
_SHORT_MINUTE = re.compile(r"(\d{1,2})[.,](\d)")
_HOUR = re.compile(r"\d{1,2}")
_HOURS = r"(?P<hours>\d{1,2}(?:[.,]\d)?)\s*(?:часа|часов|час|ч|hours?|h)\.?"
_MINUTES = r"(?P<minutes>\d{1,3})\s*(?:минуты?|минут|мин|м|minutes?|min|['’′])\.?"
_LENGTH = re.compile(rf"\+?\s*(?:{_HOURS})?\s*(?:{_MINUTES})?")
LONGEST_TEXT = 200
LONGEST_ITEM = timedelta(hours=12)
EVENING, MORNING = time(18), time(6)
"""What begins after the one and ends before the other goes over midnight."""


class When(NamedTuple):
    """A beginning and an end; None for what could not be read, which `faults` tell."""

    begins: time | None
    ends: time | None
    day: date | None = None
    """Written beside the time."""
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_when(start: object, end: object, length: object = None, year: int = 0) -> When:
    """The times of a row. `end` may stand in the start («10:00–10:15»), or be a length («20 мин.»)."""
    day, start = _without_day(start, year)
    _day, end = _without_day(end, year)
    day = day or _day
    if _is_empty(end) and (pair := split_range(start)):
        start, end = pair
    begins = read_time(start)
    faults = [] if begins else [_no_start(start)]
    remarks = [_taken(value, found) for value, found in ((start, begins),) if found and _is_guess(value)]
    lasts = read_length(end) or (read_length(length, bare=True) if _is_empty(end) else None)
    if lasts is not None:
        ends = (datetime.combine(date.min, begins) + lasts).time() if begins else None
        return When(begins, ends, day, tuple(faults), tuple(remarks))
    ends = read_time(end)
    if ends is None:
        faults.append(_no_end(end))
    elif _is_guess(end):
        remarks.append(_taken(end, ends))
    return When(begins, ends, day, tuple(faults), tuple(remarks))


def over_midnight(begins: time, ends: time) -> bool:
    """«23:30–00:30»"""
    return ends < begins and begins >= EVENING and ends <= MORNING


def read_time(value: object) -> time | None:
    """As written («9:30», «09.30», «9-30», «9 ч 30 мин», an Excel time or share of a day); None when it is none."""
    if isinstance(value, datetime):
        return value.time().replace(second=0, microsecond=0) if value.time() or value.year < 1905 else None
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, timedelta):
        value = value.total_seconds() / 86_400
        return _fraction(value) if value <= 1 else None
    if isinstance(value, (bool, date)):
        return None
    if isinstance(value, int | float):
        return _number(float(value))
    return _clock(_normal(value), hours=True)


def read_length(value: object, bare: bool = False) -> timedelta | None:
    """How long something lasts («20 мин.», «1 ч 30 мин», «1,5 часа»); `bare`: numbers are minutes, times hours."""
    if bare and isinstance(value, time):
        return _kept(timedelta(hours=value.hour, minutes=value.minute))
    if bare and isinstance(value, timedelta):
        return _kept(value)
    text = _normal(as_text(value))
    if bare and re.fullmatch(r"\d{1,3}", text):
        return _kept(timedelta(minutes=int(text)))
    if bare and (found := re.fullmatch(r"(\d{1,2}):(\d{2})", text)):
        return _kept(timedelta(hours=int(found[1]), minutes=int(found[2])))
    if text == "полчаса":
        return timedelta(minutes=30)
    found = _LENGTH.fullmatch(text)
    if not found or not any(found.groupdict().values()):
        return None
    hours = float((found["hours"] or "0").replace(",", "."))
    if not bare and hours >= 7:
        return None  # «10 ч 30 мин» is a time of the day
    return _kept(timedelta(hours=hours, minutes=int(found["minutes"] or 0)))


def split_range(value: object) -> tuple[str, str] | None:
    """«09:30–09:45», «с 9 до 10» in one cell as (start, end)."""
    if not isinstance(value, str):
        return None
    text = _normal(value.strip().replace("\n", "–"))
    pairs = list(_pairs(text))
    for start, end in pairs:
        if _clock(start) and (_clock(end) or read_length(end)):
            return start, end
    if _clock(text):
        return None  # «10-15» is a time
    for start, end in pairs:
        if _clock(start, hours=True) and _clock(end, hours=True):
            return start, end
    return None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for found in _BETWEEN.finditer(text[:80]):
        yield text[: found.start()].strip(), text[found.end() :].strip()


def _normal(value: object) -> str:
    return _plain(str(value or "")[:LONGEST_TEXT])


@lru_cache(maxsize=2048)
def _plain(text: str) -> str:
    text = _RAISED.sub(lambda found: ":" + found[0], text)
    text = clean(text.translate(_RAISED_DIGITS)).casefold().translate(_DASHES)
    return clean(_REMARK.sub("", text))


_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _clock(text: str, hours: bool = False) -> time | None:
    """`hours`: «11» alone is eleven o'clock."""
    text = _BEFORE.sub("", text)
    if found := _HALF.fullmatch(text):
        hour, minute, half = found[1] or found[5], found[3] or 0, found["half"] or found[6]
        return _time(int(hour) % 12 + 12 * (half == "p"), int(minute)) if 1 <= int(hour) <= 12 else None
    for written in (text, _AFTER.sub("", text).strip()):
        if found := _CLOCK.fullmatch(written):
            return _time(int(found["hour"] or found["hour2"]), int(found["minute"] or found["minute2"]))
        if hours and (found := _SHORT_MINUTE.fullmatch(written)):
            return _time(int(found[1]), int(found[2]) * 10)
        if hours and _HOUR.fullmatch(written):
            return _time(int(written), 0)
    return None


def _time(hour: int, minute: int) -> time | None:
    if (hour, minute) == (24, 0):
        hour = 0
    return time(hour, minute) if 0 <= hour < 24 and minute < 60 else None


def _fraction(share: float) -> time:
    minutes = round(share * 24 * 60)
    return time(minutes // 60 % 24, minutes % 60)


def _number(value: float) -> time | None:
    """A share of the day, a moment as Excel counts days, or a time whose point Excel took for that of a number."""
    if 0 <= value < 1:
        return _fraction(value)
    if EXCEL_DAYS[0] < value < EXCEL_DAYS[1]:
        return _fraction(value % 1) if value % 1 else None
    if value.is_integer() and 100 <= value < 2400:
        return _time(int(value) // 100, int(value) % 100)
    hundreds = round(value * 100)
    return _time(hundreds // 100, hundreds % 100) if abs(value * 100 - hundreds) < 1e-6 and value < 100 else None


def _is_guess(value: object) -> bool:
    """Whether the time is another than what stands in the cell: to be shown."""
    if isinstance(value, int | float):
        return 1 <= value < EXCEL_DAYS[0] and not (float(value).is_integer() and value < 25)
    return isinstance(value, str) and _SHORT_MINUTE.fullmatch(value.strip()) is not None


def _taken(value: object, found: time) -> str:
    return str(_("«%(text)s» is taken for %(time)s.", text=as_text(value), time=f"{found:%H:%M}"))


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in ("", "-", "–", "—"))


def _without_day(value: object, year: int) -> tuple[date | None, object]:
    """The day written before or with a time («20.05.2027 10:00»), and the rest."""
    if isinstance(value, datetime) and value.year >= 1905 and value.time():
        return value.date(), value
    if isinstance(value, float) and EXCEL_DAYS[0] < value < EXCEL_DAYS[1] and value % 1:
        return EXCEL_EPOCH + timedelta(days=int(value)), value
    if isinstance(value, str):
        day, rest = take_date(value, year)
        if day and re.search(r"\d", rest):
            return day, rest.strip(" ,;")
    return None, value


def _is_day(value: object) -> bool:
    whole = isinstance(value, int | float) and EXCEL_DAYS[0] < value < EXCEL_DAYS[1]
    return isinstance(value, date) or whole or (isinstance(value, str) and take_date(value, 2000)[0] is not None)


def _no_start(value: object) -> str:
    if _is_empty(value):
        return str(_("The start is empty. Write it as 09:30."))
    if _is_day(value):
        return _made_a_date(value)
    return str(_("The start «%(text)s» is not a time. Write it as 09:30.", text=as_text(value)))


def _no_end(value: object) -> str:
    if _is_empty(value):
        return str(_("The end is empty. Write it as 09:45, or both in the start: 09:30–09:45."))
    if _is_day(value):
        return _made_a_date(value)
    return str(_("The end «%(text)s» is not a time. Write it as 09:45.", text=as_text(value)))


def _made_a_date(value: object) -> str:
    text = as_text(value)
    meant = re.match(r"([01]?\d|2[0-3])\.([0-5]?\d)\.", text)
    return str(
        _(
            "«%(text)s» is a date instead of a time: Excel makes a date of 10.10. "
            "Format the column as text and type the time again, as %(time)s.",
            text=text,
            time=f"{int(meant[1]):02}:{meant[2]:0>2}" if meant else "10:10",
        )
    )


def _kept(length: timedelta) -> timedelta | None:
    return length if timedelta() < length <= LONGEST_ITEM else None
