"""The organiser's side of the quarterly question: rounds, who has answered, answers typed in from paper."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from adoption.blueprint import blueprint
from adoption.quarter import counts, exports, labels, operations, queries, rules
from adoption.quarter.cards import Card, Result, context, keep, make_cards, say_kept
from adoption.quarter.forms import AddressForm, PaperForm, RemindForm, RoundForm
from adoption.quarter.models import QUARTER_LINK, Ask, Round, Way
from adoption.quarter.operations import Source
from adoption.queries import today
from kernel import files
from kernel.access import actor, requires, shows_form
from kernel.documents import sheets
from kernel.downloads import download
from kernel.forms import form_page, status_of
from kernel.listing import paginate
from kernel.permissions import Permission
from kernel.transaction import write
from territories.models import Territory


@blueprint.get("/manage/rounds")
@requires(Permission.LEAD_ROUNDS)
def rounds() -> ResponseReturnValue:
    orders = {"quarter": (Round.year, Round.quarter), "due": Round.due}
    listing = paginate(queries.rounds_for_statement(actor()), orders, default="-quarter", tie=Round.id)
    return render_template(
        "adoption/quarter/rounds.html",
        listing=listing,
        progress=counts.progress(listing.items),
        labels=labels,
        today=today(),
        several=len({of.region_id for of in listing.items}) > 1,
    )


@blueprint.route("/manage/rounds/new", methods=["GET", "POST"])
@requires(Permission.LEAD_ROUNDS)
@shows_form
def new_round() -> ResponseReturnValue:
    regions = queries.regions_for(actor())
    form = RoundForm().offer([(region.oktmo, region.name) for region in regions])
    if not regions:
        return render_template("adoption/quarter/no_region.html"), status_of(form)
    if not form.is_submitted():
        form.due.data = rules.usual_due(*rules.quarter_of(today()), today())
    if not form.validate_on_submit():
        return form_page("adoption/quarter/new.html", form, regions=regions, asked=_asked(regions))
    region = next(region for region in regions if region.oktmo == form.region.data)
    year, quarter = form.chosen()
    made, new = write(lambda: operations.open_round(region, year, quarter, form.due.data, by=actor()))
    if new:
        flash(_("The question is asked; the letters are on their way."), "ok")
    else:
        flash(_("This quarter has been asked about already: here is how far it has come."), "info")
    return redirect(url_for("adoption.round_", round_code=made.code))


def _asked(regions: list[Territory]) -> list[tuple[Territory, int, int, list[str]]]:
    """For each region: how many municipalities and adoptions would be asked, and who has no coordinator."""
    return [(region, *queries.would_ask(region.id)) for region in regions[:3]]


@blueprint.get("/manage/rounds/<round_code>")
@requires(Permission.LEAD_ROUNDS)
def round_(round_code: str) -> ResponseReturnValue:
    of = queries.round_for(actor(), round_code)
    state = request.args.get("state", "")
    statement = queries.asks_statement(of, state)
    listing = paginate(statement, queries.asks_orders(), default="-waiting", tie=Ask.id, per_page=60, scalars=False)
    if state in ("waiting", "answered"):
        label = _("Not answered yet") if state == "waiting" else _("Answered")
        listing.add_filter("state", _("Show"), label)
    asks = [row[0] for row in listing.items]
    return render_template(
        "adoption/quarter/round.html",
        round=of,
        listing=listing,
        heard=queries.heard_from(asks),
        coordinated=queries.coordinated({ask.territory_id for ask in asks}),
        progress=counts.progress([of]).get(of.id, counts.Progress()),
        labels=labels,
        local_day=queries.local_day,
        state=state,
        late=of.is_open and rules.is_late(of.due, today()),
    )


@blueprint.get("/manage/rounds/<round_code>.xlsx")
@requires(Permission.LEAD_ROUNDS)
def round_xlsx(round_code: str) -> ResponseReturnValue:
    of = queries.round_for(actor(), round_code)
    body = exports.answers(of, queries.questions_of_round(of.id))
    return download(body, sheets.XLSX, f"quarter-{of.year}-{of.quarter}.xlsx")


@blueprint.route("/manage/rounds/<round_code>/reminders", methods=["GET", "POST"])
@requires(Permission.LEAD_ROUNDS)
@shows_form
def round_reminders(round_code: str) -> ResponseReturnValue:
    """Who would get a reminder, in two groups; then the letters."""
    of = queries.round_for(actor(), round_code)
    form = RemindForm()
    if not form.is_submitted():
        form.silent.data = form.partly.data = True
        return _reminders_page(of, form)
    if not form.validate():
        return _reminders_page(of, form), 422
    chosen = {"silent": form.silent.data, "partly": form.partly.data}
    number = write(lambda: operations.remind(of, by=actor(), **chosen) if of.is_open else 0)
    if number:
        flash(ngettext("%(num)s reminder is on its way.", "%(num)s reminders are on their way.", number), "ok")
    else:
        flash(_("Nobody to remind: everyone has answered or was written to today."), "info")
    return redirect(url_for("adoption.round_", round_code=round_code))


def _reminders_page(of: Round, form: RemindForm) -> str:
    debtors = counts.debtors(of) if of.is_open else []
    return render_template(
        "adoption/quarter/reminders.html",
        round=of,
        form=form,
        silent=[one for one in debtors if one.may_be_told and not one.partly],
        partly=[one for one in debtors if one.may_be_told and one.partly],
        told=[one for one in debtors if one.addresses and not one.may_be_told],
        nobody=[one for one in debtors if not one.addresses],
        labels=labels,
    )


@blueprint.post("/manage/rounds/<round_code>/closing")
@requires(Permission.LEAD_ROUNDS)
def round_closing(round_code: str) -> ResponseReturnValue:
    of = queries.round_for(actor(), round_code)
    if request.form.get("confirm") != "yes":
        progress = counts.progress([of]).get(of.id, counts.Progress())
        late = rules.is_late(of.due, today())
        return render_template("adoption/quarter/closing.html", round=of, progress=progress, labels=labels, late=late)
    write(lambda: operations.close(of, by=actor()))
    flash(_("The quarter is summed up. Its answers can be read, not changed."), "ok")
    return redirect(url_for("adoption.round_", round_code=round_code))


@blueprint.post("/manage/rounds/<round_code>/reopening")
@requires(Permission.LEAD_ROUNDS)
def round_reopening(round_code: str) -> ResponseReturnValue:
    of = queries.round_for(actor(), round_code)
    write(lambda: operations.reopen(of, by=actor()))
    flash(_("Answers are taken again."), "ok")
    return redirect(url_for("adoption.round_", round_code=round_code))


@blueprint.route("/manage/rounds/<round_code>/<oktmo>", methods=["GET", "POST"])
@requires(Permission.LEAD_ROUNDS)
@shows_form
def paper(round_code: str, oktmo: str) -> ResponseReturnValue:
    """A municipality's answers, and the form to type them in «по письму № … от …»."""
    ask = queries.ask_of(queries.round_for(actor(), round_code), oktmo)
    head = PaperForm()
    cards = make_cards(queries.questions_of([ask]), sent=head.is_submitted())
    if not head.is_submitted():
        return _paper_page(ask, head, cards)
    if not head.validate():
        return _paper_page(ask, head, cards), 422
    try:
        scan = files.write(files.check(head.file.data)) if head.file.data else None
    except files.FileRefused as refusal:
        head.file.errors = [str(refusal)]
        return _paper_page(ask, head, cards), 422
    day: date = head.letter_date.data
    source = Source(Way.paper, head.name.data or "", head.letter_number.data, day, scan)
    result = keep(cards, source, actor())
    if result.wrong:
        return _paper_page(ask, head, cards, result), result.status
    flash(say_kept(result), "ok" if result.kept else "info")
    return redirect(url_for("adoption.round_", round_code=round_code))


def _paper_page(ask: Ask, head: PaperForm, cards: list[Card], result: Result | None = None) -> str:
    return render_template(
        "adoption/quarter/paper.html",
        ask=ask,
        head=head,
        address=AddressForm(formdata=None, data={"address": ask.email}),
        coordinated=bool(queries.coordinated({ask.territory_id})),
        link=QUARTER_LINK.path(ask),
        **context(cards, result),
    )


@blueprint.post("/manage/rounds/<round_code>/<oktmo>/letter")
@requires(Permission.LEAD_ROUNDS)
def round_letter(round_code: str, oktmo: str) -> ResponseReturnValue:
    ask = queries.ask_of(queries.round_for(actor(), round_code), oktmo)
    form = AddressForm()
    back = redirect(url_for("adoption.paper", round_code=round_code, oktmo=oktmo))
    if not form.validate():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "bad")
        return back
    address = form.address.data or ""
    number = write(lambda: operations.write_again(ask, address, by=actor()) if ask.round.is_open else 0)
    if number:
        flash(ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", number), "ok")
    else:
        flash(_("There is nobody to write to: give an address or name a coordinator."), "bad")
    return back


@blueprint.post("/manage/rounds/<round_code>/<oktmo>/link")
@requires(Permission.LEAD_ROUNDS)
def round_link(round_code: str, oktmo: str) -> ResponseReturnValue:
    ask = queries.ask_of(queries.round_for(actor(), round_code), oktmo)
    write(lambda: operations.renew_link(ask, by=actor()))
    flash(_("The old link no longer opens. Send the letter again: it carries the new one."), "ok")
    return redirect(url_for("adoption.paper", round_code=round_code, oktmo=oktmo))


@blueprint.get("/manage/rounds/<round_code>/scans/<int:answer_id>")
@requires(Permission.LEAD_ROUNDS)
def answer_scan(round_code: str, answer_id: int) -> ResponseReturnValue:
    return files.download(queries.scan_of(queries.round_for(actor(), round_code), answer_id))
