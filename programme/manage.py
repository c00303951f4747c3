"""The organiser's programme: list, import with preview, cancellation."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum import queries as forums
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.db import db, utcnow
from kernel.documents import sheets
from kernel.imports import ImportPreview, Verdict, preview_for
from kernel.listing import paginate
from kernel.text import sort_key
from kernel.transaction import writing
from programme import importer, operations, queries
from programme.forms import UploadForm
from programme.labels import KIND_LABELS
from programme.models import Slot

blueprint = Blueprint("programme_desk", __name__)
EDIT = "forum:programme:edit"


@blueprint.get("/manage/forums/<slug>/programme")
@requires(EDIT)
def programme(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    statement = queries.statement_of(forum.id)
    if key := sort_key(request.args.get("q", "")):
        statement = statement.where(Slot.title_key.contains(key))
    listing = paginate(
        statement, {"time": Slot.starts, "title": Slot.title_key}, default="time", tie=Slot.id, per_page=100
    )
    return render_template(
        "programme/manage/programme.html", forum=forum, listing=listing, kinds=KIND_LABELS, form=UploadForm()
    )


@blueprint.post("/manage/forums/<slug>/programme/slots/<code>/cancellation")
@requires(EDIT)
def cancellation(slug: str, code: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    slot = queries.slot_of(forum, code)
    with writing():
        operations.cancel_slot(slot, not slot.cancelled, by=actor())
        cancelled, title = slot.cancelled, slot.title
    if cancelled:
        flash(_("«%(title)s» is cancelled. The same button brings it back.", title=title), "ok")
    else:
        flash(_("«%(title)s» is in the programme again.", title=title), "ok")
    return redirect(url_for("programme_desk.programme", slug=slug))


@blueprint.get("/manage/forums/<slug>/programme/template.xlsx")
@requires(EDIT)
def template(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    return workbook(importer.template(forum), f"programme-template-{forum.slug}.xlsx")


@blueprint.get("/manage/forums/<slug>/programme.xlsx")
@requires(EDIT)
def export(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    return workbook(importer.workbook(forum), f"programme-{forum.slug}.xlsx")


def workbook(body: bytes, name: str) -> Response:
    response = Response(body, mimetype=sheets.XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.route("/manage/forums/<slug>/programme/import", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def upload(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    form = UploadForm()
    page = "programme/manage/upload.html"
    if not form.validate_on_submit():
        return render_template(page, forum=forum, form=form), 422 if form.is_submitted() else 200
    try:
        kept = sheets.accept(form.file.data)
        importer.plan(forum, kept.name, kept.body)
    except files.FileRefused as error:
        form.file.errors = [str(error)]
        return render_template(page, forum=forum, form=form), 422
    stored = files.write(kept)
    with writing():
        db.session.add(stored)
        db.session.flush()
        preview = ImportPreview(kind="programme", scope_id=forum.id, user_id=actor().id, file_id=stored.id)
        db.session.add(preview)
        db.session.flush()
        address = url_for("programme_desk.preview", slug=slug, uuid=preview.uuid)
    return redirect(address)


@blueprint.get("/manage/forums/<slug>/programme/import/<uuid>")
@requires(EDIT)
def preview(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    found = preview_for(uuid, "programme", forum.id, actor().id)
    plan = importer.plan(forum, found.file.name, files.read(found.file))
    only = request.args.get("only", "")
    rows = [row for row in plan.rows if only in ("", row.verdict.value)]
    return render_template(
        "programme/manage/preview.html", forum=forum, preview=found, plan=plan, rows=rows, only=only, Verdict=Verdict
    )


@blueprint.post("/manage/forums/<slug>/programme/import/<uuid>/confirmation")
@requires(EDIT)
def confirmation(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    found = preview_for(uuid, "programme", forum.id, actor().id)
    name, body = found.file.name, files.read(found.file)
    table = importer.read(name, body)
    with writing():
        plan = importer.plan_table(forum, table)
        if not plan.errors:
            operations.carry_out(plan, forum, by=actor())
            found.applied_at = utcnow()
    if plan.errors:
        flash(_("The file has rows with errors, so nothing was changed. Correct them and load the file again."), "bad")
        return redirect(url_for("programme_desk.preview", slug=slug, uuid=uuid))
    flash(
        _(
            "Done: %(created)d added, %(changed)d changed, %(same)d as before.",
            created=plan.count(Verdict.create),
            changed=plan.count(Verdict.change),
            same=plan.count(Verdict.same),
        ),
        "ok",
    )
    return redirect(url_for("programme_desk.programme", slug=slug))
