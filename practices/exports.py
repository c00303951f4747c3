"""The list of practices as a workbook whose columns the importer reads back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _
from sqlalchemy import Select

from accounts.labels import ORGANISATION_LABELS, SPHERE_LABELS
from accounts.models import Organisation
from kernel.db import db
from kernel.documents import sheets
from kernel.documents.sheets import Column
from practices import labels, passport
from practices.cells import PRACTICE_HEADINGS
from practices.models import Practice
from practices.organisations import ORGANISATION_HEADINGS as ORGANISATION_HEADINGS

WIDE = {"name": 40, "effect": 60, "what_is_done": 60, "steps": 60, "organisation": 40}


def workbook(statement: Select[Practice]) -> bytes:
    """XLSX of the practices that `statement` selects, by name."""
    practices = db.session.scalars(statement.order_by(Practice.name_key, Practice.id)).unique()
    columns = [Column(headings[0], WIDE.get(name, 20)) for name, headings in PRACTICE_HEADINGS.items()]
    notes = [_("One row a practice; several items in a cell stand one a line, target groups are separated by «;».")]
    return sheets.xlsx(_("Practices"), columns, [_row(practice) for practice in practices], notes)


def organisations(known: Sequence[Organisation]) -> bytes:
    """XLSX of organisations as their own import reads it, by name."""
    columns = [Column(headings[0], 60 if name == "name" else 20) for name, headings in ORGANISATION_HEADINGS.items()]
    rows = [
        [
            one.code,
            one.name,
            one.short_name,
            str(ORGANISATION_LABELS[one.kind]),
            str(SPHERE_LABELS[one.sphere]),
            one.territory.oktmo,
            "да" if one.demo else "",
        ]
        for one in sorted(known, key=lambda one: (one.name_key, one.id))
    ]
    return sheets.xlsx(_("Organisations"), columns, rows)


def _row(practice: Practice) -> list[object]:
    return [_cell(practice, name) for name in PRACTICE_HEADINGS]


def _cell(practice: Practice, name: str) -> object:
    special: dict[str, Callable[[], object]] = {
        "id": lambda: practice.source_id or practice.slug,
        "organisation": lambda: practice.organisation.name if practice.organisation else "",
        "territory": lambda: practice.territory.oktmo,
        "target_groups": lambda: "; ".join(str(labels.GROUP_LABELS[group]) for group in practice.target_groups),
        "steps": lambda: passport.write_steps(practice.steps),
        "results": lambda: passport.write_results(practice.results),
        "risks": lambda: passport.write_risks(practice.risks),
        "status": lambda: str(labels.ADMISSION_LABELS[practice.admission]),
        "demo": lambda: "да" if practice.demo else "",
    }
    if name in special:
        return special[name]()
    if name in passport.KINDS_OF_RESOURCES:
        return passport.write_resources(practice.resources, name)
    value = getattr(practice, name)
    if isinstance(value, list):
        return ("; " if name in ("ages", "situations", "formats") else "\n").join(value)
    return getattr(value, "value", value)
