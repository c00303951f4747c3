"""The work area: writing passports, publishing, sample documents."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from accounts.scopes import reach
from activity.queries import history
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.errors import Conflict
from kernel.listing import paginate
from kernel.transaction import writing
from practices import exports, labels, operations, queries
from practices.forms import ArchiveForm, PassportForm, SampleForm
from practices.models import Admission, Practice
from practices.views.base import blueprint
from practices.views.public import member, practice_page
from territories.models import Territory

EDIT = "practices:practice:edit"
PUBLISH = "practices:practice:publish"


@blueprint.get("/manage/practices")
@requires("work:practices:open")
def manage() -> ResponseReturnValue:
    admission, sphere = member(Admission, "admission"), member(Sphere, "sphere")
    statement = queries.practices_for(
        actor(), q=request.args.get("q", "").strip()[:200], admission=admission, sphere=sphere
    )
    orders = {
        "name": Practice.name_key,
        "status": (Practice.admission, Practice.name_key),
        "changed": Practice.updated_at,
        "territory": (Territory.name_key, Practice.name_key),
    }
    listing = paginate(statement.join(Practice.territory), orders, default="name", tie=Practice.id)
    if admission:
        listing.add_filter("admission", _("Status"), str(labels.ADMISSION_LABELS[admission]))
    if sphere:
        listing.add_filter("sphere", _("Sphere"), str(SPHERE_LABELS[sphere]))
    return render_template(
        "practices/manage.html",
        listing=listing,
        labels=labels,
        spheres=SPHERE_LABELS,
        admission=admission,
        sphere=sphere,
        export_url=listing.url(page=None).replace("/manage/practices", "/manage/practices.xlsx", 1),
    )


@blueprint.get("/manage/practices.xlsx")
@requires("work:practices:open")
def export() -> ResponseReturnValue:
    statement = queries.practices_for(
        actor(),
        q=request.args.get("q", "").strip()[:200],
        admission=member(Admission, "admission"),
        sphere=member(Sphere, "sphere"),
    )
    body = exports.workbook(statement)
    headers = {"Content-Disposition": "attachment; filename=practices.xlsx"}
    return Response(body, mimetype=sheets.XLSX, headers=headers)


def _form(practice: Practice | None = None) -> PassportForm:
    form = PassportForm()
    form.territory.choices = queries.territory_choices(actor(), EDIT)
    if practice is not None and not form.is_submitted():
        form.show(practice)
    return form


@blueprint.route("/manage/practices/new", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def new() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        page = render_template("practices/new.html", form=form, organisations=queries.organisation_names())
        return page, 422 if form.is_submitted() else 200
    values = form.values()
    with writing():
        practice = operations.add_practice(values, by=actor())
    flash(_("The draft is saved. Check it and publish when it is ready."), "ok")
    return redirect(url_for("practices.edit", slug=practice.slug))


@blueprint.route("/manage/practices/<slug>", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def edit(slug: str) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, EDIT)
    form = _form(practice)
    if not form.validate_on_submit():
        return _edit_page(practice, form), 422 if form.is_submitted() else 200
    values = form.values()
    with writing():
        operations.hold(practice)
        if practice.version != form.opened_version():
            raise Conflict(form.differences(practice), url_for("practices.edit", slug=slug))
        changed = operations.change_practice(practice, values, by=actor())
    if changed:
        flash(ngettext("%(num)s field is saved.", "%(num)s fields are saved.", len(changed)), "ok")
    else:
        flash(_("Nothing has changed."), "info")
    return redirect(url_for("practices.edit", slug=slug))


def _edit_page(
    practice: Practice, form: PassportForm, sample: SampleForm | None = None, archive: ArchiveForm | None = None
) -> str:
    return render_template(
        "practices/edit.html",
        practice=practice,
        form=form,
        sample_form=sample or SampleForm(formdata=None),
        archive_form=archive or ArchiveForm(formdata=None),
        may_publish=_may_publish(practice),
        history=history("practice", practice.id, limit=20),
        organisations=queries.organisation_names(),
        labels=labels,
    )


def _may_publish(practice: Practice) -> bool:
    reached = reach(actor().scopes(PUBLISH))
    return reached is None or practice.territory_id in reached


@blueprint.get("/manage/practices/<slug>/preview")
@requires(EDIT)
def preview(slug: str) -> ResponseReturnValue:
    return practice_page(queries.practice_for(actor(), slug, EDIT), preview=True)


@blueprint.post("/manage/practices/<slug>/publication")
@requires(PUBLISH)
def publication(slug: str) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, PUBLISH)
    with writing():
        operations.hold(practice)
        operations.publish_practice(practice, by=actor())
    flash(_("The practice is in the catalogue."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.post("/manage/practices/<slug>/draft")
@requires(PUBLISH)
def draft(slug: str) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, PUBLISH)
    with writing():
        operations.hold(practice)
        operations.return_to_draft(practice, by=actor())
    flash(_("The practice is a draft again and has left the catalogue."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.post("/manage/practices/<slug>/archive")
@requires(PUBLISH)
@shows_form
def archive(slug: str) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, PUBLISH)
    form = ArchiveForm()
    if not form.validate_on_submit():
        shown = PassportForm(formdata=None).show(practice)
        shown.territory.choices = queries.territory_choices(actor(), EDIT)
        return _edit_page(practice, shown, archive=form), 422
    with writing():
        operations.hold(practice)
        operations.archive_practice(practice, form.reason.data, by=actor())
    flash(_("The practice is in the archive."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.post("/manage/practices/<slug>/documents")
@requires(EDIT)
@shows_form
def documents(slug: str) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, EDIT)
    form = SampleForm()
    if form.validate_on_submit():
        try:
            stored = files.write(files.check(form.file.data, {".docx", ".pdf", ".xlsx"}))
        except files.FileRefused as refusal:
            form.file.errors = [str(refusal)]
        else:
            with writing():
                operations.add_document(practice, form.document_kind(), form.title.data, stored, by=actor())
            flash(_("The document is attached."), "ok")
            return redirect(url_for("practices.edit", slug=slug))
    shown = PassportForm(formdata=None).show(practice)
    shown.territory.choices = queries.territory_choices(actor(), EDIT)
    return _edit_page(practice, shown, sample=form), 422


@blueprint.post("/manage/practices/<slug>/documents/<int:document_id>/removal")
@requires(EDIT)
def document_removal(slug: str, document_id: int) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, EDIT)
    with writing():
        operations.remove_document(queries.document_of(practice, document_id), by=actor())
    flash(_("The document is taken away."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.get("/manage/practices/<slug>/documents/<int:document_id>")
@requires(EDIT)
def own_document(slug: str, document_id: int) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, EDIT)
    return files.download(queries.document_of(practice, document_id).file)
