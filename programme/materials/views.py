"""The organiser's page of a talk's materials, and what visitors take from the talk's own page."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum import queries as forums
from kernel import files
from kernel.access import actor, public, requires, shows_form
from kernel.forms import form_page
from kernel.permissions import Permission
from kernel.transaction import writing
from programme.manage.base import blueprint as desk
from programme.materials import operations, queries
from programme.materials.forms import MaterialForm
from programme.models import Slot
from programme.queries import public_slot, slot_of
from programme.views import blueprint as pages

KINDS_OF_MATERIALS = {".pptx", ".pdf", ".docx", ".odt", ".xlsx", ".png", ".jpg", ".jpeg"}
MATERIALS_PATH = "/manage/forums/<slug>/programme/slots/<code>/materials"


@desk.route(MATERIALS_PATH, methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
@shows_form
def materials(slug: str, code: str) -> ResponseReturnValue:
    slot = _slot(slug, code)
    form = MaterialForm()
    if not form.validate_on_submit():
        return _page(slot, form)
    try:
        stored = files.write(files.check(form.file.data, KINDS_OF_MATERIALS))
    except files.FileRefused as refusal:
        form.file.errors = [str(refusal)]
        return _page(slot, form)
    with writing():
        operations.add_material(slot, form.title.data, stored, published=form.published.data, by=actor())
    flash(_("The material is attached."), "ok")
    return _back(slug, code)


@desk.get(MATERIALS_PATH + "/<int:material_id>")
@requires(Permission.EDIT_PROGRAMME)
def material(slug: str, code: str, material_id: int) -> ResponseReturnValue:
    return files.download(queries.material_of(_slot(slug, code), material_id).file)


@desk.post(MATERIALS_PATH + "/<int:material_id>/publication")
@requires(Permission.EDIT_PROGRAMME)
def material_publication(slug: str, code: str, material_id: int) -> ResponseReturnValue:
    """Show it to visitors, or with `published=no` hide it."""
    slot = _slot(slug, code)
    with writing():
        found = queries.material_of(slot, material_id)
        operations.publish_material(found, request.form.get("published") != "no", by=actor())
    flash(_("Saved."), "ok")
    return _back(slug, code)


@desk.post(MATERIALS_PATH + "/<int:material_id>/removal")
@requires(Permission.EDIT_PROGRAMME)
def material_removal(slug: str, code: str, material_id: int) -> ResponseReturnValue:
    slot = _slot(slug, code)
    with writing():
        operations.remove_material(queries.material_of(slot, material_id), by=actor())
    flash(_("The material is taken away."), "ok")
    return _back(slug, code)


def _slot(slug: str, code: str) -> Slot:
    return slot_of(forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME), code)


def _page(slot: Slot, form: MaterialForm) -> ResponseReturnValue:
    return form_page(
        "programme/materials/materials.html",
        form,
        forum=slot.forum,
        slot=slot,
        materials=queries.materials_of(slot),
        accept=",".join(sorted(KINDS_OF_MATERIALS)),
    )


def _back(slug: str, code: str) -> ResponseReturnValue:
    return redirect(url_for("programme_desk.materials", slug=slug, code=code), 303)


@pages.get("/forums/<slug>/talks/<code>/materials/<int:material_id>")
@public
def talk_material(slug: str, code: str, material_id: int) -> ResponseReturnValue:
    slot = public_slot(forums.public_forum(slug), code)
    return files.download(queries.public_material(slot, material_id).file, public=True)
