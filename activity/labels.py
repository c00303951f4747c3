"""What people read for the codes of the log. Each feature's manifest names its own."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from kernel.feature import registry

LOG_ACTIONS = {"letters.retried": _l("Letters that stood are sent again")}
LOG_DETAILS = {"number": _l("Number")}


def action_label(code: str) -> str:
    """The text for an action code; the code itself when nobody named it."""
    return str(registry().actions.get(code, code))


def details(found: dict[str, object]) -> list[tuple[str, str]]:
    """An entry's details as people read them; names that no manifest has are left out."""
    shown, names, values = [], registry().details, registry().values
    for name, value in found.items():
        if name in names and value not in (None, "", []):
            parts = value if isinstance(value, list) else [value]
            shown.append((str(names[name]), ", ".join(str(values.get(str(part), part)) for part in parts)))
    return shown


def subject_label(table: str) -> str:
    """The word for a kind of object, by its table."""
    kind = registry().subjects.get(table)
    return str(kind.label) if kind else ""


def init_app(app: Flask) -> None:
    app.add_template_global(action_label)
    app.add_template_global(details, "entry_details")
    app.add_template_global(subject_label)
