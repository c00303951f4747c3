"""What people read for the codes of actions. Features add theirs with `name_actions`."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

_labels: dict[str, object] = {
    "letters.retried": _l("Letters that stood are sent again"),
    "subject:activity_letter": _l("Letters"),
}
_names: dict[str, object] = {"number": _l("Number")}
_values: dict[str, object] = {}


def name_actions(labels: dict[str, object]) -> None:
    """Register lazy texts for action codes."""
    _labels.update(labels)


def action_label(code: str) -> str:
    """The text for an action code; the code itself when nobody named it."""
    return str(_labels.get(code, code))


def name_details(names: dict[str, object], values: dict[str, object] | None = None) -> None:
    """Register lazy texts for the names of details, and for codes that stand as their values."""
    _names.update(names)
    _values.update(values or {})


def details(found: dict[str, object]) -> list[tuple[str, str]]:
    """An entry's details as people read them; names nobody registered are left out."""
    shown = []
    for name, value in found.items():
        if name in _names and value not in (None, "", []):
            parts = value if isinstance(value, list) else [value]
            shown.append((str(_names[name]), ", ".join(str(_values.get(str(part), part)) for part in parts)))
    return shown


def subject_label(table: str) -> str:
    """The word for a kind of object, by its table."""
    return str(_labels.get(f"subject:{table}", ""))


def init_app(app: Flask) -> None:
    app.add_template_global(action_label)
    app.add_template_global(details, "entry_details")
    app.add_template_global(subject_label)
