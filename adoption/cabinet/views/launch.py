"""The question whether the practice has really begun: to its author by a personal link, to a mentor in the cabinet."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from adoption import labels, operations, queries
from adoption.blueprint import blueprint
from adoption.cabinet import launches
from adoption.cabinet.forms import RefusalForm
from adoption.models import Adoption, Confirmer
from kernel import files
from kernel.access import Actor, ByLink, actor, public, requires, shows_form, token_page
from kernel.permissions import Permission
from kernel.text import whole_number
from kernel.transaction import write

OPEN_PAGE = "adoption/quarter/open.html"


@blueprint.get("/launch/<token>")
@public
@token_page
def launch(token: str) -> ResponseReturnValue:
    return _authors_page(token, RefusalForm(formdata=None))


@blueprint.post("/launch/<token>/confirmation")
@public
@token_page
def launch_confirmation(token: str) -> ResponseReturnValue:
    found = launches.adoption_by_link(token)
    shown = _asked_id(found)

    def deed() -> None:
        operations.hold(found)
        if launches.waiting_step(found) is not None:
            author = ByLink(found.practice.contact_name)
            operations.confirm(found, by=author, role=Confirmer.author, shown=shown)

    write(deed)
    return redirect(url_for("adoption.launch", token=token), 303)


@blueprint.post("/launch/<token>/refusal")
@public
@token_page
@shows_form
def launch_refusal(token: str) -> ResponseReturnValue:
    found = launches.adoption_by_link(token)
    form = RefusalForm()
    if not form.validate():
        return _authors_page(token, form), 422
    author = ByLink(found.practice.contact_name)
    refuse(found, form, author, Confirmer.author, _asked_id(found))
    return redirect(url_for("adoption.launch", token=token), 303)


def _authors_page(token: str, form: RefusalForm) -> str:
    found = launches.adoption_by_link(token)
    return _page(
        found,
        form,
        OPEN_PAGE,
        url_for("adoption.launch_confirmation", token=token),
        url_for("adoption.launch_refusal", token=token),
        url_for("adoption.launch_file", token=token),
    )


@blueprint.get("/launch/<token>/file")
@public
@token_page
def launch_file(token: str) -> ResponseReturnValue:
    return _file(launches.adoption_by_link(token))


@blueprint.get("/cabinet/launches/<code>/file")
@requires(Permission.EDIT_ADOPTIONS)
def pupil_file(code: str) -> ResponseReturnValue:
    found, _role = launches.launch_for(actor(), code)
    return _file(found)


def _file(found: Adoption) -> ResponseReturnValue:
    """What was attached to the launch, for whoever is asked to confirm it."""
    step = launches.asked_step(found)
    if step is None:
        raise NotFound()
    return files.download(queries.evidence_file(found, step.id))


@blueprint.get("/cabinet/launches/<code>")
@requires(Permission.EDIT_ADOPTIONS)
def pupil(code: str) -> ResponseReturnValue:
    return _mentors_page(code, RefusalForm(formdata=None))


@blueprint.post("/cabinet/launches/<code>/confirmation")
@requires(Permission.EDIT_ADOPTIONS)
def pupil_confirmation(code: str) -> ResponseReturnValue:
    found, role = launches.launch_for(actor(), code)

    def deed() -> bool:
        operations.hold(found)
        return operations.confirm(found, by=actor(), role=role, shown=shown_launch())

    if write(deed):
        flash(_("The launch is confirmed. Thank you for helping."), "ok")
    else:
        say_undone(found)
    return redirect(url_for("adoption.cabinet"))


@blueprint.post("/cabinet/launches/<code>/refusal")
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def pupil_refusal(code: str) -> ResponseReturnValue:
    found, role = launches.launch_for(actor(), code)
    form = RefusalForm()
    if not form.validate():
        return _mentors_page(code, form), 422
    if refuse(found, form, actor(), role, shown_launch()):
        say_refused()
    else:
        say_undone(found)
    return redirect(url_for("adoption.cabinet"))


def shown_launch() -> int:
    """Id of the launch on the page whose button was pressed; 0 of none."""
    return whole_number(request.form.get("launch", "")) or 0


def _asked_id(found: Adoption) -> int:
    step = launches.asked_step(found)
    return step.id if step is not None else 0


def refuse(found: Adoption, form: RefusalForm, by: Actor, role: Confirmer, shown: int) -> bool:
    """«Не подтверждаю»; whether the launch `shown` was there to refuse."""

    def deed() -> bool:
        operations.hold(found)
        return operations.refuse(found, form.reason.data, by=by, role=role, shown=shown)

    return write(deed)


def say_refused() -> None:
    flash(_("Written down: not confirmed. The municipality is told why."), "ok")


def say_undone(found: Adoption) -> None:
    """Nothing waits any more, or another launch than the one that was looked at."""
    if launches.waiting_step(found) is not None:
        flash(_("Not done: the launch was reported anew meanwhile. Look at what shows it now."), "bad")
    else:
        flash(_("There is nothing to confirm."), "info")


def _mentors_page(code: str, form: RefusalForm) -> str:
    found, _role = launches.launch_for(actor(), code)
    return _page(
        found,
        form,
        "layouts/work.html",
        url_for("adoption.pupil_confirmation", code=code),
        url_for("adoption.pupil_refusal", code=code),
        url_for("adoption.pupil_file", code=code),
    )


def _page(found: Adoption, form: RefusalForm, layout: str, confirmation: str, refusal: str, file: str) -> str:
    return render_template(
        "adoption/launch.html",
        adoption=found,
        step=launches.asked_step(found),
        waiting=launches.waiting_step(found) is not None,
        question=launches.question(found),
        form=form,
        layout=layout,
        confirmation=confirmation,
        refusal=refusal,
        proof=launches.proof(found),
        file=file,
        labels=labels,
    )
