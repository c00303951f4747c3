"""The log as a workbook."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from activity.labels import action_label, details, subject_label
from activity.reading import Line
from kernel.documents import sheets
from kernel.documents.sheets import Column
from kernel.zones import local


def log(found: Iterable[Line]) -> bytes:
    """A row for each entry, its moment in the region's zone."""
    columns = [
        Column(_("When"), 18),
        Column(_("Who"), 34),
        Column(_("What was done"), 34),
        Column(_("With what"), 24),
        Column(_("Its name"), 50),
        Column(_("Details"), 50),
    ]
    rows = [
        [
            local(line.entry.at),
            line.entry.actor_name or _("the system or a visitor"),
            action_label(line.entry.action),
            subject_label(line.entry.subject_type),
            line.subject.name if line.subject else line.entry.subject_name or f"№ {line.entry.subject_id}",
            "; ".join(f"{name}: {value}" for name, value in details(line.entry.details)),
        ]
        for line in found
    ]
    return sheets.xlsx(_("Who did what"), columns, rows)
