"""Answering the quarterly question: in the cabinet, and by the personal link without signing in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from adoption import labels as adoption_labels
from adoption import operations as adoptions
from adoption import queries as adoption_queries
from adoption import rules as adoption_rules
from adoption.blueprint import blueprint, changed_meanwhile
from adoption.cabinet.desk import next_step
from adoption.cabinet.forms import MoveForm
from adoption.labels import STAGE_LABELS
from adoption.models import Stage
from adoption.operations import MoveRefused
from adoption.quarter import queries
from adoption.quarter.cards import Card, Result, context, keep, make_cards, say_kept
from adoption.quarter.forms import CabinetHead, LinkHead
from adoption.quarter.models import AnswerKind, Ask, Question, Way
from adoption.quarter.operations import Source
from adoption.queries import today
from kernel import files
from kernel.access import ByLink, actor, public, requires, shows_form, token_page
from kernel.forms import Form
from kernel.permissions import Permission
from kernel.transaction import write


def say_result(cards: Sequence[Card], result: Result) -> None:
    """Tell what was kept, and that a question was answered which nobody asks any more."""
    asked = {one.question.code for one in cards if one.question.ask.round.is_open}
    late = [
        name
        for name, value in request.form.items()
        if value and name.endswith("-said") and name.removesuffix("-said") not in asked
    ]
    if late:
        flash(_("Not saved: the quarter was summed up while the page stood open. Write to the organiser."), "bad")
    if result.kept or not late:
        flash(say_kept(result), "ok")


@blueprint.route("/cabinet/quarter", methods=["GET", "POST"])
@requires(Permission.EDIT_ADOPTIONS)
@shows_form
def quarter() -> ResponseReturnValue:
    territories = adoption_queries.territories_for(actor(), Permission.EDIT_ADOPTIONS)
    head = CabinetHead()
    cards = make_cards(queries.open_questions(territories), sent=head.is_submitted())
    if not head.is_submitted():
        return _cabinet_page(head, cards)
    if not head.validate():
        return _cabinet_page(head, cards), 422
    result = keep(cards, Source(Way.cabinet, actor().display_name), actor())
    if result.wrong:
        return _cabinet_page(head, cards, result), result.status
    say_result(cards, result)
    return redirect(_after(result))


def _after(result: Result) -> str:
    """One step forward leads to its stage; several to the list of things to do."""
    if len(result.kept) == 1:
        adoption, current = result.kept[0].adoption, result.kept[0].current
        if current is not None and current.kind is AnswerKind.progress and adoption_rules.ahead(adoption.stage):
            return url_for("adoption.adoption", code=adoption.code)
    return url_for("adoption.cabinet")


def _cabinet_page(head: Form, cards: list[Card], result: Result | None = None) -> str:
    return render_template("adoption/quarter/cabinet.html", head=head, **context(cards, result))


@blueprint.route("/answer/<token>", methods=["GET", "POST"])
@public
@token_page
@shows_form
def link(token: str) -> ResponseReturnValue:
    """The municipality's own page. A GET changes nothing: mail scanners open links."""
    ask = queries.ask_by_link(token)
    head = LinkHead()
    cards = make_cards(queries.questions_of([ask]), sent=head.is_submitted())
    if not head.is_submitted():
        head.name.data = _last_name(cards)
        return _link_page(token, ask, head, cards)
    if not head.validate():
        return _link_page(token, ask, head, cards), 422
    result = keep(cards, Source(Way.link, head.name.data), ByLink(head.name.data))
    if result.wrong:
        return _link_page(token, ask, head, cards, result), result.status
    say_result(cards, result)
    return redirect(url_for("adoption.link", token=token), 303)


def _last_name(cards: Sequence[Card]) -> str:
    """Who answered this municipality's questions last: most often the same person."""
    known = [one.current or one.before for one in cards]
    found = sorted((answer.at, answer.answered_by) for answer in known if answer is not None and answer.answered_by)
    return found[-1][1] if found else ""


def _link_page(token: str, ask: Ask, head: Form, cards: list[Card], result: Result | None = None) -> str:
    return render_template("adoption/quarter/link.html", token=token, ask=ask, head=head, **context(cards, result))


@blueprint.route("/answer/<token>/stages/<code>", methods=["GET", "POST"])
@public
@token_page
@shows_form
def link_stage(token: str, code: str) -> ResponseReturnValue:
    """The next stage of one of the municipality's adoptions, noted without signing in."""
    ask = queries.ask_by_link(token)
    question = _progressing(ask, code)
    adoption = question.adoption
    ahead = adoption_rules.ahead(adoption.stage)
    form = MoveForm()
    if not form.is_submitted():
        form[f"{ahead[0].value}_on"].data = today()
        return _stage_page(token, ask, question, form)
    if not form.validate():
        return _stage_page(token, ask, question, form), 422
    reached, stored = form.reached(), None
    by = ByLink(question.current.answered_by if question.current else "")

    def deed() -> None:
        adoptions.hold(adoption)
        if adoption.version != form.opened_version():
            raise changed_meanwhile(adoption, form.typed(), url_for("adoption.link", token=token))
        adoptions.move(adoption, reached, by=by, file=stored, sure=form.sure.data or "")

    try:
        stored = files.write(files.check(form.file.data)) if form.file.data else None
        write(deed)
    except files.FileRefused as refusal:
        form.file.errors = [str(refusal)]
        return _stage_page(token, ask, question, form), 422
    except MoveRefused as refusal:
        form.blame(refusal.faults, refusal.doubts, ahead[0])
        return _stage_page(token, ask, question, form), 422
    flash(_("Saved: «%(stage)s».", stage=STAGE_LABELS[adoption.stage]), "ok")
    return redirect(url_for("adoption.link", token=token), 303)


def _progressing(ask: Ask, code: str) -> Question:
    """A question of the municipality that was answered «there is progress» and has a stage ahead. Raises NotFound."""
    for question in queries.questions_of([ask]):
        current = question.current
        if (
            question.code == code
            and ask.round.is_open
            and current is not None
            and current.kind is AnswerKind.progress
            and question.adoption.exit is None
            and adoption_rules.ahead(question.adoption.stage)
        ):
            return question
    raise NotFound()


def _stage_page(token: str, ask: Ask, question: Question, form: MoveForm) -> str:
    adoption = question.adoption
    return render_template(
        "adoption/quarter/link_stage.html",
        token=token,
        ask=ask,
        adoption=adoption,
        question=question,
        move=form,
        ahead=adoption_rules.ahead(adoption.stage),
        next_step=next_step(adoption),
        Stage=Stage,
        labels=adoption_labels,
    )
