"""The administrator's territories: list, import of a table, import of boundaries."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select
from werkzeug.exceptions import NotFound

from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.db import Columns
from kernel.documents import sheets
from kernel.documents.sheets import Table
from kernel.downloads import download
from kernel.files import FileRefused, Upload
from kernel.forms import form_page
from kernel.imports import AnyPlan, ImportPreview, keep_preview, left_out, preview_for, settle, shown, take, tell
from kernel.listing import paginate
from kernel.permissions import Permission
from kernel.text import clean, sort_key
from kernel.transaction import writing
from territories import importer, operations, queries
from territories.cells import TERRITORY_HEADINGS
from territories.forms import BoundariesForm, ImportForm
from territories.map import boundaries
from territories.models import Level, Territory

blueprint = Blueprint("territories_desk", __name__)
LEVELS = {Level.municipality.value: Level.municipality, Level.region.value: Level.region}


def _asked() -> tuple[Select[Territory], Territory | None]:
    """What the list's search and filters ask for, and the region chosen."""
    statement = queries.named_statement(request.args.get("q", "") if sort_key(request.args.get("q", "")) else "")
    if level := LEVELS.get(request.args.get("level", "")):
        statement = statement.where(Territory.level == level)
    region = queries.current(request.args["region"]) if request.args.get("region") else None
    if region is not None:
        statement = statement.where(Territory.parent_id == region.id)
    return statement, region


def _narrowing() -> Columns:
    return {name: request.args[name] for name in ("q", "level", "region") if request.args.get(name)}


@blueprint.get("/manage/territories")
@requires(Permission.EDIT_TERRITORIES)
def territories() -> ResponseReturnValue:
    statement, region = _asked()
    sorts = {"name": Territory.name_key, "code": Territory.oktmo, "people": Territory.population}
    listing = paginate(statement, sorts, default="name", tie=Territory.id)
    if region is not None:
        listing.add_filter("region", _("Region"), region.name)
    return render_template(
        "territories/manage.html",
        listing=listing,
        regions=[(one.oktmo, one.name) for one in queries.regions()],
        region=region.oktmo if region else "",
        level=request.args.get("level", "") if request.args.get("level", "") in LEVELS else "",
        drawn=queries.with_boundary(),
        Level=Level,
        export_url=url_for("territories_desk.export", **_narrowing()),
    )


@blueprint.get("/manage/territories.xlsx")
@requires(Permission.EDIT_TERRITORIES)
def export() -> ResponseReturnValue:
    return download(importer.export(queries.exported(_asked()[0])), sheets.XLSX, "territories.xlsx")


@blueprint.get("/manage/territories/import/template.xlsx")
@requires(Permission.EDIT_TERRITORIES)
def template() -> ResponseReturnValue:
    return download(importer.template(), sheets.XLSX, "territories-template.xlsx")


@blueprint.route("/manage/territories/import", methods=["GET", "POST"])
@requires(Permission.EDIT_TERRITORIES)
@shows_form
def upload() -> ResponseReturnValue:
    form, page = ImportForm(), "territories/import.html"
    if not form.validate_on_submit():
        return form_page(page, form)
    try:
        kept = sheets.accept(form.file.data)
        importer.read(kept.name, kept.body)
    except FileRefused as refused:
        form.file.errors = [str(refused)]
        return form_page(page, form)
    region = queries.current(form.region.data) if form.region.data else None
    uuid = _keep("territories", kept, region.id if region else None)
    return redirect(url_for("territories_desk.preview", uuid=uuid, region=form.region.data or None))


def _keep(kind: str, kept: Upload, scope_id: int | None) -> str:
    stored = files.write(kept)
    with writing():
        return keep_preview(kind, scope_id, actor().id, stored).uuid


def _territories_preview(uuid: str) -> tuple[ImportPreview, Table, str]:
    """The preview, its table read, and the region (OKTMO, or "") it is narrowed to."""
    region = queries.current(request.args["region"]) if request.args.get("region") else None
    found = preview_for(uuid, "territories", region.id if region else None, actor().id)
    table = importer.read(found.file.name, files.read(found.file))
    return found, table, region.oktmo if region else ""


@blueprint.get("/manage/territories/import/<uuid>")
@requires(Permission.EDIT_TERRITORIES)
def preview(uuid: str) -> ResponseReturnValue:
    found, table, region = _territories_preview(uuid)
    names: Columns = {"uuid": uuid, "region": request.args.get("region") or None}
    rest = url_for("territories_desk.import_left_out", **names)
    return _preview_page(
        found, importer.plan(table, region), "preview", "confirmation", "upload", names, left_out_url=rest
    )


@blueprint.get("/manage/territories/import/<uuid>/left-out.xlsx")
@requires(Permission.EDIT_TERRITORIES)
def import_left_out(uuid: str) -> ResponseReturnValue:
    """The rows that did not come in, to be put right and loaded again."""
    _found, table, region = _territories_preview(uuid)
    rest = left_out(table, TERRITORY_HEADINGS, importer.plan(table, region))
    return download(rest, sheets.XLSX, "territories-left-out.xlsx")


def _preview_page(
    found: ImportPreview,
    plan: AnyPlan,
    here: str,
    confirmation: str,
    again: str,
    names: Columns,
    left_out_url: str | None = None,
) -> str:
    return render_template(
        "territories/preview.html",
        preview=found,
        here=url_for(f"territories_desk.{here}", **names),
        confirm_url=url_for(f"territories_desk.{confirmation}", **names),
        again_url=url_for(f"territories_desk.{again}"),
        credit=names.get("credit"),
        left_out_url=left_out_url,
        **shown(plan),
    )


@blueprint.post("/manage/territories/import/<uuid>/confirmation")
@requires(Permission.EDIT_TERRITORIES)
def confirmation(uuid: str) -> ResponseReturnValue:
    found, table, region = _territories_preview(uuid)
    with writing():
        # planned here: a press a moment ago may have loaded the same rows
        plan = settle(importer.plan(table, region), found) if take(found) else None
        if plan:
            operations.carry_out(plan, by=actor())
    here = url_for("territories_desk.preview", uuid=uuid, region=request.args.get("region") or None)
    return redirect(tell(plan, here, url_for("territories_desk.territories")))


@blueprint.route("/manage/territories/boundaries", methods=["GET", "POST"])
@requires(Permission.EDIT_TERRITORIES)
@shows_form
def boundaries_upload() -> ResponseReturnValue:
    form, page = BoundariesForm(), "territories/boundaries.html"
    if not form.validate_on_submit():
        return form_page(page, form)
    file, credit = form.file.data, form.credit.data or ""
    try:
        body = file.stream.read(files.BYTES_OF_A_FILE + 1)
        if len(body) > files.BYTES_OF_A_FILE:
            raise FileRefused(_("The file is larger than 10 MB. Larger ones are loaded on the server."))
        boundaries.plan(body, credit)
    except FileRefused as refused:
        form.file.errors = [str(refused)]
        return form_page(page, form)
    uuid = _keep("boundaries", Upload(clean(file.filename)[-200:], "application/geo+json", body), None)
    return redirect(url_for("territories_desk.boundaries_preview", uuid=uuid, credit=credit))


@blueprint.get("/manage/territories/boundaries/<uuid>")
@requires(Permission.EDIT_TERRITORIES)
def boundaries_preview(uuid: str) -> ResponseReturnValue:
    found = preview_for(uuid, "boundaries", None, actor().id)
    credit = _credit()
    plan = boundaries.plan(files.read(found.file), credit)
    names: Columns = {"uuid": uuid, "credit": credit}
    rest = url_for("territories_desk.boundaries_left_out", **names)
    here, confirmation, again = "boundaries_preview", "boundaries_confirmation", "boundaries_upload"
    return _preview_page(found, plan, here, confirmation, again, names, left_out_url=rest)


@blueprint.get("/manage/territories/boundaries/<uuid>/left-out.geojson")
@requires(Permission.EDIT_TERRITORIES)
def boundaries_left_out(uuid: str) -> ResponseReturnValue:
    """The features that did not come in, to be put right and loaded again."""
    body = files.read(preview_for(uuid, "boundaries", None, actor().id).file)
    left = boundaries.left_out(body, boundaries.plan(body, _credit()))
    return download(left, "application/geo+json", "boundaries-left-out.geojson")


def _credit() -> str:
    """As typed with the file; it travels in the preview's address."""
    credit = clean(request.args.get("credit", ""))
    if not 0 < len(credit) <= boundaries.MAX_CREDIT:
        raise NotFound()
    return credit


@blueprint.post("/manage/territories/boundaries/<uuid>/confirmation")
@requires(Permission.EDIT_TERRITORIES)
def boundaries_confirmation(uuid: str) -> ResponseReturnValue:
    found = preview_for(uuid, "boundaries", None, actor().id)
    credit = _credit()
    plan = boundaries.plan(files.read(found.file), credit)
    if plan.signature != request.form.get("sure", ""):
        plan.leave_doubts()  # before the map is drawn
    drawn = boundaries.drawn(plan.actions, credit)
    with writing():
        done = take(found)
        if done:
            boundaries.carry_out(settle(plan, found), drawn, by=actor())
    here = url_for("territories_desk.boundaries_preview", uuid=uuid, credit=credit)
    return redirect(tell(plan if done else None, here, url_for("territories_desk.territories")))
