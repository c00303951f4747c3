"""The figures as a workbook: totals with their definitions, then by municipality, section, hour and person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from forum.labels import FORMAT_LABELS
from forum.models import Forum
from hall import queries
from hall.counts import Figures, Share
from hall.facts import of_figures
from hall.labels import MARK_LABELS, told_by
from kernel.db import utcnow
from kernel.documents.sheets import Column, Leaf, workbook
from kernel.i18n import moment
from kernel.zones import zone_name


def figures(forum: Forum, found: Figures) -> bytes:
    as_of = _("As of %(moment)s (%(zone)s)", moment=moment(utcnow(), forum.timezone), zone=zone_name(forum.timezone))
    notes = [forum.name, as_of, *([_("Demonstration data.")] if forum.demo else [])]
    return workbook(
        [_totals(found), _territories(found), _sections(found), _hours(found), _people(forum, found)], notes
    )


def _totals(found: Figures) -> Leaf:
    columns = [Column(_("How many"), 12), Column(_("What is counted"), 70), Column(_("Who says so"), 50)]
    return Leaf(_("Figures"), columns, [list(one) for one in of_figures(found)])


def _territories(found: Figures) -> Leaf:
    columns = [Column(_("Municipality"), 40), Column(_("Are registered"), 14), Column(_("Came in person"), 14)]
    columns += [Column(_("Remotely"), 14), Column(_("At a common screen"), 18), Column(_("Could not hear"), 14)]
    rows = [[one.name or _("not given"), *one[1:]] for one in found.territories]
    return Leaf(_("By municipality"), columns, rows)


def _sections(found: Figures) -> Leaf:
    columns = [Column(_("Section"), 50), Column(_("Were there remotely"), 16)]
    columns += [Column(_("Long enough"), 14), Column(_("Minutes in all"), 14), Column(_("Entered the code word"), 16)]
    columns += [Column(_("Could not hear"), 14), *(Column(str(label), 14) for label in MARK_LABELS.values())]
    rows = [
        [one.section.name, one.people, one.enough, one.minutes, one.words, one.troubles]
        + [one.marks[mark] for mark in MARK_LABELS]
        for one in found.sections
    ]
    return Leaf(_("By section"), columns, rows)


def _hours(found: Figures) -> Leaf:
    columns = [Column(_("Hour"), 18), Column(_("People"), 14), Column(_("Most at one minute"), 16)]
    return Leaf(_("By hour"), columns, found.hours)


def _people(forum: Forum, found: Figures) -> Leaf:
    columns = [Column(_("Surname, first name, patronymic"), 36), Column(_("Municipality"), 34), Column(_("Format"), 14)]
    columns += [Column(_("Came in"), 16), Column(_("Minutes"), 10), Column(_("Who says so"), 30)]
    columns += [Column(_("Took part remotely"), 16)]
    return Leaf(_("Participants"), columns, _rows(forum, found))


def _rows(forum: Forum, found: Figures) -> Iterable[list[object]]:
    for one in queries.present(forum.id):
        share = found.shares.get(one.id, Share())
        yield [
            one.name or _("data deleted"),
            one.comes_from,
            str(FORMAT_LABELS[one.format]),
            one.entered_at and one.entered_at.astimezone(forum.zone),
            share.minutes or None,
            "; ".join(told_by(source) for source in sorted(share.sources)),
            _("yes") if found.took_part(one.id) else "",
        ]
