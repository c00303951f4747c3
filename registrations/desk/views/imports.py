"""Bringing a list of participants in through the browser: file, preview, confirmation."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from forum.models import Forum
from forum.queries import forum_for
from kernel import files
from kernel.access import requires, shows_form
from kernel.documents import sheets
from kernel.documents.sheets import XLSX, Table
from kernel.downloads import download
from kernel.files import FileRefused
from kernel.forms import form_page
from kernel.imports import ImportPreview, Plan, keep_preview, left_out, preview_for, settle, shown, take, tell
from kernel.permissions import Permission
from kernel.transaction import retried, writing
from registrations.blueprint import blueprint
from registrations.desk import importer, operations, queries
from registrations.desk.cells import PARTICIPANT_HEADINGS
from registrations.desk.views.participants import REGISTRATIONS_PATH
from registrations.forms import ImportForm
from registrations.signup import quotas


@blueprint.get(REGISTRATIONS_PATH + "/import/template.xlsx")
@requires(Permission.EDIT_REGISTRATIONS)
def import_template(slug: str) -> ResponseReturnValue:
    forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    return download(importer.template(), XLSX, "participants.xlsx")


@blueprint.route(REGISTRATIONS_PATH + "/import", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def import_file(slug: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    form = ImportForm()
    page = "registrations/manage/import.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum)
    try:
        upload = sheets.accept(form.file.data)
        importer.plan(forum, (upload.name, upload.body))
    except FileRefused as refused:
        form.file.errors = [str(refused)]
        return form_page(page, form, forum=forum)
    stored = files.write(upload)
    with writing():
        preview = keep_preview(importer.PARTICIPANT_PREVIEWS, forum.id, current_user.id, stored)
    letters = "1" if form.letters.data else None
    return redirect(url_for("registrations.import_preview", slug=slug, uuid=preview.uuid, letters=letters), 303)


@blueprint.route(REGISTRATIONS_PATH + "/import/<uuid>", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
def import_preview(slug: str, uuid: str) -> ResponseReturnValue:
    """GET shows what would happen; POST computes it again from the same file and does it."""
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    preview = preview_for(uuid, importer.PARTICIPANT_PREVIEWS, forum.id, current_user.id)
    table = importer.read(preview.file.name, files.read(preview.file))
    letters = request.values.get("letters") == "1"
    if request.method == "GET":
        page, plan = "registrations/manage/preview.html", importer.plan(forum, table)
        return render_template(page, forum=forum, preview=preview, letters=letters, **shown(plan))
    here = url_for("registrations.import_preview", slug=slug, uuid=uuid, letters="1" if letters else None)
    done = _carry_out(forum, preview, table, letters)
    return redirect(tell(done, here, url_for("registrations.participants", slug=slug)), 303)


@blueprint.get(REGISTRATIONS_PATH + "/import/<uuid>/left-out.xlsx")
@requires(Permission.EDIT_REGISTRATIONS)
def import_left_out(slug: str, uuid: str) -> ResponseReturnValue:
    """The rows that did not come in, to be put right and loaded again."""
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    preview = preview_for(uuid, importer.PARTICIPANT_PREVIEWS, forum.id, current_user.id)
    table = importer.read(preview.file.name, files.read(preview.file))
    body = left_out(table, PARTICIPANT_HEADINGS, importer.plan(forum, table))
    return download(body, XLSX, "participants-left-out.xlsx")


def _carry_out(forum: Forum, preview: ImportPreview, table: Table, letters: bool) -> Plan[importer.Entry] | None:
    """Plan, then do it in one transaction; None when it has been done. People who came in meanwhile are seen."""
    by = current_user._get_current_object()
    forum_id, before, planned = forum.id, queries.fingerprint(forum), importer.plan(forum, table)

    def act() -> Plan[importer.Entry] | None:
        with writing():
            quotas.lock_counters(forum_id)  # before the preview, as erasing does; whoever signs up waits, too
            if not take(preview):
                return None
            plan = planned if queries.fingerprint(forum) == before else importer.plan(forum, table)
            settle(plan, preview)
            operations.carry_out(plan, forum, by, letters)
            return plan

    try:
        return retried(act)()
    except IntegrityError:  # somebody of the list signed up in between
        return retried(act)()
