"""The sign-up form as a page, empty, filled in or with what is wrong."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts import consenting
from accounts.consenting import Wording, wordings
from accounts.enums import ConsentKind
from forum.copies import places_left
from forum.models import Forum
from kernel.i18n import language, number
from registrations.forms import RegistrationForm


def consents_asked() -> dict[str, Wording | None]:
    """The wordings in force, in the reader's language or else in Russian."""
    texts = wordings(language())
    kinds = (ConsentKind.personal_data, ConsentKind.mailing) if consenting.NEWS else (ConsentKind.personal_data,)
    return {kind.value: texts.get(kind) for kind in kinds}


def sign_up_page(forum: Forum, form: RegistrationForm, action: str = "") -> str:
    """`action`: where the form goes when its page stands at another address."""
    if form.csrf_token.errors:
        form.form_errors = [_("The page stood open for too long. Nothing is lost: press the button again.")]
        form.csrf_token.errors = []
    return render_template(
        "registrations/sign_up.html",
        forum=forum,
        form=form,
        notes=places_notes(forum),
        consents=consents_asked(),
        action=action,
    )


def places_notes(forum: Forum) -> dict[str, str]:
    """What is said of each format: places left, the waiting list, or no limit."""
    left = places_left(forum.id)
    return {format.value: places_note(left[format]) for format in forum.formats}


def places_note(left: int | None) -> str:
    if left is None:
        return _("no limit")
    if left == 0:
        return _("no places left, we will put you on the waiting list")
    return ngettext("%(places)s place left", "%(places)s places left", left, places=number(left))
