"""The adviser's sheet as a page and a PDF, and the whole list of those who stand still, as a workbook too."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from adoption.blueprint import blueprint
from adoption.labels import standing_rule
from adoption.sheet import documents, queries
from adoption.sheet.queries import Case, Sheet
from kernel.access import actor, requires
from kernel.documents import sheets
from kernel.downloads import download
from kernel.listing import PER_PAGE, Listing
from kernel.permissions import Permission


def _asked() -> str:
    return request.args.get("territory", "")[:11]


@blueprint.get("/manage/adoption/sheet")
@requires(Permission.VIEW_ADOPTIONS)
def adviser_sheet() -> ResponseReturnValue:
    found = queries.sheet(actor(), _asked())
    return render_template("adoption/sheet.html", **_values(found))


def _values(found: Sheet) -> dict[str, object]:
    return {"sheet": found, "rule": standing_rule(), "totals": documents.totals(found)}


@blueprint.get("/manage/adoption/sheet.pdf")
@requires(Permission.VIEW_ADOPTIONS)
def adviser_sheet_pdf() -> ResponseReturnValue:
    found = queries.sheet(actor(), _asked())
    return download(documents.render(found), "application/pdf", f"adoption-{found.day.isoformat()}.pdf", inline=True)


@blueprint.get("/manage/adoption/standing")
@requires(Permission.VIEW_ADOPTIONS)
def standing() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    found = queries.sheet(actor(), _asked(), page=page, size=PER_PAGE)
    return render_template("adoption/standing.html", listing=_listing(found), **_values(found))


@blueprint.get("/manage/adoption/standing.xlsx")
@requires(Permission.VIEW_ADOPTIONS)
def standing_xlsx() -> ResponseReturnValue:
    found = queries.sheet(actor(), _asked(), size=queries.CASES_IN_A_WORKBOOK)
    body = sheets.xlsx(_("Who stands still"), *queries.table(found), [standing_rule(), *queries.notes(found)])
    return download(body, sheets.XLSX, f"standing-{found.day.isoformat()}.xlsx")


def _listing(found: Sheet) -> Listing[Case]:
    known = {name: values for name, values in request.args.lists() if name == "territory" and any(values)}
    path = request.script_root + request.path
    return Listing(found.cases, found.standing, found.page, PER_PAGE, "", "", known, path)
