"""One item of the programme: added, changed, cancelled by hand."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.settings import site
from activity.queries import history
from forum import queries as forums
from forum.models import Forum
from kernel.access import actor, requires, shows_form
from kernel.asking import Doubtful, confirmed, question_page
from kernel.errors import Conflict
from kernel.permissions import Permission
from kernel.text import inner
from kernel.transaction import writing
from programme import operations, queries
from programme.forms import SlotForm, as_continued, as_typed
from programme.items import compare
from programme.manage import queries as manage_queries
from programme.manage.base import blueprint
from programme.models import Slot
from territories.queries import municipality_choices


@blueprint.route("/manage/forums/<slug>/programme/slots/new", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
@shows_form
def new_slot(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    form = _slot_form(forum, None)
    if not _finished(form):
        return _slot_page(forum, None, form)
    try:
        with writing():
            known = operations.hold_programme(forum)
            item = form.item(known, None)
            slot = operations.add_slot(forum, item, known, by=actor(), on_paper=form.on_paper.data, sure=confirmed())
            title = slot.title
    except operations.SlotRefused as refusal:
        return _refused(forum, None, form, refusal)
    except Doubtful as doubt:
        return _slot_page(forum, None, form, doubt)
    flash(_("«%(title)s» is in the programme.", title=inner(title)), "ok")
    if "again" in request.form:
        return redirect(url_for("programme_desk.new_slot", slug=slug, after=slot.code))
    return redirect(url_for("programme_desk.programme", slug=slug))


@blueprint.route("/manage/forums/<slug>/programme/slots/<code>", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
@shows_form
def slot(slug: str, code: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    found = queries.slot_of(forum, code)
    form = _slot_form(forum, found)
    if not _finished(form):
        return _slot_page(forum, found, form)
    try:
        with writing():
            known = operations.hold_programme(forum)
            item = form.item(known, found)
            if found.version != form.opened_version():
                raise Conflict(compare(item, found), url_for("programme_desk.slot", slug=slug, code=code))
            on_paper = form.on_paper.data
            changed = operations.change_slot(forum, item, known, by=actor(), on_paper=on_paper, sure=confirmed())
    except operations.SlotRefused as refusal:
        return _refused(forum, found, form, refusal)
    except Doubtful as doubt:
        return _slot_page(forum, found, form, doubt)
    flash(_("Saved.") if changed else _("Nothing has changed."), "ok" if changed else "info")
    return redirect(url_for("programme_desk.programme", slug=slug))


def _slot_form(forum: Forum, found: Slot | None) -> SlotForm:
    shown = as_typed(found) if found else _offered(forum)
    form = SlotForm(data=shown)
    sections, rooms = forums.sections_of(forum.id), forums.rooms_of(forum.id)
    form.offer(forum, sections, rooms, manage_queries.practices_for_talks(found))
    if not form.is_submitted():
        form.add_row()
    return form


def _offered(forum: Forum) -> dict[str, object]:
    """A new item begins where the last one ended: after `?after=`, or the last one added, in `?section=` if given."""
    chosen = next((one for one in forums.sections_of(forum.id) if one.slug == request.args.get("section")), None)
    last = manage_queries.last_added(forum.id, chosen.id if chosen else None, request.args.get("after", ""))
    if last is not None:
        return as_continued(last)
    return {"section": chosen.id} if chosen else {}


def _finished(form: SlotForm) -> bool:
    """Whether the form may be carried out: «one more speaker» only shows it again with another row."""
    if form.is_submitted() and "more" in request.form:
        form.add_row()
        return False
    return bool(form.validate_on_submit())


def _refused(forum: Forum, found: Slot | None, form: SlotForm, refusal: operations.SlotRefused) -> ResponseReturnValue:
    form.blame(refusal.faults)
    return _slot_page(forum, found, form)


def _slot_page(forum: Forum, found: Slot | None, form: SlotForm, doubt: Doubtful | None = None) -> ResponseReturnValue:
    page = render_template(
        "programme/manage/slot.html",
        forum=forum,
        slot=found,
        form=form,
        doubt=doubt,
        speakers=manage_queries.speaker_names(forum.series_id),
        municipalities=municipality_choices(site().region),
        history=history("slot", found.id, limit=10) if found else [],
    )
    return page, 422 if form.errors or doubt else 200


@blueprint.post("/manage/forums/<slug>/programme/slots/<code>/cancellation")
@requires(Permission.EDIT_PROGRAMME)
def cancellation(slug: str, code: str) -> ResponseReturnValue:
    """Cancel the item, or with `cancelled=no` bring it back: pressed twice, it does no more than once."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    found = queries.slot_of(forum, code)
    cancelled, title = request.form.get("cancelled") != "no", found.title
    try:
        with writing():
            operations.cancel_slot(found, cancelled, by=actor(), sure=confirmed())
    except operations.SlotRefused as refusal:
        flash(_("«%(title)s» cannot come back as it was. %(why)s", title=inner(title), why=refusal), "bad")
        return redirect(url_for("programme_desk.slot", slug=slug, code=code))
    except Doubtful as doubt:
        question = _("Bring «%(title)s» back all the same?", title=inner(title))
        return question_page(question, _("Bring back"), doubt.texts, sure=doubt.signature), 422
    if cancelled:
        flash(_("«%(title)s» is cancelled. The same button brings it back.", title=inner(title)), "ok")
    else:
        flash(_("«%(title)s» is in the programme again.", title=inner(title)), "ok")
    return redirect(url_for("programme_desk.programme", slug=slug))
