"""The organiser's workbook: an empty one, a file brought in, preview, confirmation."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from forum import queries as forums
from forum.operations import hold
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.downloads import download
from kernel.forms import form_page
from kernel.imports import keep_preview, preview_for, settle, shown, take, tell
from kernel.imports import left_out as left_out_sheet
from kernel.permissions import Permission
from kernel.transaction import writing
from programme import operations
from programme.forms import ImportForm, UploadForm
from programme.importing import importer
from programme.importing.plan import ITEM_HEADINGS
from programme.manage.base import blueprint


@blueprint.get("/manage/forums/<slug>/programme/template.xlsx")
@requires(Permission.EDIT_PROGRAMME)
def template(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    return download(importer.template(forum), sheets.XLSX, f"programme-template-{forum.slug}.xlsx")


@blueprint.route("/manage/forums/<slug>/programme/import", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
@shows_form
def upload(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    form = UploadForm()
    page = "programme/manage/upload.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum)
    try:
        kept = sheets.accept(form.file.data)
        importer.plan(forum, kept.name, kept.body)
    except files.FileRefused as error:
        form.file.errors = [str(error)]
        return form_page(page, form, forum=forum)
    stored = files.write(kept)
    with writing():
        preview = keep_preview("programme", forum.id, actor().id, stored)
    return redirect(url_for("programme_desk.preview", slug=slug, uuid=preview.uuid))


@blueprint.get("/manage/forums/<slug>/programme/import/<uuid>")
@requires(Permission.EDIT_PROGRAMME)
def preview(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    found = preview_for(uuid, "programme", forum.id, actor().id)
    plan = importer.plan(forum, found.file.name, files.read(found.file))
    return render_template(
        "programme/manage/preview.html",
        forum=forum,
        preview=found,
        form=ImportForm(),
        undecided=importer.undecided(forum, plan),
        **shown(plan),
    )


@blueprint.get("/manage/forums/<slug>/programme/import/<uuid>/left-out.xlsx")
@requires(Permission.EDIT_PROGRAMME)
def left_out(slug: str, uuid: str) -> ResponseReturnValue:
    """The rows that did not come in, to be put right and loaded again."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    found = preview_for(uuid, "programme", forum.id, actor().id)
    table = importer.read(found.file.name, files.read(found.file), forum)
    body = left_out_sheet(table, ITEM_HEADINGS, importer.plan_table(forum, table), always=("date",))
    return download(body, sheets.XLSX, f"programme-{forum.slug}-left-out.xlsx")


@blueprint.post("/manage/forums/<slug>/programme/import/<uuid>/confirmation")
@requires(Permission.EDIT_PROGRAMME)
def confirmation(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    found = preview_for(uuid, "programme", forum.id, actor().id)
    name, body = found.file.name, files.read(found.file)
    table, on_paper = importer.read(name, body, forum), bool(ImportForm().on_paper.data)
    with writing():
        hold(forum)
        plan = settle(importer.plan_table(forum, table), found) if take(found) else None
        if plan:
            operations.carry_out(plan, forum, by=actor(), on_paper=on_paper)
    here = url_for("programme_desk.preview", slug=slug, uuid=uuid)
    return redirect(tell(plan, here, url_for("programme_desk.programme", slug=slug)))
