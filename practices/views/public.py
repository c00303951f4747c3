"""The catalogue and a practice's page, for everybody."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kernel import files
from kernel.access import public
from kernel.links import public_url
from kernel.pages import TOTALS, warm
from practices import display, facets, labels, queries, shelf
from practices.models import Practice
from practices.queries import Spread
from practices.questions.queries import author_address
from practices.scopes import CATALOGUE, HOME
from practices.selection import PARAMETERS, read_selection
from practices.views.base import blueprint
from territories.queries import places_named

E = TypeVar("E", bound=Enum)


@blueprint.get("/practices/")
@public
@warm("site", CATALOGUE, HOME, query=PARAMETERS, seconds=TOTALS)
def catalogue() -> ResponseReturnValue:
    shelves = facets.catalogue()
    selection = read_selection(request.args, shelves)
    found = queries.seek(selection)
    listing = shelf.listing(selection, found)
    marks = found.answer.question.marks if found.answer else frozenset()
    return render_template(
        "practices/catalogue.html",
        published=bool(shelves.facts),
        listing=listing,
        selection=selection,
        found=found,
        facets=shelf.facets(selection, found),
        places=places_named(selection.q) if selection.q else [],
        near=shelf.near(selection, found),
        sorts=shelf.sorts(selection, listing),
        answer=shelf.answered(selection, found, listing),
        spreads=queries.spreads([practice.id for practice in found.items]),
        passages={practice.id: display.passage(practice, marks) for practice in found.items} if marks else {},
        marks=marks,
        share_url=public_url(
            url_for("practices.catalogue", **shelf.unpaged(selection)).removeprefix(request.script_root)
        ),
        save_url=url_for("practices.new_search", **shelf.unpaged(selection)),
        json_url=url_for("practices.catalogue_json", **shelf.unpaged(selection)),
        labels=labels,
        display=display,
        seconds=TOTALS,
    )


@blueprint.get("/practices.json")
@public
@warm("site", CATALOGUE, HOME, query=PARAMETERS, seconds=TOTALS)
def catalogue_json() -> ResponseReturnValue:
    selection = read_selection(request.args, facets.catalogue())
    found = queries.seek(selection)
    listing = shelf.listing(selection, found)
    spreads = queries.spreads([practice.id for practice in found.items])
    answer = found.answer
    return jsonify(
        total=found.total,
        page=found.page,
        pages=listing.pages,
        next=shelf.whole_url(listing, found.page + 1) if found.page < listing.pages else None,
        seconds=TOTALS,
        query=selection.q or None,
        answered=answer.question.text if answer else None,
        suggestion=(answer.suggestion or None) if answer else None,
        filters={name: list(values) for name, values in selection.chosen.items() if values},
        counts={name: {value: n for value, n in row.items() if n} for name, row in found.counts.items()},
        practices=[_as_json(practice, spreads[practice.id]) for practice in found.items],
    )


def _as_json(practice: Practice, spread: Spread) -> dict[str, object]:
    organisation = practice.organisation
    return {
        "slug": practice.slug,
        "name": practice.name,
        "effect": practice.effect,
        "url": public_url(url_for("practices.practice", slug=practice.slug).removeprefix(request.script_root)),
        "organisation": organisation.name if organisation else None,
        "territory": {"oktmo": practice.territory.oktmo, "name": practice.territory.name},
        "sphere": practice.sphere.value if practice.sphere else None,
        "audience": sorted(group.value for group in practice.target_groups),
        "evidence": practice.evidence.value if practice.evidence else None,
        "start_year": practice.start_year,
        "cost_once": practice.cost_once,
        "cost_year": practice.cost_year,
        "staff": practice.staff,
        "launch_months": [practice.launch_months_min, practice.launch_months_max],
        "edition": practice.edition,
        "demo": practice.demo,
        "works_in": [{"oktmo": oktmo, "name": name} for oktmo, name in spread.works],
    }


def member(kind: type[E], name: str) -> E | None:
    """The member of `kind` that the address names by its value, if any."""
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None


@blueprint.get("/practices/<slug>")
@public
@warm("site", "practice:{slug}", "forums", query=("map",))
def practice(slug: str) -> ResponseReturnValue:
    return practice_page(queries.public_practice(slug))


def practice_page(found: Practice, preview: bool = False) -> str:
    """The practice's page; `preview` shows it (or its working copy) to its editors before the catalogue does."""
    return render_template(
        "practices/practice.html",
        practice=found,
        sample=queries.main_document(found.documents),
        spread=queries.spreads([found.id])[found.id],
        askable=bool(author_address(found)),
        labels=labels,
        display=display,
        preview=preview,
    )


@blueprint.get("/practices/<slug>/documents/<int:document_id>")
@public
def document(slug: str, document_id: int) -> ResponseReturnValue:
    return files.download(queries.public_document(slug, document_id).file, public=True)
