"""Searches a signed-in person keeps: outside the public page, which is the same for everybody."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import actor, shows_form, signed_in
from kernel.forms import form_page
from kernel.transaction import writing
from practices import facets, operations, queries, shelf
from practices.forms import SearchForm
from practices.selection import read_selection
from practices.views.base import blueprint


@blueprint.get("/searches")
@signed_in
def searches() -> ResponseReturnValue:
    return render_template("practices/searches.html", searches=queries.saved_searches(actor().id))


@blueprint.route("/searches/new", methods=["GET", "POST"])
@signed_in
@shows_form
def new_search() -> ResponseReturnValue:
    """The catalogue's parameters stand in the address, as they do there."""
    known = facets.catalogue()
    selection = read_selection(request.args, known)
    conditions = shelf.conditions(selection, known)
    form = SearchForm(queries.saved_searches(actor().id))
    if not form.is_submitted():
        form.name.data = ", ".join(value for _label, value in conditions)[:120]
    valid = form.validate_on_submit()
    if not selection and (valid or not form.is_submitted()):
        flash(_("Choose what to look for first: this search has no conditions yet."), "info")
        return redirect(url_for("practices.catalogue"))
    if not valid:
        return form_page(
            "practices/new_search.html",
            form,
            conditions=conditions,
            action=url_for("practices.new_search", **shelf.unpaged(selection)),
            back=url_for("practices.catalogue", **shelf.unpaged(selection)),
        )
    name, query = form.name.data, urlencode(shelf.unpaged(selection), doseq=True)
    with writing():
        operations.save_search(name, query, by=actor())
    flash(_("The search is saved: it waits for you here and under «My tasks»."), "ok")
    return redirect(url_for("practices.searches"), 303)


@blueprint.post("/searches/<int:search_id>/removal")
@signed_in
def search_removal(search_id: int) -> ResponseReturnValue:
    kept = queries.saved_search(actor(), search_id)
    if request.form.get("confirm") == "ask":
        return render_template("practices/remove_search.html", search=kept)
    with writing():
        operations.remove_search(kept, by=actor())
    flash(_("The search is removed."), "ok")
    return redirect(url_for("practices.searches"), 303)
