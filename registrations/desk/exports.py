"""The organiser's list as a workbook or CSV: plain rows from two queries, no objects."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from forum.labels import FORMAT_LABELS
from forum.models import Forum
from kernel.db import utcnow
from kernel.documents import sheets
from kernel.documents.sheets import Column
from kernel.i18n import moment
from kernel.zones import zone_name
from registrations.desk import queries
from registrations.details import QUESTIONS
from registrations.labels import SOURCE_LABELS, STATUS_LABELS


def columns(forum: Forum) -> list[Column]:
    return [
        Column(_("Surname, first name, patronymic"), 36),
        Column(_("E-mail"), 28),
        Column(_("State"), 18),
        Column(_("Format"), 14),
        Column(_("Number in the waiting list"), 12),
        Column(_("Municipality"), 34),
        *(Column(str(question.label), question.width) for question in QUESTIONS.values()),
        Column(_("Sections"), 40),
        Column(_("Registered"), 16),
        Column(_("How registered"), 16),
        Column(_("Came in"), 16),
    ]


def rows(forum: Forum, by: queries.Narrowing) -> Iterable[list[object]]:
    """Values in the order of `columns`, times in the forum's zone."""
    zone = forum.zone
    statuses = {status: str(label) for status, label in STATUS_LABELS.items()}
    formats = {format: str(label) for format, label in FORMAT_LABELS.items()}
    sources = {source: str(label) for source, label in SOURCE_LABELS.items()}
    sections = queries.interests_of(forum)
    for (
        id_,
        name,
        email,
        status,
        format,
        number,
        place,
        source,
        created,
        entered,
        *answers,
    ) in queries.export_rows(forum, by):
        yield [
            name,
            email,
            statuses[status],
            formats[format],
            number,
            place,
            *answers,
            "; ".join(sections.get(id_, ())),
            created.astimezone(zone).replace(tzinfo=None),
            sources.get(source, source),
            entered.astimezone(zone).replace(tzinfo=None) if entered else None,
        ]


def xlsx(forum: Forum, by: queries.Narrowing) -> bytes:
    notes = [
        _("Forum: %(name)s", name=forum.name),
        _("As of %(moment)s (%(zone)s)", moment=moment(utcnow(), forum.timezone), zone=zone_name(forum.timezone)),
        _("The list holds personal data: keep it only as long as the forum needs it."),
    ]
    if forum.demo:
        notes.append(_("Demonstration data."))
    return sheets.xlsx(_("Participants"), columns(forum), rows(forum, by), notes)


def csv(forum: Forum, by: queries.Narrowing) -> bytes:
    """A CSV has no sheet of notes: what is invented says so in a column, which the import reads over."""
    if not forum.demo:
        return sheets.csv_bytes(columns(forum), rows(forum, by))
    marked = ([*row, _("yes")] for row in rows(forum, by))
    return sheets.csv_bytes([*columns(forum), Column(_("Demonstration data"))], marked)
