"""Names, positions, organisations and places of several people written in one cell."""

from __future__ import annotations

import re
from typing import NamedTuple

from kernel.text import clean
from programme.importing.layouts.words import ORGANISATION, PERSON, is_person, is_place, may_be_name

_NUMBER = re.compile(r"^\d{1,2}[.)]\s*")
_AFTER_NAME = re.compile(r"\s*[,:]\s*|\s+[–—-]\s+|\s*(?=\()")
_IN_BRACKETS = re.compile(r"\s*\(([^()]{2,80})\)\s*$")
LONGEST_LIST_OF_PEOPLE = 3000


class Written(NamedTuple):
    name: str
    position: str = ""
    organisation: str = ""
    municipality: str = ""


def people_of(text: str) -> list[Written]:
    """The people of a cell: «Чижов А. О., психолог центра «Гнездо» (г. Саянск); Дроздова А. К., водитель»."""
    return [_person(entry) for entry in _entries(text[:LONGEST_LIST_OF_PEOPLE])]


def columns_of(people: list[Written]) -> dict[str, str]:
    """The cells that a table with a column for each would have."""
    found = {"speaker": "; ".join(one.name for one in people)}
    for column in ("position", "organisation", "municipality"):
        values = [getattr(one, column).replace(";", ",") for one in people]
        found[column] = "; ".join(values) if any(values) else ""
    return found


def _entries(text: str) -> list[str]:
    """Whole people: a line that begins with a name begins another one, any other goes on with the one before."""
    entries: list[str] = []
    for chunk in text.split(";"):
        begins = True
        for line in chunk.split("\n"):
            line = _NUMBER.sub("", clean(line))
            if not line:
                continue
            if begins or not entries or _begins(line, entries[-1]):
                entries.append(line)
            else:
                entries[-1] = (
                    f"{entries[-1].rstrip(',')}, {line}" if entries[-1].endswith(",") else f"{entries[-1]} {line}"
                )
            begins = False
    return [one for entry in entries for one in _side_by_side(entry)]


def _begins(line: str, before: str) -> bool:
    return is_person(line) or (may_be_name(line) and may_be_name(before))


def _side_by_side(entry: str) -> list[str]:
    """«Иванов И. И., директор, Петров П. П., врач» are two people."""
    parts = _parts(entry)
    if len(parts) > 1 and all(2 <= len(part.split()) <= 4 and may_be_name(part) for part in parts):
        return parts
    found = parts[:1]
    for part in parts[1:]:
        if is_person(part):
            found.append(part)
        else:
            found[-1] += ", " + part
    return found


def _parts(text: str) -> list[str]:
    """Between commas outside «ёлочки» and brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth = max(depth + (sign in "«(") - (sign in "»)"), 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [clean(part) for part in parts]


def _person(entry: str) -> Written:
    known = PERSON.match(entry)
    end = known.end() if known else 0
    if not known:
        found = _AFTER_NAME.search(entry)
        if not found or not may_be_name(entry[: found.start()]):
            return Written(entry.strip(" ,"))
        end = found.start()
    name, rest = entry[:end].strip(), entry[end:].strip(" ,:–—-")
    place = ""
    if (found := _IN_BRACKETS.search(rest)) and is_place(found[1]):
        rest, place = rest[: found.start()].strip(), found[1]
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    parts = [part for part in _parts(rest) if part]
    if not place and parts and is_place(parts[-1]):
        place = parts.pop()
    works = next((number for number, part in enumerate(parts[1:], start=1) if ORGANISATION.match(part)), len(parts))
    return Written(name, ", ".join(parts[:works]), ", ".join(parts[works:]), place)
