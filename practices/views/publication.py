"""Before a publication: what changes for readers, what still stands against it, and the deed itself."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import actor, requires, shows_form
from kernel.forms import status_of
from kernel.permissions import Permission
from kernel.transaction import writing
from practices import labels, passport
from practices.differences import Difference, differences
from practices.models import Practice
from practices.moderation import operations, queries
from practices.moderation.forms import PublishForm
from practices.moderation.rules import IllegalMove, Incomplete, OpenComments, Unconfirmed
from practices.moderation.standing import Standing, standing
from practices.operations import hold
from practices.views.base import blueprint
from practices.views.one_press import moved_on


def _changes(practice: Practice) -> list[Difference]:
    before, after = passport.content(practice), queries.working_content(practice)
    return differences(before, after, queries.names_in(before, after))


@blueprint.get("/manage/practices/<slug>/changes")
@requires(Permission.EDIT_PRACTICES)
def changes(slug: str) -> ResponseReturnValue:
    """What the next edition changes in the text readers see now."""
    practice = queries.with_working(actor(), slug, Permission.EDIT_PRACTICES)
    rows = _changes(practice)
    return render_template("practices/manage/changes.html", practice=practice, rows=rows, working=practice.working)


@blueprint.route("/manage/practices/<slug>/publication", methods=["GET", "POST"])
@requires(Permission.PUBLISH_PRACTICES)
@shows_form
def publication(slug: str) -> ResponseReturnValue:
    practice = queries.with_working(actor(), slug, Permission.PUBLISH_PRACTICES)
    stand, form = standing(practice), PublishForm()
    good = form.validate_on_submit()
    if not stand.publishable and (good or not form.is_submitted()):
        return moved_on(slug)
    if not good or not form.knows(stand):
        form.version.data = practice.version
        return _page(practice, stand, form), status_of(form)
    try:
        with writing():
            hold(practice)
            if practice.version != form.opened_version():
                return _read_again(slug)
            operations.publish(
                practice, by=actor(), without_confirmation=form.why.data or "", despite_comments=form.despite.data
            )
    except (IllegalMove, Incomplete):
        return moved_on(slug)
    except (OpenComments, Unconfirmed):
        return _read_again(slug)
    flash(_("The practice is in the catalogue."), "ok")
    return redirect(url_for("practices.edit", slug=slug), 303)


def _read_again(slug: str) -> ResponseReturnValue:
    flash(_("Something has changed since you opened this page: read it again before you publish."), "info")
    return redirect(url_for("practices.publication", slug=slug), 303)


def _page(practice: Practice, stand: Standing, form: PublishForm) -> str:
    return render_template(
        "practices/manage/publication.html",
        practice=practice,
        stand=stand,
        form=form,
        rows=_changes(practice),
        labels=labels,
    )
