"""Deeds of one button: whose practice it is, one operation in one transaction, and a word of how it went."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kernel.access import actor, requires
from kernel.permissions import Permission
from kernel.transaction import writing
from practices import labels
from practices.moderation import operations, queries
from practices.moderation.rules import IllegalMove, Incomplete
from practices.views.base import blueprint


def decide(slug: str, act: Callable[[], object], done: str, then: str = "edit") -> ResponseReturnValue:
    """Do one deed and say how it went."""
    try:
        with writing():
            act()
    except IllegalMove:
        return moved_on(slug)
    except Incomplete as lack:
        tell_lacking(lack)
    else:
        flash(done, "ok")
    return redirect(url_for(f"practices.{then}", slug=slug), 303)


def tell_lacking(lack: Incomplete) -> None:
    names = ", ".join(f"«{labels.FIELD_LABELS[name]}»" for name in lack.args)
    flash(_("Before publication fill in:") + f" {names}.", "bad")


def moved_on(slug: str) -> ResponseReturnValue:
    flash(_("Somebody has decided this meanwhile: look at where the practice stands now."), "info")
    return redirect(url_for("practices.edit", slug=slug), 303)


def deed(address: str, permission: Permission, act: Callable[..., object], done: object, then: str = "edit") -> None:
    """Add the view `practices.<address>` of a deed that needs nothing but the practice and who does it."""

    @requires(permission)
    def view(slug: str) -> ResponseReturnValue:
        practice = queries.with_working(actor(), slug, permission)
        return decide(slug, lambda: act(practice, by=actor()), str(done), then)

    name = address.replace("/", "_").replace("-", "_")
    blueprint.add_url_rule(f"/manage/practices/<slug>/{address}", name, view, methods=["POST"])


deed("author/letter", Permission.EDIT_PRACTICES, operations.send_link_again, _l("The letter is on its way."), "author")
deed(
    "author/revocation",
    Permission.EDIT_PRACTICES,
    operations.revoke_link,
    _l("The link does not open any more."),
    "author",
)
deed(
    "changes/removal",
    Permission.EDIT_PRACTICES,
    operations.drop_working,
    _l("The unpublished changes are gone; the page stays as readers see it."),
)
deed(
    "confirmation",
    Permission.EDIT_PRACTICES,
    operations.ask_confirmation,
    _l("The author has been asked; the answer will appear here."),
)
deed("review-date", Permission.EDIT_PRACTICES, operations.note_review, _l("Noted: the next look is in two years."))
deed(
    "draft",
    Permission.PUBLISH_PRACTICES,
    operations.withdraw,
    _l("The practice is a draft again and has left the catalogue."),
)
