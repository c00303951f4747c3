"""Import in the browser: upload, preview with a verdict per row, confirmation."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.scopes import reach
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.documents.sheets import Column, Table
from kernel.downloads import download
from kernel.forms import form_page
from kernel.imports import Plan, keep_preview, left_out, preview_for, settle, shown, take, tell
from kernel.permissions import Permission
from kernel.transaction import writing
from practices import importer
from practices.cells import PRACTICE_HEADINGS
from practices.forms import ImportForm
from practices.importer import Action
from practices.views.base import blueprint

PRACTICE_PREVIEWS = "practices"


@blueprint.route("/manage/practices/import", methods=["GET", "POST"])
@requires(Permission.EDIT_PRACTICES)
@shows_form
def upload() -> ResponseReturnValue:
    form = ImportForm()
    if not form.validate_on_submit():
        return form_page("practices/import.html", form)
    try:
        checked = sheets.accept(form.file.data)
        importer.read(checked.name, checked.body)
    except files.FileRefused as refusal:
        form.file.errors = [str(refusal)]
        return form_page("practices/import.html", form)
    stored = files.write(checked)
    with writing():
        preview = keep_preview(PRACTICE_PREVIEWS, None, actor().id, stored)
    return redirect(url_for("practices.import_preview", uuid=preview.uuid))


def _plan(table: Table) -> Plan[Action]:
    territories, publishing = (
        reach(actor().scopes(Permission.EDIT_PRACTICES)),
        reach(actor().scopes(Permission.PUBLISH_PRACTICES)),
    )
    return importer.plan_rows(table, territories=territories, publishing=publishing)


@blueprint.get("/manage/practices/import/<uuid>")
@requires(Permission.EDIT_PRACTICES)
def import_preview(uuid: str) -> ResponseReturnValue:
    preview = preview_for(uuid, PRACTICE_PREVIEWS, None, actor().id)
    plan = _plan(importer.read(preview.file.name, files.read(preview.file)))
    return render_template("practices/import_preview.html", preview=preview, **shown(plan))


@blueprint.get("/manage/practices/import/<uuid>/left-out.xlsx")
@requires(Permission.EDIT_PRACTICES)
def import_left_out(uuid: str) -> ResponseReturnValue:
    """The rows that did not come in, to be put right and loaded again."""
    preview = preview_for(uuid, PRACTICE_PREVIEWS, None, actor().id)
    table = importer.read(preview.file.name, files.read(preview.file))
    return download(left_out(table, PRACTICE_HEADINGS, _plan(table)), sheets.XLSX, "practices-left-out.xlsx")


@blueprint.post("/manage/practices/import/<uuid>/confirmation")
@requires(Permission.EDIT_PRACTICES)
def import_confirmation(uuid: str) -> ResponseReturnValue:
    preview = preview_for(uuid, PRACTICE_PREVIEWS, None, actor().id)
    table = importer.read(preview.file.name, files.read(preview.file))
    with writing():
        plan = settle(_plan(table), preview) if take(preview) else None
        if plan:
            importer.carry_out(plan, by=actor())
    return redirect(tell(plan, url_for("practices.import_preview", uuid=uuid), url_for("practices.manage")))


@blueprint.get("/manage/practices/import/template.xlsx")
@requires(Permission.EDIT_PRACTICES)
def import_template() -> ResponseReturnValue:
    columns = [Column(headings[0], 28) for headings in PRACTICE_HEADINGS.values()]
    notes = [
        _("One row a practice. Only the name and the territory are obligatory; the rest may come later."),
        _("Several items in a cell stand one a line."),
        _("Risks: risk → what to do. Results: indicator | before | after | how many | period | source."),
    ]
    body = sheets.xlsx(_("Practices"), columns, [], notes)
    return download(body, sheets.XLSX, "practices-template.xlsx")
