"""The organiser's programme: list, one item by hand, cancellation, import with preview."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind
from accounts.queries import consent_text
from accounts.settings import site
from activity.queries import history
from forum import queries as forums
from forum.facts import facts
from forum.models import Forum
from forum.operations import hold
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.asking import Doubtful, confirmed, question_page
from kernel.documents import pdf, sheets, word
from kernel.errors import Conflict
from kernel.i18n import spoken
from kernel.imports import keep_preview, preview_for, settle, shown, take, tell
from kernel.imports import left_out as left_out_sheet
from kernel.listing import paginate
from kernel.text import inner, sort_key
from kernel.transaction import writing
from kernel.twins import holds
from practices.queries import spreads
from programme import operations, queries
from programme.documents import thanks_data
from programme.forms import EmailForm, ImportForm, SlotForm, UploadForm, as_typed
from programme.importing import importer
from programme.importing.plan import KNOWN
from programme.items import compare
from programme.labels import KIND_LABELS
from programme.models import Slot
from programme.resolution.documents import draft, practices_of
from speakers.models import Speaker
from speakers.operations import consent, set_email, withdraw_consent
from speakers.queries import decided_among, publication_consents
from territories.queries import municipality_choices

blueprint = Blueprint("programme_desk", __name__)
EDIT = "forum:programme:edit"
GAPS = {"speakers": _l("talks without a speaker"), "practice": _l("talks without a practice")}


@blueprint.get("/manage/forums/<slug>/programme")
@requires(EDIT)
def programme(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    statement = queries.statement_of(forum.id, request.args.get("q", ""))
    sections = forums.sections_of(forum.id)
    section = next((one for one in sections if one.slug == request.args.get("section")), None)
    if section is not None:
        statement = statement.where(Slot.section_id == section.id)
    gap = request.args.get("without", "")
    if (condition := queries.without(gap)) is not None:
        statement = statement.where(condition)
    listing = paginate(
        statement, {"time": Slot.starts, "title": Slot.title_key}, default="time", tie=Slot.id, per_page=100
    )
    if section is not None:
        listing.add_filter("section", _("Section"), section.title)
    if condition is not None:
        listing.add_filter("without", _("Only"), str(GAPS[gap]))
    return render_template(
        "programme/manage/programme.html",
        forum=forum,
        listing=listing,
        sections=sections,
        chosen=section,
        gap=gap if condition is not None else "",
        numbers=queries.items_by_section(forum.id),
        kinds=KIND_LABELS,
    )


@blueprint.route("/manage/forums/<slug>/programme/slots/new", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def new_slot(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
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
    return redirect(url_for("programme_desk.programme", slug=slug))


@blueprint.route("/manage/forums/<slug>/programme/slots/<code>", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def slot(slug: str, code: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
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
    form = SlotForm(data=as_typed(found) if found else None)
    sections, rooms = forums.sections_of(forum.id), forums.rooms_of(forum.id)
    form.offer(forum, sections, rooms, queries.practices_for_talks(found))
    if not form.is_submitted():
        form.add_row()
        chosen = next((one for one in sections if one.slug == request.args.get("section")), None)
        if found is None and chosen is not None:
            form.section.data = chosen.id
    return form


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
        speakers=queries.speaker_names(forum.series_id),
        municipalities=municipality_choices(site().region),
        history=history("slot", found.id, limit=10) if found else [],
    )
    return page, 422 if form.errors or doubt else 200


@blueprint.post("/manage/forums/<slug>/programme/slots/<code>/cancellation")
@requires(EDIT)
def cancellation(slug: str, code: str) -> ResponseReturnValue:
    """Cancel the item, or with `cancelled=no` bring it back: pressed twice, it does no more than once."""
    forum = forums.forum_for(actor(), slug, EDIT)
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


@blueprint.get("/manage/forums/<slug>/programme/template.xlsx")
@requires(EDIT)
def template(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    return attachment(importer.template(forum), sheets.XLSX, f"programme-template-{forum.slug}.xlsx")


@blueprint.get("/manage/forums/<slug>/programme.xlsx")
@requires(EDIT)
def export(slug: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
    return attachment(importer.workbook(forum), sheets.XLSX, f"programme-{forum.slug}.xlsx")


@blueprint.get("/manage/forums/<slug>/speakers")
@requires(EDIT)
def speakers(slug: str) -> ResponseReturnValue:
    """Who speaks: whose profile it is, and whether the name may be published."""
    return _speakers_page(forums.forum_for(actor(), slug, EDIT))


def _speakers_page(forum: Forum, wrong: str = "", form: EmailForm | None = None) -> str:
    lacking = request.args.get("consent") == "no"
    statement = queries.unnamed_of(forum.id) if lacking else queries.named_at(forum.id)
    if key := sort_key(request.args.get("q", "")):
        statement = statement.where(holds(Speaker.name_key, key))
    listing = paginate(statement, {"name": Speaker.name_key}, default="name", tie=Speaker.id)
    if lacking:
        listing.add_filter("consent", _("Only"), _("without a consent"))
    ids = [speaker.id for speaker in listing.items]
    return render_template(
        "programme/manage/speakers.html",
        forum=forum,
        listing=listing,
        consents=publication_consents(ids),
        decided=decided_among(ids),
        undecided=queries.undecided_number(forum.id),
        wrong=wrong,
        form=form,
    )


@blueprint.post("/manage/forums/<slug>/speakers/<code>/email")
@requires(EDIT)
@shows_form
def speaker_email(slug: str, code: str) -> ResponseReturnValue:
    """Say by an e-mail who may edit the profile: they see it when they sign in with it."""
    forum = forums.forum_for(actor(), slug, EDIT)
    speaker = queries.speaker_of(forum, code)
    form = EmailForm()
    if not form.validate_on_submit():
        return _speakers_page(forum, wrong=code, form=form), 422
    with writing():
        set_email(speaker, form.email.data or "", by=actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("programme_desk.speakers", slug=slug))


@blueprint.post("/manage/forums/<slug>/speakers/<code>/paper-consent")
@requires(EDIT)
def paper_consent(slug: str, code: str) -> ResponseReturnValue:
    """The consent was signed on paper; with `withdrawn=yes` it was taken back."""
    forum = forums.forum_for(actor(), slug, EDIT)
    speaker = queries.speaker_of(forum, code)
    text = consent_text(ConsentKind.publication, "ru")
    with writing():
        if request.form.get("withdrawn") == "yes":
            withdraw_consent(speaker, by=actor())
        elif text is not None:
            consent(speaker, text, address="", by=actor(), on_paper=True)
        operations.touch_speakers([speaker])
    flash(_("Saved."), "ok")
    return redirect(url_for("programme_desk.speakers", slug=slug))


@blueprint.post("/manage/forums/<slug>/speakers/paper-consents")
@requires(EDIT)
def paper_consents(slug: str) -> ResponseReturnValue:
    """Everybody of the forum who had not decided yet signed the consent on paper."""
    forum = forums.forum_for(actor(), slug, EDIT)
    with writing():
        noted = operations.note_paper_consents(forum, by=actor())
    if noted:
        text = ngettext(
            "%(num)d paper consent is noted: the name is shown now.",
            "%(num)d paper consents are noted: the names are shown now.",
            noted,
        )
        flash(text, "ok")
    else:
        flash(_("Nothing has changed."), "info")
    return redirect(url_for("programme_desk.speakers", slug=slug))


@blueprint.get("/manage/forums/<slug>/thanks.pdf")
@requires(EDIT)
def thanks(slug: str) -> ResponseReturnValue:
    """Letters of thanks to those who spoke, a page each."""
    forum = forums.forum_for(actor(), slug, EDIT)
    spoke = queries.spoke_at(forum.id)
    if not spoke:
        raise NotFound()
    body = pdf.render("thanks", thanks_data(forum, spoke))
    return attachment(body, "application/pdf", f"thanks-{forum.slug}.pdf")


@blueprint.get("/manage/forums/<slug>/resolution.docx")
@requires(EDIT)
def resolution(slug: str) -> ResponseReturnValue:
    """The draft of the resolution, to be finished in a word processor."""
    forum = forums.forum_for(actor(), slug, EDIT)
    talks = queries.told_at(forum.id)
    if not talks:
        raise NotFound()
    shown = spreads([practice.id for practice in practices_of(talks)])
    body = word.to_docx(draft(forum, facts(forum), talks, shown), _("Draft resolution"), word.LANGUAGES[spoken()])
    return attachment(body, word.DOCX, f"resolution-{forum.slug}.docx")


def attachment(body: bytes, mimetype: str, name: str) -> Response:
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


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
        preview = keep_preview("programme", forum.id, actor().id, stored)
    return redirect(url_for("programme_desk.preview", slug=slug, uuid=preview.uuid))


@blueprint.get("/manage/forums/<slug>/programme/import/<uuid>")
@requires(EDIT)
def preview(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
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
@requires(EDIT)
def left_out(slug: str, uuid: str) -> ResponseReturnValue:
    """The rows that did not come in, to be put right and loaded again."""
    forum = forums.forum_for(actor(), slug, EDIT)
    found = preview_for(uuid, "programme", forum.id, actor().id)
    table = importer.read(found.file.name, files.read(found.file), forum)
    body = left_out_sheet(table, KNOWN, importer.plan_table(forum, table), always=("date",))
    return attachment(body, sheets.XLSX, f"programme-{forum.slug}-left-out.xlsx")


@blueprint.post("/manage/forums/<slug>/programme/import/<uuid>/confirmation")
@requires(EDIT)
def confirmation(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forums.forum_for(actor(), slug, EDIT)
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
