"""The catalogue and a practice's page, for everybody."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.sql.elements import ColumnElement

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from accounts.settings import site
from kernel import files
from kernel.access import public
from kernel.links import public_url
from kernel.listing import Listing, paginate
from kernel.pages import warm
from practices import display, labels, queries
from practices.models import Evidence, Practice, TargetGroup
from practices.queries import Spread, Wish
from practices.questions.queries import author_address
from practices.views.base import blueprint
from territories.queries import current, municipality_choices

PER_PAGE = 24
PARAMETERS = ("q", "audience", "sphere", "territory", "evidence", "readiness", "sort", "page")
E = TypeVar("E", bound=Enum)


@blueprint.get("/practices/")
@public
@warm("site", "catalogue", "adoption", query=PARAMETERS)
def catalogue() -> ResponseReturnValue:
    wish = _wish()
    listing = _listing(wish)
    return render_template(
        "practices/catalogue.html",
        listing=listing,
        wish=wish,
        spreads=queries.spreads([practice.id for practice in listing.items]),
        counts=queries.audience_counts(wish),
        territories=municipality_choices(site().region),
        labels=labels,
        spheres=SPHERE_LABELS,
        display=display,
    )


@blueprint.get("/practices.json")
@public
@warm("site", "catalogue", "adoption", query=PARAMETERS)
def catalogue_json() -> ResponseReturnValue:
    listing = _listing(_wish())
    spreads = queries.spreads([practice.id for practice in listing.items])
    rows = [_as_json(practice, spreads[practice.id]) for practice in listing.items]
    return jsonify(total=listing.total, page=listing.page, pages=listing.pages, practices=rows)


def _as_json(practice: Practice, spread: Spread) -> dict[str, Any]:
    organisation = practice.organisation
    return {
        "slug": practice.slug,
        "name": practice.name,
        "effect": practice.effect,
        "url": public_url(url_for("practices.practice", slug=practice.slug).removeprefix(request.script_root)),
        "organisation": organisation.name if organisation else None,
        "territory": {"oktmo": practice.territory.oktmo, "name": practice.territory.name},
        "sphere": practice.sphere.value,
        "audience": sorted(group.value for group in practice.target_groups),
        "evidence": practice.evidence.value if practice.evidence else None,
        "start_year": practice.start_year,
        "cost_once": practice.cost_once,
        "cost_year": practice.cost_year,
        "staff": practice.staff,
        "launch_months": [practice.launch_months_min, practice.launch_months_max],
        "edition": practice.edition,
        "works_in": [{"oktmo": oktmo, "name": name} for oktmo, name in spread.works],
    }


def member(kind: type[E], name: str) -> E | None:
    """The member of `kind` that the address names by its value, if any."""
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None


def _wish() -> Wish:
    q = request.args.get("q", "").strip()[:500]
    territory = current(request.args.get("territory", "")[:11])
    readiness = request.args.get("readiness", "")
    return Wish(
        q=q,
        audience=member(TargetGroup, "audience"),
        sphere=member(Sphere, "sphere"),
        territory_id=territory.id if territory else None,
        evidence=member(Evidence, "evidence"),
        readiness=readiness if readiness in labels.READINESS_LABELS else "",
        hits=queries.find(q) if q else (),
    )


def _listing(wish: Wish) -> Listing[Any]:
    orders: dict[str, ColumnElement[Any]] = queries.catalogue_orders(wish)
    default = "relevance" if "relevance" in orders else "spread"
    listing = paginate(queries.catalogue(wish), orders, default=default, tie=Practice.id, per_page=PER_PAGE)
    if wish.q:
        listing.add_filter("q", _("Words"), wish.q)
    if wish.audience:
        listing.add_filter("audience", _("For whom"), str(labels.GROUP_LABELS[wish.audience]))
    if wish.sphere:
        listing.add_filter("sphere", _("Sphere"), str(SPHERE_LABELS[wish.sphere]))
    if wish.territory_id:
        territory = current(request.args["territory"])
        listing.add_filter("territory", _("Municipality"), territory.name if territory else "")
    if wish.evidence:
        listing.add_filter("evidence", _("How results are known"), str(labels.EVIDENCE_LABELS[wish.evidence]))
    if wish.readiness:
        listing.add_filter("readiness", _("Ready to be taken"), str(labels.READINESS_LABELS[wish.readiness]))
    return listing


@blueprint.get("/practices/<slug>")
@public
@warm("site", "catalogue", "adoption", "forums", query=("map",))
def practice(slug: str) -> ResponseReturnValue:
    return practice_page(queries.public_practice(slug))


def practice_page(found: Any, preview: bool = False) -> str:
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
    return files.download(queries.public_document(slug, document_id).file)
