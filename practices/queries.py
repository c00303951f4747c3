from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.enums import Sphere
from accounts.models import Organisation
from accounts.scopes import reach
from kernel import bits
from kernel.access import SignedIn
from kernel.db import db
from kernel.permissions import Permission
from kernel.search import Answer, Document, answer, best_first, search
from kernel.text import sort_key
from practices.facets import WORKING, Catalogue, catalogue
from practices.models import (
    Admission,
    DocumentKind,
    DocumentState,
    Practice,
    PracticeEdition,
    PracticeSpread,
    SampleDocument,
    SavedSearch,
)
from practices.search_words import document
from practices.selection import Selection
from territories.models import Territory
from territories.queries import current

PRACTICES_A_PAGE = 16


def find(q: str) -> tuple[int, ...]:
    """Ids of practices that answer a question in words, published or not, best first."""
    return tuple(found for found, _rank in search("practice", q))


class Found(NamedTuple):
    """One page of the catalogue as a selection has it."""

    items: list[Practice]
    total: int
    page: int
    catalogue: Catalogue
    counts: dict[str, dict[str, int]]
    """Parameter → value → how many practices that choice would leave."""
    answer: Answer | None = None
    """Of the search, when there was one."""
    whole: int = 0
    """How many of them hold everything that was asked."""


def seek(selection: Selection) -> Found:
    """The page of the catalogue that answers `selection`, by as many statements however long the catalogue is."""
    known = catalogue()
    answered = answer("practice", selection.q, known.published, selection.exact) if selection.q else None
    hits = answered.found if answered else None
    left = known.narrow(selection.chosen, hits)
    total = left.bit_count()
    page = min(selection.page, max(1, -(-total // PRACTICES_A_PAGE)))
    if answered and selection.sort == "relevance":
        ids = best_first(answered, left, known.orders["spread"], page * PRACTICES_A_PAGE)
    else:
        ids = bits.in_order(left, known.orders.get(selection.sort, known.orders["spread"]), page * PRACTICES_A_PAGE)
    items = _practices(ids[(page - 1) * PRACTICES_A_PAGE : page * PRACTICES_A_PAGE])
    whole = (left & answered.whole).bit_count() if answered else total
    return Found(items, total, page, known, known.counts(selection.chosen, hits), answered, whole)


def _practices(ids: Sequence[int]) -> list[Practice]:
    """Practices with what a card shows, in the order of `ids`."""
    statement = select(Practice).where(Practice.id.in_(ids))
    rows = db.session.scalars(statement.options(joinedload(Practice.territory), joinedload(Practice.organisation)))
    by_id = {practice.id: practice for practice in rows}
    return [by_id[one] for one in ids if one in by_id]


class Spread(NamedTuple):
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
        found[practice_id] = Spread(works, sum(row.state == "ready" for row in mine))
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
    selectinload(Practice.samples).joinedload(SampleDocument.file),
)


def published_practice(slug: str) -> Practice:
    """A practice that can be taken. Raises NotFound."""
    practice = public_practice(slug)
    if not practice.is_public:
        raise NotFound()
    return practice


def public_document(slug: str, document_id: int) -> SampleDocument:
    """A sample document of any edition of a practice anybody may see. Raises NotFound."""
    found = document_of(public_practice(slug), document_id)
    if found.state is DocumentState.draft:
        raise NotFound()
    return found


def document_of(practice: Practice, document_id: int) -> SampleDocument:
    """A document of a practice already authorised or public. Raises NotFound."""
    for sample in practice.samples:
        if sample.id == document_id:
            return sample
    raise NotFound()


def practice_for(user: SignedIn, slug: str, permission: Permission) -> Practice:
    """The practice, when `user` holds `permission` where it belongs. Raises NotFound."""
    statement = select(Practice).where(Practice.slug == slug).options(*_whole)
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Practice.territory_id.in_(territories))
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def practices_statement() -> Select[Practice]:
    """Every practice, whatever became of it, with what a list says of it."""
    return select(Practice).options(joinedload(Practice.territory), joinedload(Practice.organisation))


def number_of_practices() -> int:
    return db.session.scalar(select(func.count()).select_from(Practice)) or 0


def practices_for_statement(
    user: SignedIn, *, q: str = "", admission: Admission | None = None, sphere: Sphere | None = None
) -> Select[Practice]:
    """Practices whose passport `user` may edit, for a listing."""
    statement = practices_statement()
    territories = reach(user.scopes(Permission.EDIT_PRACTICES))
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


def territory_choices(user: SignedIn, permission: Permission) -> list[tuple[str, str]]:
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


class KnownPractices(NamedTuple):
    """Every practice by each thing a row of a file may know it by."""

    by_id: dict[str, Practice]
    """By the ID it came with; one that came with none by its slug, as our own workbook writes it."""
    by_slug: dict[str, Practice]
    by_name: dict[tuple[str, int], Practice]
    """By the key of the name and the territory."""


def known_practices() -> KnownPractices:
    """For an import. Two queries."""
    whole = (joinedload(Practice.territory), joinedload(Practice.organisation))
    found = list(db.session.scalars(select(Practice).options(*whole).order_by(Practice.id)))
    by_slug = {practice.slug: practice for practice in found}
    by_id = {practice.slug: practice for practice in found if not practice.source_id}
    by_id |= {practice.source_id: practice for practice in found if practice.source_id}
    return KnownPractices(by_id, by_slug, {(practice.name_key, practice.territory_id): practice for practice in found})


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


def documents() -> Iterable[Document]:
    found = db.session.scalars(
        select(Practice).options(joinedload(Practice.territory), joinedload(Practice.organisation))
    )
    return [document(practice) for practice in found]


def published_in(territory_id: int, limit: int = 30) -> list[Practice]:
    """The catalogue's practices of authors in the territory, by name."""
    statement = select(Practice).where(Practice.admission == Admission.published, Practice.territory_id == territory_id)
    return list(db.session.scalars(statement.order_by(Practice.name_key, Practice.id).limit(limit)))


def saved_searches(user_id: int) -> list[SavedSearch]:
    """Everything the person keeps, by name: at most `forms.MOST_SEARCHES`."""
    statement = select(SavedSearch).where(SavedSearch.user_id == user_id)
    return list(db.session.scalars(statement.order_by(SavedSearch.name_key, SavedSearch.id)))


def saved_search(user: SignedIn, search_id: int) -> SavedSearch:
    """A search the person keeps. Raises NotFound."""
    statement = select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.user_id == user.id)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def same_search(user_id: int, name: str) -> SavedSearch | None:
    key = SavedSearch(name=name).name_key  # cut as its column is
    statement = select(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.name_key == key)
    return db.session.scalar(statement)


def practices_where(*where: ColumnElement[bool]) -> Sequence[Practice]:
    """Practices of which all this is true, in order of their ids."""
    return db.session.scalars(select(Practice).where(*where).order_by(Practice.id)).all()


def is_a_document(file_id: int) -> bool:
    """Whether a sample document holds this file."""
    return db.session.scalar(select(SampleDocument.id).where(SampleDocument.file_id == file_id).limit(1)) is not None
