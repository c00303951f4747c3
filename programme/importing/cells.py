"""Reading the cells of an organiser's workbook: kinds, formats and lists as people write them."""

from __future__ import annotations

import re

from kernel.text import clean, sort_key
from programme.models import SlotKind, TalkFormat

NO_VALUE = "—"
"""Of one person among several, where the others have a value."""

KINDS_BY_WORD: dict[str, SlotKind] = {
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
        return ";\n".join(value or NO_VALUE for value in values)
    return "; ".join(values)


def spread(text: str, number: int) -> list[str]:
    """One value for each of `number` people: split when there are as many parts, else the same for all."""
    lines = [clean(line) for line in re.split(r";\s*\n", text.rstrip("; \n"))]
    if number > 1 and len(lines) == number:
        return ["" if line == NO_VALUE else line for line in lines]
    parts = [clean(part) for part in re.split(r"[;\n]", text)]
    return parts if len(parts) == number else [clean(text)] * number


def read_kind(text: str) -> SlotKind | None:
    return KINDS_BY_WORD.get(sort_key(text))


def read_format(text: str) -> TalkFormat | None:
    return FORMATS.get(sort_key(text))
