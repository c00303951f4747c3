"""What changed between two passports kept as JSON, field by field and word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from kernel.i18n import number
from practices.labels import (
    DOCUMENT_LABELS,
    FIELD_LABELS,
    FORMAT_LABELS,
    GROUP_LABELS,
    NEED_LABELS,
    PREVENTION_LABELS,
    RESOURCE_LABELS,
)
from practices.models import Item, Prevention, TargetGroup, Values

_WORDS = re.compile(
    r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"  # 80 000 is one number, whatever parts its groups
    r"|\d+[.,]\d+|\s+|\w+(?:-\w+)*|[^\w\s]"
)
_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;\n]*|[.!?;\n]+")
MOST_PAIRS = 25_000
"""Pairs of equal words in two texts above which they are compared more coarsely: a real text of 6,000 characters
has a third of that, and the comparison of the same word written 3,000 times would last for minutes."""
Names = Mapping[tuple[str, int], str]


class Difference(NamedTuple):
    """One field: what it said, what it says, and both as one text with <del> and <ins>."""

    field: str
    label: str
    before: str
    after: str
    marked: Markup


def differences(before: Values, after: Values, names: Names) -> list[Difference]:
    """Fields that differ, in the order of the passport. `names`: see `moderation.queries.names_in`."""
    rows = []
    for field, label in FIELD_LABELS.items():
        if field not in after:
            continue
        old, new = in_words(field, before.get(field), names), in_words(field, after[field], names)
        if field == "documents":
            if shown := _documents_marked(before.get(field) or [], after[field] or []):
                rows.append(Difference(field, str(label), old, new, shown))
        elif old != new:
            rows.append(Difference(field, str(label), old, new, marked(old, new)))
    return rows


def marked(before: str, after: str) -> Markup:
    """Both texts as one, word by word; everything is escaped. A screen reader hears what was and what is."""
    parts = []
    for same, gone, come in _runs(*_pieces(before, after)):
        parts.append(escape(same) if same else _change(gone, come))
    return Markup("").join(parts)


def _runs(old: list[str], new: list[str]) -> list[tuple[str, str, str]]:
    """(what stayed, what went, what came); changes parted by nothing but a space are one change."""
    runs: list[tuple[str, str, str]] = []
    for kind, first, last, begin, end in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[first:last]), "".join(new[begin:end])
        if kind == "equal":
            runs.append((gone, "", ""))
        elif len(runs) > 1 and not runs[-1][0].strip(" ") and all(runs[-2][1:]) and gone and come:
            space, (_same, went, came) = runs.pop()[0], runs.pop()
            runs.append(("", went + space + gone, came + space + come))
        else:
            runs.append(("", gone, come))
    return runs


def _change(gone: str, come: str) -> Markup:
    if gone and come:
        return _tagged("del", _("before:"), gone) + " " + _tagged("ins", _("now:"), come)
    return _tagged("del", _("taken away:"), gone) if gone else _tagged("ins", _("added:"), come)


def _tagged(tag: str, said: str, text: str) -> Markup:
    return Markup('<{0}><span class="sr">{1} </span>{2}</{0}>').format(Markup(tag), said, text)


def _documents_marked(before: list[dict[str, object]], after: list[dict[str, object]]) -> Markup:
    """Documents that came or went, one a line; a new file under an old title is another document."""
    known, kept = {one["id"] for one in before}, {one["id"] for one in after}
    lines = [_change(_document(one), "") for one in before if one["id"] not in kept]
    lines += [_change("", _document(one)) for one in after if one["id"] not in known]
    return Markup("\n").join(lines)


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


def _steps(items: list[dict[str, object]]) -> str:
    return "\n".join(f"{number}. {item['text']}" for number, item in enumerate(items, start=1))


def _resources(items: list[Item]) -> str:
    return "\n".join(f"{RESOURCE_LABELS[item['kind']]} ({NEED_LABELS[item['need']]}): {item['text']}" for item in items)


def _results(items: list[dict[str, object]]) -> str:
    return "\n".join(" · ".join(str(value) for value in item.values() if value) for item in items)


def _document(item: Item) -> str:
    kinds = {kind.value: label for kind, label in DOCUMENT_LABELS.items()}
    return f"{item['title']} ({str(kinds.get(item['kind'], item['kind'])).lower()})"


def _risks(items: list[Item]) -> str:
    return "\n".join(" → ".join(part for part in (item["risk"], item.get("mitigation")) if part) for item in items)


_WRITERS: dict[str, Callable[[Any], object]] = {
    "steps": _steps,
    "resources": _resources,
    "results": _results,
    "risks": _risks,
    "documents": lambda items: "\n".join(_document(item) for item in items),
    "groups": lambda codes: "\n".join(str(GROUP_LABELS[group]) for group in TargetGroup if group.value in codes),
    "formats": lambda codes: "\n".join(str(FORMAT_LABELS[code]) for code in codes if code in FORMAT_LABELS),
    "sphere": lambda code: SPHERE_LABELS[Sphere(code)],
    "prevention": lambda code: PREVENTION_LABELS[Prevention(code)],
}
