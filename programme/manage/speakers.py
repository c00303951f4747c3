"""Who speaks: whose profile it is, and whether the name may be published."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.enums import ConsentKind
from accounts.queries import consent_text
from forum import queries as forums
from forum.models import Forum
from kernel.access import actor, requires, shows_form
from kernel.listing import paginate
from kernel.permissions import Permission
from kernel.text import sort_key
from kernel.transaction import writing
from kernel.twins import holds
from programme import operations, queries
from programme.forms import EmailForm
from programme.manage import queries as manage_queries
from programme.manage.base import blueprint
from speakers.models import Speaker
from speakers.operations import consent, set_email, withdraw_consent
from speakers.queries import decided_among, publication_consents


@blueprint.get("/manage/forums/<slug>/speakers")
@requires(Permission.EDIT_PROGRAMME)
def speakers(slug: str) -> ResponseReturnValue:
    """Who speaks: whose profile it is, and whether the name may be published."""
    return _speakers_page(forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME))


def _speakers_page(forum: Forum, wrong: str = "", form: EmailForm | None = None) -> str:
    lacking = request.args.get("consent") == "no"
    statement = queries.unnamed_statement(forum.id) if lacking else manage_queries.speakers_at_statement(forum.id)
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
@requires(Permission.EDIT_PROGRAMME)
@shows_form
def speaker_email(slug: str, code: str) -> ResponseReturnValue:
    """Say by an e-mail who may edit the profile: they see it when they sign in with it."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    speaker = manage_queries.speaker_of(forum, code)
    form = EmailForm()
    if not form.validate_on_submit():
        return _speakers_page(forum, wrong=code, form=form), 422
    with writing():
        set_email(speaker, form.email.data or "", by=actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("programme_desk.speakers", slug=slug))


@blueprint.post("/manage/forums/<slug>/speakers/<code>/paper-consent")
@requires(Permission.EDIT_PROGRAMME)
def paper_consent(slug: str, code: str) -> ResponseReturnValue:
    """The consent was signed on paper; with `withdrawn=yes` it was taken back."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    speaker = manage_queries.speaker_of(forum, code)
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
@requires(Permission.EDIT_PROGRAMME)
def paper_consents(slug: str) -> ResponseReturnValue:
    """Everybody of the forum who had not decided yet signed the consent on paper."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
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
