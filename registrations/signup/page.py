"""The sign-up form as a page, empty, filled in or with what is wrong."""

from __future__ import annotations

from typing import cast

from flask import g, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from accounts import consenting
from accounts.consenting import Wording, wordings
from accounts.enums import ConsentKind
from forum.copies import places_left
from forum.models import Format, Forum
from kernel.i18n import language, number
from kernel.keyed_request import each_their_own
from kernel.pages import drawn
from registrations.forms import KEPT_BY, RegistrationForm


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


def empty_page(forum: Forum) -> str:
    """The form as it is opened: the reader's token and the places left are all that is new in it."""
    scopes = (f"forum:{forum.slug}", *KEPT_BY)
    return drawn(f"registrations.form.{forum.slug}", scopes, lambda: sign_up_page(forum, RegistrationForm(forum=forum)))


def places_notes(forum: Forum) -> dict[str, str]:
    """What is said of each format: places left, the waiting list, or no limit."""
    return {format.value: each_their_own(_note, (forum.id, format)) for format in forum.formats}


def _note(what: object) -> Markup:
    forum_id, format = cast("tuple[int, Format]", what)
    if "places_left" not in g or g.places_left[0] != forum_id:
        g.places_left = forum_id, places_left(forum_id)
    return escape(places_note(g.places_left[1].get(format)))


def places_note(left: int | None) -> str:
    if left is None:
        return _("no limit")
    if left == 0:
        return _("no places left, we will put you on the waiting list")
    return ngettext("%(places)s place left", "%(places)s places left", left, places=number(left))
