"""The question whether the practice has really begun: to its author by a personal link, to a mentor in the cabinet."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from adoption import launches, operations
from adoption.models import Adoption, Confirmer, Stage
from adoption.operations import Respondent
from adoption.rules import live_steps
from adoption.views.base import blueprint
from kernel.access import actor, public, requires, token_page
from kernel.transaction import writing


@blueprint.get("/launch/<token>")
@public
@token_page
def launch(token: str) -> ResponseReturnValue:
    found = launches.adoption_by_link(token)
    return _page(found, "adoption/quarter/open.html", url_for("adoption.launch_confirmation", token=token))


@blueprint.post("/launch/<token>/confirmation")
@public
@token_page
def launch_confirmation(token: str) -> ResponseReturnValue:
    found = launches.adoption_by_link(token)
    with writing():
        operations.hold(found)
        if launches.waiting_step(found) is not None:
            operations.confirm(found, by=Respondent(found.practice.contact_name), role=Confirmer.author)
    return redirect(url_for("adoption.launch", token=token), 303)


@blueprint.get("/cabinet/launches/<code>")
@requires(launches.EDIT)
def pupil(code: str) -> ResponseReturnValue:
    found, _role = launches.launch_for(actor(), code)
    return _page(found, "layouts/work.html", url_for("adoption.pupil_confirmation", code=code))


@blueprint.post("/cabinet/launches/<code>/confirmation")
@requires(launches.EDIT)
def pupil_confirmation(code: str) -> ResponseReturnValue:
    found, role = launches.launch_for(actor(), code)
    with writing():
        operations.hold(found)
        operations.confirm(found, by=actor(), role=role)
    flash(_("The launch is confirmed. Thank you for helping."), "ok")
    return redirect(url_for("adoption.cabinet"))


def _page(found: Adoption, layout: str, action: str) -> str:
    return render_template(
        "adoption/launch.html",
        adoption=found,
        step=live_steps(found.steps)[Stage.launched],
        waiting=launches.waiting_step(found) is not None,
        question=launches.question(found),
        layout=layout,
        action=action,
    )
