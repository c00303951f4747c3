"""The work area: writing passports, the archive, sample documents."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from accounts.scopes import reach
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.downloads import download
from kernel.errors import Conflict
from kernel.forms import form_page, status_of
from kernel.listing import paginate
from kernel.permissions import Permission
from kernel.transaction import writing
from practices import exports, labels, operations, queries
from practices.chronicle import chronicle
from practices.forms import ArchiveForm, PassportForm, SampleForm
from practices.grading.labels import ANSWER_LABELS, QUESTION_LABELS
from practices.grading.queries import latest_grades
from practices.models import Admission, Practice
from practices.moderation import operations as moderation
from practices.moderation import queries as moderation_queries
from practices.moderation import standing
from practices.moderation.rules import IllegalMove
from practices.saving import saved
from practices.views.base import blueprint
from practices.views.last_list import remember_list
from practices.views.public import member, practice_page
from practices.views.samples import SAMPLES, checked
from territories.models import Territory


@blueprint.get("/manage/practices")
@requires(Permission.OPEN_PRACTICES)
def manage() -> ResponseReturnValue:
    remember_list()
    admission, sphere = member(Admission, "admission"), member(Sphere, "sphere")
    statement = queries.practices_for_statement(
        actor(), q=request.args.get("q", "").strip()[:200], admission=admission, sphere=sphere
    )
    kind = request.args.get("waiting", "")
    if kind in moderation_queries.KINDS_OF_WAITING:
        statement = moderation_queries.only_waiting(statement, kind)
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
    if kind in labels.WAITING_LABELS:
        listing.add_filter("waiting", _("Waits"), str(labels.WAITING_LABELS[kind]))
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
@requires(Permission.OPEN_PRACTICES)
def export() -> ResponseReturnValue:
    statement = queries.practices_for_statement(
        actor(),
        q=request.args.get("q", "").strip()[:200],
        admission=member(Admission, "admission"),
        sphere=member(Sphere, "sphere"),
    )
    return download(exports.workbook(statement), sheets.XLSX, "practices.xlsx")


def _form(practice: Practice | None = None) -> PassportForm:
    form = PassportForm()
    form.territory.choices = queries.territory_choices(actor(), Permission.EDIT_PRACTICES)
    if practice is not None:
        shown = moderation_queries.working(practice)
        form.kept = shown.organisation
        if not form.is_submitted():
            form.show(shown)
    return form


@blueprint.route("/manage/practices/new", methods=["GET", "POST"])
@requires(Permission.EDIT_PRACTICES)
@shows_form
def new() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return form_page("practices/new.html", form, organisations=queries.organisation_names())
    values = form.values()
    with writing():
        practice = moderation.begin(values, by=actor())
    flash(_("The draft is saved. Check it and publish when it is ready."), "ok")
    return redirect(url_for("practices.edit", slug=practice.slug))


@blueprint.route("/manage/practices/<slug>", methods=["GET", "POST"])
@requires(Permission.EDIT_PRACTICES)
@shows_form
def edit(slug: str) -> ResponseReturnValue:
    practice = moderation_queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    form = _form(practice)
    if not form.validate_on_submit():
        return _edit_page(practice, form), status_of(form)
    values = form.values()
    with writing():
        operations.hold(practice)
        changed_since = practice.version != form.opened_version()
        if changed_since and (rows := form.differences(moderation_queries.working(practice))):
            raise Conflict(rows, url_for("practices.edit", slug=slug))
        changed = moderation.work_on(practice, values, by=actor())
    if changed:
        flash(ngettext("%(num)s field is saved.", "%(num)s fields are saved.", len(changed)), "ok")
    else:
        flash(_("Everything typed is saved."), "info")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.post("/manage/practices/<slug>/autosave")
@requires(Permission.EDIT_PRACTICES)
def autosave(slug: str) -> ResponseReturnValue:
    """Keep what is being typed; fields with a fault wait until it is mended."""
    practice = moderation_queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    form = _form(practice)
    form.validate()
    values = form.values()
    with writing():
        operations.hold(practice)
        if practice.version != form.opened_version():
            return jsonify(error=_("Somebody has changed this meanwhile")), 409
        moderation.work_on(practice, values, by=actor(), autosaved=True)
        answer = saved(practice, form)
    stand, may_publish = standing.standing(practice), _may_publish(practice)
    part = render_template(
        "practices/manage/standing.html", practice=practice, stand=stand, may_publish=may_publish, labels=labels
    )
    return jsonify(answer | {"part": part})


def _edit_page(
    practice: Practice, form: PassportForm, sample: SampleForm | None = None, archive: ArchiveForm | None = None
) -> str:
    return render_template(
        "practices/edit.html",
        practice=practice,
        form=form,
        sample_form=sample or SampleForm(formdata=None),
        archive_form=archive or ArchiveForm(formdata=None),
        stand=standing.standing(practice),
        may_publish=_may_publish(practice),
        grades=latest_grades(practice.id),
        grade_questions=QUESTION_LABELS,
        grade_answers=ANSWER_LABELS,
        history=chronicle(practice),
        organisations=queries.organisation_names(),
        labels=labels,
        accept=",".join(sorted(SAMPLES)),
    )


def _may_publish(practice: Practice) -> bool:
    reached = reach(actor().scopes(Permission.PUBLISH_PRACTICES))
    return reached is None or practice.territory_id in reached


@blueprint.get("/manage/practices/<slug>/preview")
@requires(Permission.EDIT_PRACTICES)
def preview(slug: str) -> ResponseReturnValue:
    """The page as it will be after the next publication."""
    practice = moderation_queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    return practice_page(moderation_queries.working(practice), preview=True)


@blueprint.post("/manage/practices/<slug>/archive")
@requires(Permission.PUBLISH_PRACTICES)
@shows_form
def archive(slug: str) -> ResponseReturnValue:
    practice = moderation_queries.with_working(actor(), slug, Permission.PUBLISH_PRACTICES)
    form = ArchiveForm()
    if not form.validate_on_submit():
        return _edit_page(practice, _untouched(practice), archive=form), 422
    try:
        with writing():
            moderation.archive(practice, form.reason.data, by=actor())
    except IllegalMove:
        flash(_("Somebody has decided this meanwhile: look at where the practice stands now."), "info")
    else:
        flash(_("The practice is in the archive."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


def _untouched(practice: Practice) -> PassportForm:
    """The big form as stored, when a small one beside it came back."""
    shown = PassportForm(formdata=None).show(moderation_queries.working(practice))
    shown.territory.choices = queries.territory_choices(actor(), Permission.EDIT_PRACTICES)
    return shown


@blueprint.post("/manage/practices/<slug>/documents")
@requires(Permission.EDIT_PRACTICES)
@shows_form
def documents(slug: str) -> ResponseReturnValue:
    practice = moderation_queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    form = SampleForm()
    stored = checked(form)
    if stored is None:
        return _edit_page(practice, _untouched(practice), sample=form), 422
    with writing():
        operations.hold(practice)
        operations.add_document(practice, form.document_kind(), form.title.data, stored, by=actor())
    flash(_("The document is attached."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.post("/manage/practices/<slug>/documents/<int:document_id>/removal")
@requires(Permission.EDIT_PRACTICES)
def document_removal(slug: str, document_id: int) -> ResponseReturnValue:
    practice = moderation_queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    with writing():
        operations.hold(practice)
        operations.remove_document(queries.document_of(practice, document_id), by=actor())
    flash(_("The document is taken away."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.post("/manage/practices/<slug>/documents/<int:document_id>/return")
@requires(Permission.EDIT_PRACTICES)
def document_return(slug: str, document_id: int) -> ResponseReturnValue:
    """What was to leave with the next edition stays."""
    practice = moderation_queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    with writing():
        operations.hold(practice)
        operations.keep_document(queries.document_of(practice, document_id), by=actor())
    flash(_("The document stays."), "ok")
    return redirect(url_for("practices.edit", slug=slug))


@blueprint.get("/manage/practices/<slug>/documents/<int:document_id>")
@requires(Permission.EDIT_PRACTICES)
def own_document(slug: str, document_id: int) -> ResponseReturnValue:
    practice = queries.practice_for(actor(), slug, Permission.EDIT_PRACTICES)
    return files.download(queries.document_of(practice, document_id).file)
