"""What one press decides: whose practice it is, one operation in one transaction, and a word of how it went."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import actor, requires
from kernel.permissions import Permission
from kernel.transaction import writing
from practices import labels
from practices.moderation import operations, queries
from practices.moderation.rules import IllegalMove, Incomplete
from practices.views.base import blueprint


def decide(slug: str, act: Callable[[], object], done: str, then: str = "edit") -> ResponseReturnValue:
    """Do one thing and say how it went."""
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


def press(
    slug: str,
    permission: Permission,
    act: Callable[..., object],
    done: str,
    then: str = "edit",
) -> ResponseReturnValue:
    """Find the practice that the reader may decide about, do the one thing, and say so."""
    practice = queries.with_working(actor(), slug, permission)
    return decide(slug, lambda: act(practice, by=actor()), done, then)


@blueprint.post("/manage/practices/<slug>/author/letter")
@requires(Permission.EDIT_PRACTICES)
def author_letter(slug: str) -> ResponseReturnValue:
    return press(slug, Permission.EDIT_PRACTICES, operations.send_link_again, _("The letter is on its way."), "author")


@blueprint.post("/manage/practices/<slug>/author/revocation")
@requires(Permission.EDIT_PRACTICES)
def author_revocation(slug: str) -> ResponseReturnValue:
    return press(
        slug, Permission.EDIT_PRACTICES, operations.revoke_link, _("The link does not open any more."), "author"
    )


@blueprint.post("/manage/practices/<slug>/changes/removal")
@requires(Permission.EDIT_PRACTICES)
def changes_removal(slug: str) -> ResponseReturnValue:
    return press(
        slug,
        Permission.EDIT_PRACTICES,
        operations.drop_working,
        _("The unpublished changes are gone; the page stays as readers see it."),
    )


@blueprint.post("/manage/practices/<slug>/confirmation")
@requires(Permission.EDIT_PRACTICES)
def confirmation(slug: str) -> ResponseReturnValue:
    return press(
        slug,
        Permission.EDIT_PRACTICES,
        operations.ask_confirmation,
        _("The author has been asked; the answer will appear here."),
    )


@blueprint.post("/manage/practices/<slug>/review-date")
@requires(Permission.EDIT_PRACTICES)
def review_date(slug: str) -> ResponseReturnValue:
    return press(slug, Permission.EDIT_PRACTICES, operations.note_review, _("Noted: the next look is in two years."))


@blueprint.post("/manage/practices/<slug>/draft")
@requires(Permission.PUBLISH_PRACTICES)
def draft(slug: str) -> ResponseReturnValue:
    return press(
        slug,
        Permission.PUBLISH_PRACTICES,
        operations.withdraw,
        _("The practice is a draft again and has left the catalogue."),
    )
