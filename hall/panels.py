"""How the day shows itself on lower pages."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from forum.models import Format, Forum, Section
from forum.queries import phase
from hall import counts, queries
from hall.forms import HandForm
from hall.labels import STATE_LABELS, told_by
from hall.rules import takes_part
from kernel.permissions import Permission
from registrations.models import Registration, RegistrationStatus


def join(registration: Registration, forum: Forum, token: str) -> Markup | str:
    """On the day the way to the live page: large for whoever takes part remotely, a line for who meant to come."""
    if phase(forum) != "during" or registration.status is not RegistrationStatus.confirmed:
        return ""
    remote = registration.format is Format.remote
    return Markup(render_template("hall/_join.html", remote=remote, token=token))


def kept_of_a_viewer() -> Markup:
    """What the page about personal data says of remote participation."""
    said = _(
        "Of whoever takes part remotely: in which minutes the personal page was open and who else told of it, code "
        "words entered, questions to moderators, taps at the end of a section; needed for honest figures and a "
        "certificate."
    )
    return Markup("<li>{}</li>").format(said)


def manage(forum: Forum) -> Markup | str:
    """The organiser's way to how the forum is joined from afar, and to its figures."""
    if not current_user.scopes(Permission.VIEW_REGISTRATIONS):
        return ""
    return Markup(render_template("hall/manage/_panel.html", forum=forum, phase=phase(forum)))


def watching(forum: Forum) -> Markup:
    """On the day, beside those who are in the hall."""
    return Markup(render_template("hall/manage/_watching.html", people=counts.watching_now(forum), forum=forum))


def chair(section: Section) -> Markup:
    """Beside the running order: the word to be shown, and one list of questions for the hall and the screens."""
    joining = queries.joinings(section.forum_id).get(section.id)
    return Markup(
        render_template(
            "hall/chair/_panel.html",
            forum=section.forum,
            section=section,
            word=joining.word if joining else "",
            questions=queries.questions_of(section.id),
            states=STATE_LABELS,
        )
    )


def of_participant(registration: Registration, forum: Forum) -> Markup:
    """On the organiser's card: minutes, who told of them, and the organiser's own word."""
    share = counts.share_of(registration)
    rule = queries.rule_of(forum.id)
    return Markup(
        render_template(
            "hall/manage/_participant.html",
            forum=forum,
            registration=registration,
            share=share,
            sources=[told_by(source) for source in sorted(share.sources)],
            enough=takes_part(share.minutes, share.proved, threshold=rule.minutes, word_counts=rule.word_counts),
            form=HandForm(formdata=None),
            may_edit=current_user.scopes(Permission.EDIT_REGISTRATIONS),
        )
    )
