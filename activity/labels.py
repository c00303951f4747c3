"""What people read for the codes of actions. Features add theirs with `name_actions`."""

from __future__ import annotations

from typing import Any

from flask import Flask

_labels: dict[str, Any] = {}


def name_actions(labels: dict[str, Any]) -> None:
    """Register lazy texts for action codes."""
    _labels.update(labels)


def action_label(code: str) -> str:
    """The text for an action code; the code itself when nobody named it."""
    return str(_labels.get(code, code))


def init_app(app: Flask) -> None:
    app.add_template_global(action_label)
