"""How the organiser's forms are carried out: what is sent twice is made once, what others changed is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from forum import operations
from forum.models import Forum
from kernel.access import actor
from kernel.errors import Conflict
from kernel.transaction import writing


def columns(thing: Any) -> dict[str, object]:
    """What a form shows of `thing`. Given as `obj`, its relations would hide the ids that selects need."""
    return {column.key: getattr(thing, column.key) for column in thing.__table__.columns}


def add_once(
    form: Any,
    within: object,
    values: dict[str, object],
    find: Callable[[], object],
    add: Callable[[], object],
    taken: str,
) -> bool:
    """Add a thing unless `find` knows it. A second press with the same values is content with what the first made;
    with other ones the answer is False, and the field of the name says `taken`.

    `within` is locked meanwhile, so that of two presses at the same moment the second finds what the first made.
    """
    with writing():
        operations.hold(within)
        known = find()
        if known is None:
            add()
        same = known is None or all(getattr(known, name) == value for name, value in values.items())
    if not same:
        form.name.errors = [taken]
    return same


def save(
    form: Any,
    thing: object,
    values: dict[str, object],
    change: Callable[[int], None],
    beside: Callable[[], dict[str, object]] = dict,
) -> None:
    """`change` in one transaction; when somebody saved meanwhile, both texts are shown side by side.

    `beside`: those of `values` as they stand now that are no columns of `thing`.
    """
    try:
        with writing():
            change(form.opened_version())
    except operations.StaleVersion:
        labels = {name: str(form[name].label.text) for name in values if name in form}
        now = columns(thing) | beside()
        rows = [
            (labels[name], _shown(now[name]), _shown(value))
            for name, value in values.items()
            if name in labels and now[name] != value
        ]
        raise Conflict(rows, request.full_path.rstrip("?")) from None


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def remove(forum: Forum, place: Any) -> None:
    """Remove a venue, a room or a section, or say why it stays."""
    try:
        with writing():
            operations.remove_place(forum, place, by=actor())
        flash(_("Removed."), "ok")
    except (IntegrityError, AssertionError):
        flash(_("Something is planned there. Move it first, then remove."), "bad")
