"""The programme as the organiser's list, and as a workbook."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum import queries as forums
from kernel.access import actor, requires
from kernel.documents import sheets
from kernel.downloads import download
from kernel.listing import paginate
from kernel.permissions import Permission
from programme import queries
from programme.importing import importer
from programme.labels import KIND_LABELS
from programme.manage import queries as manage_queries
from programme.manage.base import blueprint
from programme.models import Slot

GAPS = {"speakers": _l("talks without a speaker"), "practice": _l("talks without a practice")}


@blueprint.get("/manage/forums/<slug>/programme")
@requires(Permission.EDIT_PROGRAMME)
def programme(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    statement = manage_queries.slots_statement(forum.id, request.args.get("q", ""))
    sections = forums.sections_of(forum.id)
    section = next((one for one in sections if one.slug == request.args.get("section")), None)
    if section is not None:
        statement = statement.where(Slot.section_id == section.id)
    gap = request.args.get("without", "")
    if (condition := queries.without(gap)) is not None:
        statement = statement.where(condition)
    listing = paginate(
        statement, {"time": Slot.starts, "title": Slot.title_key}, default="time", tie=Slot.id, per_page=100
    )
    if section is not None:
        listing.add_filter("section", _("Section"), section.title)
    if condition is not None:
        listing.add_filter("without", _("Only"), str(GAPS[gap]))
    return render_template(
        "programme/manage/programme.html",
        forum=forum,
        listing=listing,
        sections=sections,
        chosen=section,
        gap=gap if condition is not None else "",
        dated=forum.date_start != forum.date_end or any(one.starts.date() != forum.date_start for one in listing.items),
        numbers=manage_queries.items_by_section(forum.id),
        kinds=KIND_LABELS,
    )


@blueprint.get("/manage/forums/<slug>/programme.xlsx")
@requires(Permission.EDIT_PROGRAMME)
def export(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    return download(importer.workbook(forum), sheets.XLSX, f"programme-{forum.slug}.xlsx")
