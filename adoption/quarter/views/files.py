"""The Excel form: taken away, filled in, handed in with a preview; in the cabinet, by the link, by the organiser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from adoption import queries as adoption_queries
from adoption.blueprint import blueprint
from adoption.quarter import exports, importer, labels, queries
from adoption.quarter.forms import FormUpload
from adoption.quarter.models import Ask, Question, Round, Way
from adoption.quarter.operations import AnswerRefused, Overtaken, Source
from kernel import files, limits
from kernel.access import Actor, ByLink, actor, public, requires, shows_form, token_page
from kernel.documents import sheets
from kernel.downloads import download
from kernel.forms import status_of
from kernel.imports import Plan, checked_table, keep_preview, left_out, preview_for, settle, shown, take, tell
from kernel.permissions import Permission
from kernel.transaction import write

QUARTER_PREVIEWS = "quarter"


class Place(NamedTuple):
    """Where a filled form is handed in: whose rows it may hold, who hands it in, and the addresses around it."""

    scope_id: int | None
    user_id: int
    questions: Callable[[], Sequence[Question]]
    by: Actor
    answered_by: str
    layout: str
    back: tuple[str, str]
    """Where one comes from: (label, address)."""
    upload: str
    preview: Callable[[str], str]
    confirmation: Callable[[str], str]

    @property
    def source(self) -> Source:
        return Source(Way.excel, self.answered_by)


def workbook(questions: Sequence[Question]) -> Response:
    """The form with these questions as a download; what was interrupted is left out."""
    body = exports.form([question for question in questions if question.adoption.exit is None])
    return download(body, sheets.XLSX, exports.file_name(questions))


def hand_in(place: Place) -> ResponseReturnValue:
    """The page with the one field, and what is sent from it."""
    form = FormUpload()
    if not form.validate_on_submit():
        return _upload_page(place, form), status_of(form)
    try:
        checked = checked_table(form.file.data)
        importer.read(checked.name, checked.body)
    except files.FileRefused as refusal:
        form.file.errors = [str(refusal)]
        return _upload_page(place, form), 422
    if not place.user_id:
        limits.count((limits.LINK_FILES, f"{QUARTER_PREVIEWS}:{place.scope_id}"))
    stored = files.write(checked)
    kept = write(lambda: keep_preview(QUARTER_PREVIEWS, place.scope_id, place.user_id, stored))
    return redirect(place.preview(kept.uuid), 303)


def _upload_page(place: Place, form: FormUpload) -> str:
    return render_template("adoption/quarter/upload.html", place=place, form=form)


def show(place: Place, uuid: str) -> ResponseReturnValue:
    """What handing in would do, row by row; with `?left-out` the rows that would not come in, as a workbook."""
    kept = preview_for(uuid, QUARTER_PREVIEWS, place.scope_id, place.user_id)
    table = importer.read(kept.file.name, files.read(kept.file))
    plan = importer.plan(table, place.questions())
    if "left-out" in request.args:
        return download(left_out(table, importer.ANSWER_HEADINGS, plan), sheets.XLSX, "quarter-left-out.xlsx")
    return render_template("adoption/quarter/preview.html", place=place, preview=kept, **shown(plan))


def confirm(place: Place, uuid: str) -> ResponseReturnValue:
    """Keep the answers of the file that can be kept; rows with errors wait for their repair."""
    kept = preview_for(uuid, QUARTER_PREVIEWS, place.scope_id, place.user_id)
    table = importer.read(kept.file.name, files.read(kept.file))

    def deed() -> Plan[importer.Action] | None:
        plan = importer.plan(table, place.questions()) if take(kept) else None
        if plan:
            importer.carry_out(settle(plan, kept), place.source, by=place.by)
        return plan

    try:
        plan = write(deed)
    except (AnswerRefused, Overtaken):  # between the plan and the lock
        flash(_("Somebody has answered meanwhile, so nothing was changed. Look at the rows again."), "bad")
        return redirect(place.preview(uuid), 303)
    return redirect(tell(plan, place.preview(uuid), place.back[1]), 303)


def _cabinet_place() -> Place:
    user = actor()
    return Place(
        scope_id=None,
        user_id=user.id,
        questions=lambda: queries.open_questions(adoption_queries.territories_for(user, Permission.EDIT_ADOPTIONS)),
        by=user,
        answered_by=user.display_name,
        layout="layouts/work.html",
        back=(_("Our municipality"), url_for("adoption.cabinet")),
        upload=url_for("adoption.quarter_upload"),
        preview=lambda uuid: url_for("adoption.quarter_preview", uuid=uuid),
        confirmation=lambda uuid: url_for("adoption.quarter_confirmation", uuid=uuid),
    )


@blueprint.get("/cabinet/quarter.xlsx")
@requires(Permission.EDIT_ADOPTIONS)
def quarter_form() -> ResponseReturnValue:
    return workbook(_cabinet_place().questions())


@blueprint.route("/cabinet/quarter/file", methods=["GET", "POST"])
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def quarter_upload() -> ResponseReturnValue:
    return hand_in(_cabinet_place())


@blueprint.get("/cabinet/quarter/file/<uuid>")
@requires(Permission.EDIT_ADOPTIONS)
def quarter_preview(uuid: str) -> ResponseReturnValue:
    return show(_cabinet_place(), uuid)


@blueprint.post("/cabinet/quarter/file/<uuid>/confirmation")
@requires(Permission.EDIT_ADOPTIONS)
def quarter_confirmation(uuid: str) -> ResponseReturnValue:
    return confirm(_cabinet_place(), uuid)


def _link_place(token: str) -> Place:
    ask: Ask = queries.ask_by_link(token)
    return Place(
        scope_id=ask.id,
        user_id=0,
        questions=lambda: queries.questions_of([ask]),
        by=ByLink(""),
        answered_by="",
        layout="adoption/quarter/open.html",
        back=(ask.territory.name, url_for("adoption.link", token=token)),
        upload=url_for("adoption.link_upload", token=token),
        preview=lambda uuid: url_for("adoption.link_preview", token=token, uuid=uuid),
        confirmation=lambda uuid: url_for("adoption.link_confirmation", token=token, uuid=uuid),
    )


@blueprint.get("/answer/<token>/quarter.xlsx")
@public
@token_page
def link_form(token: str) -> ResponseReturnValue:
    return workbook(_link_place(token).questions())


@blueprint.route("/answer/<token>/file", methods=["GET", "POST"])
@public
@token_page
@shows_form
def link_upload(token: str) -> ResponseReturnValue:
    return hand_in(_link_place(token))


@blueprint.get("/answer/<token>/file/<uuid>")
@public
@token_page
def link_preview(token: str, uuid: str) -> ResponseReturnValue:
    return show(_link_place(token), uuid)


@blueprint.post("/answer/<token>/file/<uuid>/confirmation")
@public
@token_page
def link_confirmation(token: str, uuid: str) -> ResponseReturnValue:
    return confirm(_link_place(token), uuid)


def _round_place(code: str) -> Place:
    of: Round = queries.round_for(actor(), code)
    return Place(
        scope_id=of.id,
        user_id=actor().id,
        questions=lambda: queries.questions_of_round(of.id),
        by=actor(),
        answered_by="",
        layout="layouts/work.html",
        back=(labels.round_title(of), url_for("adoption.round_", round_code=code)),
        upload=url_for("adoption.round_upload", round_code=code),
        preview=lambda uuid: url_for("adoption.round_preview", round_code=code, uuid=uuid),
        confirmation=lambda uuid: url_for("adoption.round_confirmation", round_code=code, uuid=uuid),
    )


@blueprint.route("/manage/rounds/<round_code>/file", methods=["GET", "POST"])
@requires(Permission.LEAD_ROUNDS)
@shows_form
def round_upload(round_code: str) -> ResponseReturnValue:
    return hand_in(_round_place(round_code))


@blueprint.get("/manage/rounds/<round_code>/file/<uuid>")
@requires(Permission.LEAD_ROUNDS)
def round_preview(round_code: str, uuid: str) -> ResponseReturnValue:
    return show(_round_place(round_code), uuid)


@blueprint.post("/manage/rounds/<round_code>/file/<uuid>/confirmation")
@requires(Permission.LEAD_ROUNDS)
def round_confirmation(round_code: str, uuid: str) -> ResponseReturnValue:
    return confirm(_round_place(round_code), uuid)


@blueprint.get("/manage/rounds/<round_code>/<oktmo>/quarter.xlsx")
@requires(Permission.LEAD_ROUNDS)
def round_form(round_code: str, oktmo: str) -> ResponseReturnValue:
    ask = queries.ask_of(queries.round_for(actor(), round_code), oktmo)
    return workbook(queries.questions_of([ask]))
