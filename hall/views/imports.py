"""The provider's attendance list brought in: file, preview, confirmation."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forum.models import Forum, Section
from forum.queries import forum_for, section_of, sections_of
from hall import importer
from hall.blueprint import blueprint
from hall.cells import HEADINGS
from hall.forms import AttendanceForm
from hall.operations import PREVIEWS
from hall.views.desk import ONLINE
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.documents.sheets import XLSX
from kernel.downloads import download
from kernel.files import FileRefused
from kernel.forms import form_page
from kernel.imports import Plan, keep_preview, left_out, preview_for, settle, shown, take, tell
from kernel.permissions import Permission
from kernel.transaction import write, writing


@blueprint.get(ONLINE + "/attendance/template.xlsx")
@requires(Permission.EDIT_REGISTRATIONS)
def attendance_template(slug: str) -> ResponseReturnValue:
    forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    return download(importer.template(), XLSX, "attendance.xlsx")


@blueprint.route(ONLINE + "/attendance", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def attendance(slug: str) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    form = AttendanceForm(sections=sections_of(forum.id))
    page = "hall/manage/attendance.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum)
    try:
        upload = sheets.accept(form.file.data)
        importer.read(upload.name, upload.body)
    except FileRefused as refused:
        form.file.errors = [str(refused)]
        return form_page(page, form, forum=forum)
    stored = files.write(upload)
    with writing():
        preview = keep_preview(PREVIEWS, forum.id, actor().id, stored)
    section = form.section.data or None
    return redirect(url_for("hall.attendance_preview", slug=slug, uuid=preview.uuid, section=section), 303)


@blueprint.route(ONLINE + "/attendance/<uuid>", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
def attendance_preview(slug: str, uuid: str) -> ResponseReturnValue:
    """GET shows what would happen; POST computes it again from the same file and does it."""
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    preview, section = preview_for(uuid, PREVIEWS, forum.id, actor().id), _section(forum)
    table = importer.read(preview.file.name, files.read(preview.file))
    here = url_for("hall.attendance_preview", slug=slug, uuid=uuid, section=section.slug if section else None)
    if request.method == "GET":
        plan = importer.plan(forum, section, table)
        return render_template(
            "hall/manage/preview.html", forum=forum, section=section, preview=preview, here=here, **shown(plan)
        )

    def act() -> Plan[importer.Entry] | None:
        if not take(preview):
            return None
        plan = settle(importer.plan(forum, section, table), preview)
        importer.carry_out(plan, forum, section, actor())
        return plan

    return redirect(tell(write(act), here, url_for("hall.figures", slug=slug)), 303)


@blueprint.get(ONLINE + "/attendance/<uuid>/left-out.xlsx")
@requires(Permission.EDIT_REGISTRATIONS)
def attendance_left_out(slug: str, uuid: str) -> ResponseReturnValue:
    """The rows that did not come in, to be put right and loaded again."""
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    preview = preview_for(uuid, PREVIEWS, forum.id, actor().id)
    table = importer.read(preview.file.name, files.read(preview.file))
    body = left_out(table, HEADINGS, importer.plan(forum, _section(forum), table))
    return download(body, XLSX, "attendance-left-out.xlsx")


def _section(forum: Forum) -> Section | None:
    wanted = request.args.get("section", "")
    return section_of(forum, wanted) if wanted else None
