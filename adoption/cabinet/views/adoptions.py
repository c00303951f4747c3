"""The municipality's first screen, and an adoption's page with its forms."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound

from activity.queries import history
from adoption import labels, operations, queries, rules
from adoption.blueprint import blueprint, changed_meanwhile
from adoption.cabinet import launches
from adoption.cabinet import queries as cabinet_queries
from adoption.cabinet.desk import Desk, TaskKind, desk, minutes, next_step, state_began, state_line
from adoption.cabinet.forms import BackForm, DetailsForm, ExitForm, MoveForm, RefusalForm
from adoption.cabinet.views.launch import refuse, say_refused, say_undone, shown_launch
from adoption.models import Adoption, Confirmer, Stage, State
from adoption.operations import MoveRefused
from adoption.quarter import labels as quarter_labels
from adoption.quarter import queries as quarter_queries
from adoption.wishes import queries as wish_queries
from kernel import files
from kernel.access import actor, requires, shows_form, signed_in
from kernel.forms import VersionedForm
from kernel.listing import paginate
from kernel.permissions import Permission
from kernel.transaction import write
from practices.models import Practice
from practices.questions.queries import author_address
from territories.models import Territory


@blueprint.get("/cabinet/")
@requires(Permission.OPEN_CABINET)
def cabinet() -> ResponseReturnValue:
    territories = queries.territories_for(actor(), Permission.OPEN_CABINET)
    chosen = [place for place in territories if place.oktmo == request.args.get("territory")]
    shown = chosen or territories
    questions = quarter_queries.open_questions(shown)
    found: Desk = desk(
        cabinet_queries.mine(shown), queries.today(), questions, cabinet_queries.launches_of_pupils(shown)
    )
    return render_template(
        "adoption/cabinet.html",
        desk=found,
        wishes=wish_queries.waiting_in(place.id for place in shown),
        questions=questions,
        quarter_labels=quarter_labels,
        today=queries.today(),
        territories=territories,
        chosen=shown[0] if len(shown) == 1 else None,
        near=shown[0].oktmo if len(shown) == 1 and shown[0].tile_col is not None else None,
        labels=labels,
        state_began=state_began,
        State=State,
        TaskKind=TaskKind,
        minutes=minutes,
        before=quarter_queries.served_before(questions),
    )


@blueprint.get("/manage/adoptions")
@requires(Permission.VIEW_ADOPTIONS)
def adoptions() -> ResponseReturnValue:
    state = request.args.get("state", "")
    wanted = State(state) if state in {member.value for member in State} else None
    statement = cabinet_queries.adoptions_for_statement(
        actor(),
        q=request.args.get("q", "")[:200],
        state=wanted,
        exit=True if state == "exit" else None,
        unconfirmed=state == "unconfirmed",
        hasty=state == "hasty",
    )
    orders = {
        "practice": (Practice.name_key, Territory.name_key),
        "territory": (Territory.name_key, Practice.name_key),
        "changed": Adoption.changed_at,
    }
    listing = paginate(statement, orders, default="-changed", tie=Adoption.id)
    if wanted:
        listing.add_filter("state", _("State"), str(labels.STATE_LABELS[wanted]))
    elif state == "exit":
        listing.add_filter("state", _("State"), _("Interrupted"))
    elif state == "unconfirmed":
        listing.add_filter("state", _("State"), _("Waits for confirmation"))
    elif state == "hasty":
        listing.add_filter("state", _("State"), _("Permanent before its time"))
    return render_template(
        "adoption/adoptions.html",
        listing=listing,
        labels=labels,
        state=state,
        waiting=cabinet_queries.unconfirmed(actor()),
        hasty=cabinet_queries.hasty(actor()),
    )


@blueprint.get("/cabinet/adoptions/<code>")
@signed_in
def adoption(code: str) -> ResponseReturnValue:
    return _page(queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS, Permission.VIEW_ADOPTIONS))


def _page(found: Adoption, **forms: FlaskForm) -> str:
    """The adoption's page; `forms` are those that came back with errors."""
    ahead = rules.ahead(found.stage)
    move = forms.get("move") or _fresh_move(found, ahead)
    return render_template(
        "adoption/adoption.html",
        adoption=found,
        ahead=ahead,
        move=move,
        back=forms.get("back") or BackForm(formdata=None).offer(found),
        leave=forms.get("leave") or ExitForm(formdata=None).offer(found),
        details=forms.get("details") or DetailsForm(formdata=None).offer(queries.mentors_for(found)).show(found),
        wrong=next(iter(forms), ""),
        live=rules.live_steps(found.steps),
        states=state_line(found),
        labels=labels,
        Stage=Stage,
        may_edit=queries.may(actor(), found, Permission.EDIT_ADOPTIONS),
        may_ring=queries.may(actor(), found, Permission.RING_CONTACTS)
        or queries.may(actor(), found, Permission.EDIT_ADOPTIONS),
        may_confirm=launches.role_of(actor(), found) is not None,
        refusal=forms.get("refusal") or RefusalForm(formdata=None),
        refused=rules.to_mend(found),
        proof=launches.proof(found),
        hasty=rules.is_hasty(found),
        confirmed=_confirmed_words(found),
        question=launches.question(found),
        next_step=next_step(found),
        askable=found.practice.is_public and bool(author_address(found.practice)),
        stage_names={stage.value: label for stage, label in labels.STAGE_LABELS.items()},
        history=history("adoption", found.id, limit=30),
    )


def _confirmed_words(found: Adoption) -> str:
    """Who has confirmed the launch, or "" while nobody has."""
    step = rules.live_steps(found.steps).get(Stage.launched)
    if step is None or step.confirmed_at is None:
        return ""
    return str(labels.CONFIRMED_LABELS[step.confirmed_as or Confirmer.curator])


def _fresh_move(found: Adoption, ahead: list[Stage]) -> MoveForm:
    form = MoveForm(formdata=None)
    if ahead:
        form[f"{ahead[0].value}_on"].data = queries.today()
    form.units.data = found.units
    return form


def _change(found: Adoption, form: VersionedForm, typed: list[tuple[str, str]], deed: Callable[[], object]) -> None:
    """Do `deed` in a transaction when the adoption is as the form was opened. Raises Conflict."""

    def held() -> None:
        operations.hold(found)
        if found.version != form.opened_version():
            raise changed_meanwhile(found, typed, url_for("adoption.adoption", code=found.code))
        deed()

    write(held)


@blueprint.post("/cabinet/adoptions/<code>/stage")
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def stage(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS)
    form = MoveForm()
    ahead = rules.ahead(found.stage)
    if not form.validate_on_submit():
        return _page(found, move=form), 422
    reached = form.reached()
    stored = None
    try:
        if form.file.data:
            stored = files.write(files.check(form.file.data))
        _change(
            found,
            form,
            form.typed(),
            lambda: operations.move(
                found, reached, by=actor(), file=stored, units=form.units.data, sure=form.sure.data or ""
            ),
        )
    except files.FileRefused as refusal:
        form.file.errors = [str(refusal)]
        return _page(found, move=form), 422
    except MoveRefused as refusal:
        form.blame(refusal.faults, refusal.doubts, ahead[0] if ahead else Stage.sustained)
        return _page(found, move=form), 422
    flash(_("Saved: «%(stage)s».", stage=labels.STAGE_LABELS[found.stage]), "ok")
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.post("/cabinet/adoptions/<code>/return")
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def return_(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS)
    form = BackForm().offer(found)
    if not form.validate_on_submit():
        return _page(found, back=form), 422
    typed = [(str(form.reason.label.text), form.reason.data)]
    try:
        _change(
            found,
            form,
            typed,
            lambda: operations.move_back(found, Stage(form.stage.data), form.reason.data, by=actor()),
        )
    except MoveRefused as refusal:
        form.stage.errors = [str(labels.FAULTS[refusal.faults[0][1]])]
        return _page(found, back=form), 422
    flash(
        _("Moved back to «%(stage)s». What was written stays in the history.", stage=labels.STAGE_LABELS[found.stage]),
        "ok",
    )
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.post("/cabinet/adoptions/<code>/exit")
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def exit_(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS)
    form = ExitForm().offer(found)
    if not form.validate_on_submit():
        return _page(found, leave=form), 422
    chosen, reason = form.chosen()
    typed = [(str(form.note.label.text), form.note.data or "")]
    _change(found, form, typed, lambda: operations.leave(found, chosen, reason, form.note.data or "", by=actor()))
    flash(_("Written down. You may come back to the practice at any time."), "ok")
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.post("/cabinet/adoptions/<code>/resumption")
@requires(Permission.EDIT_ADOPTIONS)
def resumption(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS)

    def deed() -> None:
        operations.hold(found)
        operations.resume(found, by=actor())

    write(deed)
    flash(_("The work goes on."), "ok")
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.post("/cabinet/adoptions/<code>/details")
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def details(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS)
    form = DetailsForm().offer(queries.mentors_for(found))
    if not form.validate_on_submit():
        return _page(found, details=form), 422
    typed = [(str(form[name].label.text), str(form[name].data or "")) for name in ("contact_name", "aim", "units")]
    _change(found, form, typed, lambda: operations.change(found, form.values(), by=actor()))
    flash(_("Saved."), "ok")
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.post("/cabinet/adoptions/<code>/confirmation")
@requires(Permission.CONFIRM_LAUNCHES)
def confirmation(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.CONFIRM_LAUNCHES)
    if found.confirmed:
        flash(_("There is nothing to confirm."), "info")
        return redirect(url_for("adoption.adoption", code=code))
    role = launches.role_of(actor(), found)
    if role is None:  # their own launch, or none at all
        raise NotFound()

    def deed() -> bool:
        operations.hold(found)
        return operations.confirm(found, by=actor(), role=role, shown=shown_launch())

    if write(deed):
        flash(_("The launch is confirmed."), "ok")
    else:
        say_undone(found)
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.post("/cabinet/adoptions/<code>/refusal")
@requires(Permission.CONFIRM_LAUNCHES)
@shows_form
def refusal(code: str) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.CONFIRM_LAUNCHES)
    form, role = RefusalForm(), launches.role_of(actor(), found)
    if role is None and (found.confirmed or rules.refusal(found.steps)):
        say_undone(found)
        return redirect(url_for("adoption.adoption", code=code))
    if role is None:  # their own launch, or none at all
        raise NotFound()
    if not form.validate():
        return _page(found, refusal=form), 422
    if refuse(found, form, actor(), role, shown_launch()):
        say_refused()
    else:
        say_undone(found)
    return redirect(url_for("adoption.adoption", code=code))


@blueprint.get("/cabinet/adoptions/<code>/files/<int:step_id>")
@signed_in
def evidence(code: str, step_id: int) -> ResponseReturnValue:
    found = queries.adoption_for(actor(), code, Permission.EDIT_ADOPTIONS, Permission.VIEW_ADOPTIONS)
    return files.download(queries.evidence_file(found, step_id))
