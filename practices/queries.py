from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, case, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.enums import Sphere
from accounts.models import Organisation
from accounts.scopes import reach
from kernel.access import Actor
from kernel.db import db
from kernel.search import Document, search, source
from kernel.text import sort_key
from practices.models import (
    Admission,
    DocumentKind,
    Evidence,
    Practice,
    PracticeEdition,
    PracticeGroup,
    PracticeSpread,
    SampleDocument,
    TargetGroup,
)
from practices.search_words import document
from territories.models import Territory
from territories.queries import current

WORKING = ("works", "firm")


@dataclass(frozen=True)
class Wish:
    """What a reader of the catalogue asks for; empty values ask for nothing."""

    q: str = ""
    audience: TargetGroup | None = None
    sphere: Sphere | None = None
    territory_id: int | None = None
    evidence: Evidence | None = None
    readiness: str = ""
    hits: tuple[int, ...] = field(default=(), compare=False)
    """Ids found for `q`, best first."""


def find(q: str) -> tuple[int, ...]:
    """Ids of practices that answer a question in words, best first."""
    return tuple(found for found, _rank in search("practice", q))


def catalogue(wish: Wish) -> Select[Any]:
    """Published practices that answer `wish`, with what a card shows, for a listing."""
    statement = select(Practice).options(joinedload(Practice.territory), joinedload(Practice.organisation))
    return _narrow(statement, wish).outerjoin(_reached, _reached.c.practice_id == Practice.id)


_reached = (
    select(PracticeSpread.practice_id, func.count().label("territories"))
    .where(PracticeSpread.state.in_(WORKING))
    .group_by(PracticeSpread.practice_id)
    .subquery()
)


def catalogue_orders(wish: Wish) -> dict[str, Any]:
    """Orders of the catalogue by name, as `kernel.listing.paginate` takes them."""
    orders: dict[str, Any] = {
        "name": Practice.name_key,
        "spread": (func.coalesce(_reached.c.territories, 0) * -1, Practice.name_key),
        "new": (Practice.published_at.is_(None), Practice.published_at.desc(), Practice.name_key),
    }
    if wish.hits:
        places = {found: place for place, found in enumerate(wish.hits)}
        orders["relevance"] = case(places, value=Practice.id, else_=len(places))
    return orders


def _narrow(statement: Select[Any], wish: Wish) -> Select[Any]:
    statement = statement.where(Practice.admission == Admission.published)
    if wish.q:
        statement = statement.where(Practice.id.in_(wish.hits) if wish.hits else false())
    if wish.audience:
        statement = statement.where(Practice.groups.any(PracticeGroup.target_group == wish.audience))
    if wish.sphere:
        statement = statement.where(Practice.sphere == wish.sphere)
    if wish.evidence:
        statement = statement.where(Practice.evidence == wish.evidence)
    if wish.territory_id:
        here = select(PracticeSpread.practice_id).where(
            PracticeSpread.territory_id == wish.territory_id, PracticeSpread.state.in_(WORKING)
        )
        statement = statement.where(or_(Practice.territory_id == wish.territory_id, Practice.id.in_(here)))
    if wish.readiness == "working":
        statement = statement.where(
            Practice.id.in_(select(PracticeSpread.practice_id).where(PracticeSpread.state.in_(WORKING)))
        )
    if wish.readiness == "documents":
        statement = statement.where(Practice.documents.any())
    return statement


def audience_counts(wish: Wish) -> dict[TargetGroup, int]:
    """How many practices each target group would have, the other wishes standing."""
    others = Wish(wish.q, None, wish.sphere, wish.territory_id, wish.evidence, wish.readiness, wish.hits)
    ids = _narrow(select(Practice.id), others)
    rows = db.session.execute(
        select(PracticeGroup.target_group, func.count())
        .where(PracticeGroup.practice_id.in_(ids))
        .group_by(PracticeGroup.target_group)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Spread:
    """Where a practice stands: territories where it works, how many prepare or think."""

    works: tuple[tuple[str, str], ...] = ()
    """(OKTMO, short name), by name."""
    ahead: int = 0


def spreads(practice_ids: Sequence[int]) -> dict[int, Spread]:
    """Where each of the practices stands. One query."""
    rows = db.session.execute(
        select(PracticeSpread.practice_id, PracticeSpread.state, Territory.oktmo, Territory.short_name)
        .join(Territory, Territory.id == PracticeSpread.territory_id)
        .where(PracticeSpread.practice_id.in_(practice_ids))
        .order_by(Territory.name_key)
    ).all()
    found = {}
    for practice_id in practice_ids:
        mine = [row for row in rows if row.practice_id == practice_id]
        works = tuple((row.oktmo, row.short_name) for row in mine if row.state in WORKING)
        found[practice_id] = Spread(works, len(mine) - len(works))
    return found


def public_practice(slug: str) -> Practice:
    """A practice of the catalogue, or one that was there before the archive. Raises NotFound."""
    found = db.session.scalar(
        select(Practice)
        .where(
            Practice.slug == slug,
            or_(
                Practice.admission == Admission.published,
                (Practice.admission == Admission.archived) & Practice.published_at.is_not(None),
            ),
        )
        .options(*_whole)
    )
    if found is None:
        raise NotFound()
    return found


_whole = (
    joinedload(Practice.territory),
    joinedload(Practice.organisation),
    selectinload(Practice.documents).joinedload(SampleDocument.file),
)


def published_practice(slug: str) -> Practice:
    """A practice that can be taken. Raises NotFound."""
    practice = public_practice(slug)
    if not practice.is_public:
        raise NotFound()
    return practice


def public_document(slug: str, document_id: int) -> SampleDocument:
    """A sample document of a practice anybody may see. Raises NotFound."""
    practice = public_practice(slug)
    return document_of(practice, document_id)


def document_of(practice: Practice, document_id: int) -> SampleDocument:
    """A document of a practice already authorised or public. Raises NotFound."""
    for sample in practice.documents:
        if sample.id == document_id:
            return sample
    raise NotFound()


def practice_for(user: Actor, slug: str, permission: str) -> Practice:
    """The practice, when `user` holds `permission` where it belongs. Raises NotFound."""
    statement = select(Practice).where(Practice.slug == slug).options(*_whole)
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Practice.territory_id.in_(territories))
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def practices_for(
    user: Actor, *, q: str = "", admission: Admission | None = None, sphere: Sphere | None = None
) -> Select[Any]:
    """Practices whose passport `user` may edit, for a listing."""
    statement = select(Practice).options(joinedload(Practice.territory), joinedload(Practice.organisation))
    territories = reach(user.scopes("practices:practice:edit"))
    if territories is not None:
        statement = statement.where(Practice.territory_id.in_(territories))
    if q:
        statement = statement.where(
            or_(Practice.name_key.contains(sort_key(q), autoescape=True), Practice.id.in_(find(q)))
        )
    if admission:
        statement = statement.where(Practice.admission == admission)
    if sphere:
        statement = statement.where(Practice.sphere == sphere)
    return statement


def territory_choices(user: Actor, permission: str) -> list[tuple[str, str]]:
    """(OKTMO, name) of territories where `user` holds `permission`: regions first, then municipalities by name."""
    statement = select(Territory.oktmo, Territory.name).where(Territory.valid_to.is_(None))
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Territory.id.in_(territories))
    else:
        parents = select(Territory.parent_id).where(Territory.lat.is_not(None))
        statement = statement.where(or_(Territory.lat.is_not(None), Territory.id.in_(parents)))
    rows = db.session.execute(statement.order_by(Territory.level.desc(), Territory.name_key))
    return [(row.oktmo, row.name) for row in rows]


def territory_id_of(oktmo: str) -> int:
    """The id of a territory in force. Raises NotFound."""
    found = current(oktmo)
    if found is None:
        raise NotFound()
    return found.id


def practice_by_key(key: str) -> Practice | None:
    """For imports and commands: a practice by source id or slug."""
    return db.session.scalar(
        select(Practice).where(or_(Practice.source_id == key, Practice.slug == key)).order_by(Practice.source_id != key)
    )


def known_practices() -> dict[str, Practice]:
    """Every practice by source id and by slug, for an import."""
    known: dict[str, Practice] = {}
    for practice in db.session.scalars(select(Practice).options(joinedload(Practice.territory))):
        known[practice.slug] = practice
        if practice.source_id:
            known[practice.source_id] = practice
    return known


def slug_taken(slug: str) -> bool:
    return db.session.scalar(select(Practice.id).where(Practice.slug == slug)) is not None


def last_edition(practice_id: int) -> PracticeEdition | None:
    return db.session.scalar(
        select(PracticeEdition)
        .where(PracticeEdition.practice_id == practice_id)
        .order_by(PracticeEdition.number.desc())
        .limit(1)
    )


def main_document(documents: Iterable[SampleDocument]) -> SampleDocument | None:
    """The one an adopter asks for first: the order, if there is one."""
    order = list(DocumentKind)
    return min(documents, key=lambda sample: (order.index(sample.kind), sample.position, sample.id), default=None)


def organisation_names() -> list[str]:
    """Names of organisations, for suggestions."""
    return list(db.session.scalars(select(Organisation.name).order_by(Organisation.name_key)))


def public_sitemap() -> list[str]:
    """Slugs of the catalogue."""
    return list(
        db.session.scalars(
            select(Practice.slug).where(Practice.admission == Admission.published).order_by(Practice.name_key)
        )
    )


@source("practice")
def _documents() -> Iterable[Document]:
    found = db.session.scalars(
        select(Practice).options(joinedload(Practice.territory), joinedload(Practice.organisation))
    )
    return [document(practice) for practice in found]


def published_in(territory_id: int, limit: int = 30) -> list[Practice]:
    """The catalogue's practices of authors in the territory, by name."""
    statement = select(Practice).where(Practice.admission == Admission.published, Practice.territory_id == territory_id)
    return list(db.session.scalars(statement.order_by(Practice.name_key, Practice.id).limit(limit)))
