"""What changed between two passports kept as JSON, field by field and word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup, escape

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from kernel.i18n import number
from practices.labels import FIELD_LABELS, FORMAT_LABELS, GROUP_LABELS, NEED_LABELS, PREVENTION_LABELS, RESOURCE_LABELS
from practices.models import Prevention, TargetGroup

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;\n]*|[.!?;\n]+")
MOST_PAIRS = 25_000
"""Pairs of equal words in two texts above which they are compared more coarsely: a real text of 6,000 characters
has a third of that, and the comparison of the same word written 3,000 times would last for minutes."""
Names = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Difference:
    """One field: what it said, what it says, and both as one text with <del> and <ins>."""

    field: str
    label: str
    before: str
    after: str
    marked: Markup


def differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> list[Difference]:
    """Fields that differ, in the order of the passport. `names`: see `moderation.queries.names_in`."""
    rows = []
    for field, label in FIELD_LABELS.items():
        if field not in after:
            continue
        old, new = in_words(field, before.get(field), names), in_words(field, after[field], names)
        if old != new:
            rows.append(Difference(field, str(label), old, new, marked(old, new)))
    return rows


def marked(before: str, after: str) -> Markup:
    """Both texts as one, word by word; everything is escaped."""
    old, new = _pieces(before, after)
    parts = []
    for kind, first, last, begin, end in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        gone, come = escape("".join(old[first:last])), escape("".join(new[begin:end]))
        if kind == "equal":
            parts.append(gone)
            continue
        if gone:
            parts.append(Markup("<del>{}</del>").format(gone))
        if come:
            parts.append(Markup("<ins>{}</ins>").format(come))
    return Markup("").join(parts)


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    """Words of both texts; their sentences, or each text whole, where one word is repeated too often."""
    for pieces in (_WORDS, _SENTENCES):
        old, new = pieces.findall(before), pieces.findall(after)
        counts = Counter(piece for piece in new if not piece.isspace())
        if sum(counts[piece] for piece in old) <= MOST_PAIRS:
            return old, new
    return [before], [after]


def in_words(field: str, value: Any, names: Names) -> str:
    """A field of a passport as JSON, as people read it; "" when it is empty."""
    if value is None or value == "" or value == []:
        return ""
    if (field, value if isinstance(value, int) else 0) in names:
        return names[(field, value)]
    if field in _WRITERS:
        return str(_WRITERS[field](value))
    if isinstance(value, int | float) and field != "start_year":
        return number(value)
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return str(value)


def _steps(items: list[dict[str, Any]]) -> str:
    return "\n".join(f"{number}. {item['text']}" for number, item in enumerate(items, start=1))


def _resources(items: list[dict[str, Any]]) -> str:
    return "\n".join(f"{RESOURCE_LABELS[item['kind']]} ({NEED_LABELS[item['need']]}): {item['text']}" for item in items)


def _results(items: list[dict[str, Any]]) -> str:
    return "\n".join(" · ".join(str(value) for value in item.values() if value) for item in items)


def _risks(items: list[dict[str, Any]]) -> str:
    return "\n".join(" → ".join(part for part in (item["risk"], item.get("mitigation")) if part) for item in items)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "steps": _steps,
    "resources": _resources,
    "results": _results,
    "risks": _risks,
    "groups": lambda codes: "\n".join(str(GROUP_LABELS[group]) for group in TargetGroup if group.value in codes),
    "formats": lambda codes: "\n".join(str(FORMAT_LABELS[code]) for code in codes if code in FORMAT_LABELS),
    "sphere": lambda code: SPHERE_LABELS[Sphere(code)],
    "prevention": lambda code: PREVENTION_LABELS[Prevention(code)],
}
