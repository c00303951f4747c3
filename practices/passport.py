"""The passport as text and as data: how lists are written in a cell or a text box, and what an edition keeps.

One item a line. Within a line: steps `core | text`, resources `core|optional|author | text`,
results `indicator | baseline | value | n | period | source`, risks `risk → mitigation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from accounts.enums import Sphere
from practices.models import Item, Practice, Prevention, SampleDocument, TargetGroup, Values

NEEDS = {
    "core": "core",
    "ядро": "core",
    "нужно": "core",
    "обязательно": "core",
    "optional": "optional",
    "по желанию": "optional",
    "author": "author",
    "от автора": "author",
    "автор": "author",
}
KINDS_OF_RESOURCES = ("people", "processes", "tools")
RESULT_KEYS = ("indicator", "baseline", "value", "n", "period", "source")
NO_DATA = {"нет данных", "no data", "–", "-", "—"}
_ARROW = re.compile(r"\s*(?:→|->|=>|\|)\s*")

PASSPORT = [
    "name",
    "effect",
    "what_is_done",
    "who_does_it",
    "what_is_needed",
    "sphere",
    "start_year",
    "ages",
    "situations",
    "prevention",
    "problem",
    "goal",
    "steps",
    "core",
    "adaptable",
    "normative",
    "formats",
    "resources",
    "cost_once",
    "cost_year",
    "cost_family",
    "staff",
    "launch_months_min",
    "launch_months_max",
    "first_unit",
    "results",
    "conditions",
    "risks",
    "materials",
    "mentor_capacity",
]
"""What an edition keeps: everything but people's names and addresses, dates of review and what experts say."""
CONTACTS = ["contact_name", "contact_position", "contact_email", "contact_phone", "contact_public", "found_through"]
"""What is edited with the passport but stays out of its editions."""
CARD_FIELDS = ["name", "effect", "groups", "what_is_done", "who_does_it", "what_is_needed", "contact_email"]
"""The seven fields that are enough to be published."""


def content(practice: Practice) -> dict[str, object]:
    """The passport as JSON, for an edition and for telling whether anything changed."""
    kept: dict[str, object] = {name: _json(getattr(practice, name)) for name in PASSPORT}
    kept["groups"] = sorted(group.value for group in practice.target_groups)
    kept["organisation_id"] = practice.organisation_id
    kept["territory_id"] = practice.territory_id
    kept["documents"] = documents(practice.documents)
    return kept


def documents(samples: Iterable[SampleDocument]) -> list[Item]:
    """Sample documents as an edition keeps them; their files stay where they are."""
    return [{"id": one.id, "kind": one.kind.value, "title": one.title} for one in samples]


def editable(practice: Practice) -> dict[str, object]:
    """Everything an editor may change, as JSON."""
    return content(practice) | {name: getattr(practice, name) for name in CONTACTS}


def freeze(values: Values) -> dict[str, object]:
    """Values as the operations take them, as JSON."""
    return {
        name: sorted(group.value for group in value) if name == "groups" else _json(value)
        for name, value in values.items()
    }


def thaw(kept: Values) -> dict[str, object]:
    """JSON of `freeze` as the operations take it; documents have operations of their own."""
    values = {name: value for name, value in kept.items() if name != "documents"}
    if "groups" in values:
        values["groups"] = [group for group in TargetGroup if group.value in kept["groups"]]
    if values.get("sphere"):
        values["sphere"] = Sphere(kept["sphere"])
    if values.get("prevention"):
        values["prevention"] = Prevention(kept["prevention"])
    return values


def _json(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def lines(text: str) -> list[str]:
    """The items of a text box or cell, one a line."""
    return [line.strip(" \t•–-") for line in text.splitlines() if line.strip(" \t•–-")]


def read_steps(text: str) -> list[dict[str, object]]:
    steps = []
    for line in lines(text):
        word, _bar, rest = line.partition("|")
        core = bool(rest) and NEEDS.get(word.strip().casefold()) == "core"
        steps.append({"text": rest.strip() if core else line, "core": core})
    return steps


def write_steps(steps: list[Item]) -> str:
    return "\n".join(("ядро | " if step.get("core") else "") + step["text"] for step in steps)


def read_resources(text: str, kind: str) -> list[Item]:
    """Resources of one kind ("people", "processes", "tools"); a line without a word before the bar is necessary."""
    found = []
    for line in lines(text):
        word, bar, rest = line.partition("|")
        need = NEEDS.get(word.strip().casefold())
        found.append({"kind": kind, "need": need or "core", "text": rest.strip() if bar and need else line})
    return found


def write_resources(resources: list[Item], kind: str) -> str:
    words = {"core": "нужно", "optional": "по желанию", "author": "от автора"}
    return "\n".join(f"{words[item['need']]} | {item['text']}" for item in resources if item["kind"] == kind)


def read_results(text: str) -> list[Item]:
    found = []
    for line in lines(text):
        cells = [cell.strip() for cell in line.split("|")][: len(RESULT_KEYS)]
        cells += [""] * (len(RESULT_KEYS) - len(cells))
        found.append(
            {
                key: None if not cell or cell.casefold() in NO_DATA else cell
                for key, cell in zip(RESULT_KEYS, cells, strict=True)
            }
        )
    return found


def write_results(results: list[Item]) -> str:
    return "\n".join(" | ".join(row.get(key) or "нет данных" for key in RESULT_KEYS) for row in results)


def read_risks(text: str) -> list[dict[str, object]]:
    found = []
    for line in lines(text):
        parts = _ARROW.split(line, maxsplit=1)
        found.append({"risk": parts[0], "mitigation": parts[1] if len(parts) > 1 else ""})
    return found


def write_risks(risks: list[Item]) -> str:
    return "\n".join(row["risk"] + (f" → {row['mitigation']}" if row.get("mitigation") else "") for row in risks)
