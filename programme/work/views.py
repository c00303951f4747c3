"""First screens of those who chair, help and speak: their sections as they will run, their talks, their own profile."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.enums import ConsentKind
from accounts.queries import consent_text
from kernel.access import actor, requires, shows_form
from kernel.forms import form_page
from kernel.i18n import language
from kernel.permissions import Permission
from kernel.security import client_address
from kernel.transaction import writing
from programme import operations, queries
from programme.forms import ProfileForm
from programme.labels import KIND_LABELS, TALK_FORMAT_LABELS
from programme.work import queries as work_queries
from speakers import operations as speakers
from speakers import queries as profiles

blueprint = Blueprint("programme_work", __name__)


@blueprint.get("/running-order/<slug>/<section_slug>")
@requires(Permission.OPEN_HALL)
def section(slug: str, section_slug: str) -> ResponseReturnValue:
    """The running order, to be printed too."""
    found = work_queries.section_for(actor(), slug, section_slug)
    return render_template(
        "programme/own/section.html",
        forum=found.forum,
        section=found,
        slots=queries.slots_of(found.forum_id, section_id=found.id, cancelled=True),
        kinds=KIND_LABELS,
        formats=TALK_FORMAT_LABELS,
    )


@blueprint.route("/profile/<code>", methods=["GET", "POST"])
@requires(Permission.OWN_PROFILE)
@shows_form
def profile(code: str) -> ResponseReturnValue:
    speaker = profiles.own_speaker(actor(), code)
    given = bool(profiles.publication_consents([speaker.id])) and not speaker.hidden
    text = consent_text(ConsentKind.publication, language())
    form = ProfileForm(data={"position": speaker.position, "biography": speaker.biography})
    if not form.validate_on_submit():
        withdrawn = not given and bool(profiles.decided_among([speaker.id]))
        return form_page(
            "programme/own/profile.html", form, speaker=speaker, given=given, withdrawn=withdrawn, text=text
        )
    with writing():
        speakers.edit_profile(
            speaker, position=form.position.data or "", biography=form.biography.data or "", by=actor()
        )
        if form.consent.data and text is not None and not given:
            speakers.consent(speaker, text, address=client_address(), by=actor())
        operations.touch_speakers([speaker])
    flash(_("Saved."), "ok")
    return redirect(url_for("programme_work.profile", code=code))


@blueprint.post("/profile/<code>/consent-withdrawal")
@requires(Permission.OWN_PROFILE)
def consent_withdrawal(code: str) -> ResponseReturnValue:
    speaker = profiles.own_speaker(actor(), code)
    with writing():
        speakers.withdraw_consent(speaker, by=actor())
        operations.touch_speakers([speaker])
    flash(_("Your name is taken off the public pages. You may give the consent again at any time."), "ok")
    return redirect(url_for("programme_work.profile", code=code))
