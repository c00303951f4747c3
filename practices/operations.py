from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.sql.elements import ColumnElement

from accounts.operations import hold as hold_account
from activity.operations import record
from kernel import pages, search
from kernel.access import Actor, SignedIn
from kernel.db import db, utcnow
from kernel.files import StoredFile, Upload, discard, write
from kernel.text import slugify
from practices.models import (
    Admission,
    DocumentKind,
    DocumentState,
    Practice,
    PracticeEdition,
    PracticeGroup,
    PracticeSpread,
    SampleDocument,
    SavedSearch,
    TargetGroup,
    Values,
)
from practices.passport import content, documents, thaw
from practices.queries import is_a_document, last_edition, practices_where, same_search, slug_taken
from practices.scopes import SPREAD_SCOPE, of_practice, of_practices, of_spread
from practices.search_words import document
from territories.models import Territory

RESERVED = {"new", "import", "invitation", "waiting"}


def free_slug(name: str) -> str:
    """A slug of the name that no practice has yet."""
    wanted = slugify(name)[:64].rstrip("-")
    slug, number = wanted, 1
    while slug in RESERVED or slug_taken(slug):
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def add_practice(
    values: Mapping[str, object], *, by: Actor | None, slug: str = "", source_id: str | None = None
) -> Practice:
    """Add a draft. `values`: columns of Practice by name, and "groups": list of TargetGroup."""
    practice = _with_slug(slug, values, source_id) if slug else _with_free_slug(values, source_id)
    record(by, "practice.added", practice)
    _written(practice)
    return practice


def _with_slug(slug: str, values: Mapping[str, object], source_id: str | None) -> Practice:
    practice = Practice(slug=slug, source_id=source_id, name=str(values["name"]))
    _fill(practice, values)
    db.session.add(practice)
    db.session.flush()
    return practice


def _with_free_slug(values: Mapping[str, object], source_id: str | None) -> Practice:
    """The next free slug when somebody takes the first in the same moment."""
    while True:
        slug = free_slug(str(values["name"]))
        try:
            with db.session.begin_nested():
                return _with_slug(slug, values, source_id)
        except IntegrityError:
            if not slug_taken(slug):
                raise


def hold_place(territory_id: int) -> None:
    """Lock a territory until the transaction ends: what is begun or counted there comes one by one."""
    db.session.scalar(select(Territory.id).where(Territory.id == territory_id).with_for_update(key_share=True))


def hold(practice: Practice) -> None:
    """Lock the practice until the transaction ends and see it as it is now."""
    db.session.scalar(select(Practice.id).where(Practice.id == practice.id).with_for_update(key_share=True))
    db.session.expire(practice)


def change_practice(practice: Practice, values: Mapping[str, object], *, by: Actor | None) -> list[str]:
    """Change the passport for everybody; a published one gets a new edition. Returns the names of what changed.

    People who write a passport do it through `moderation.operations.work_on`; this is for whoever may publish.
    """
    changed = _fill(practice, values)
    if not changed:
        return []
    if practice.working:
        practice.working = {name: value for name, value in practice.working.items() if name not in changed} or None
    touch(practice)
    record(by, "practice.changed", practice, fields=changed)
    if practice.is_public:
        _keep_edition(practice)
    _changed(practice)
    return changed


def fill(practice: Practice, values: Mapping[str, object]) -> None:
    """Write into a practice that readers do not know yet."""
    _fill(practice, values)
    touch(practice)
    _written(practice)


def touch(practice: Practice) -> None:
    """Flush with a new version, also when only rows beside the practice changed, such as its groups."""
    practice.updated_at = utcnow()
    flag_modified(practice, "updated_at")
    db.session.flush()


def _fill(practice: Practice, values: Values) -> list[str]:
    changed = []
    for name, value in values.items():
        if name == "groups":
            if set(value) != set(practice.target_groups):
                _set_groups(practice, value)
                changed.append(name)
        elif getattr(practice, name) != value:
            setattr(practice, name, value)
            changed.append(name)
    return changed


def _set_groups(practice: Practice, groups: Iterable[TargetGroup]) -> None:
    wanted = list(dict.fromkeys(groups))
    practice.groups = [row for row in practice.groups if row.target_group in wanted] + [
        PracticeGroup(target_group=group) for group in wanted if group not in practice.target_groups
    ]


def publish_practice(practice: Practice, *, by: Actor | None, open_comments: int = 0) -> None:
    """Put the practice into the catalogue; its content becomes an edition when it differs from the last one.

    `open_comments`: how many were open when somebody decided to publish all the same.
    """
    if not practice.once_public:
        _settle_documents(practice)
    practice.admission = Admission.published
    practice.archive_reason = ""
    practice.published_at = practice.published_at or utcnow()
    db.session.flush()
    _keep_edition(practice)
    more = {"comments": open_comments} if open_comments else {}
    record(by, "practice.published", practice, edition=practice.edition, **more)
    _changed(practice)


def apply_working(practice: Practice) -> None:
    """Make the working copy the text everybody reads; the caller publishes."""
    values = thaw(practice.working or {})
    practice.working = None
    _fill(practice, values)
    _settle_documents(practice)


def drop_working(practice: Practice) -> None:
    """Throw away what readers do not see yet."""
    practice.working = None
    for sample in list(practice.samples):
        if sample.state is DocumentState.draft:
            _delete(sample)
        elif sample.state is DocumentState.leaving:
            sample.state = DocumentState.current
    db.session.flush()


def _settle_documents(practice: Practice) -> None:
    """What came with the working copy is there for readers, what left it is not."""
    for sample in practice.samples:
        if sample.state is DocumentState.draft:
            sample.state = DocumentState.current
        elif sample.state is DocumentState.leaving:
            sample.state = DocumentState.past


def _keep_edition(practice: Practice) -> None:
    last, now = last_edition(practice.id), content(practice)
    if last is not None and {name: last.content.get(name) for name in now} == now:
        return
    practice.edition = last.number + 1 if last else 1
    db.session.add(PracticeEdition(practice_id=practice.id, number=practice.edition, content=now))
    db.session.flush()


def return_to_draft(practice: Practice, *, by: Actor | None) -> None:
    """Take the practice out of the catalogue to be worked on."""
    practice.admission = Admission.draft
    db.session.flush()
    record(by, "practice.withdrawn", practice)
    _changed(practice)


def set_admission(practice: Practice, admission: Admission, *, by: Actor | None) -> None:
    """Put the practice on its way to a decision: submitted, accepted or returned."""
    before, practice.admission = practice.admission, admission
    db.session.flush()
    record(by, "practice.admission", practice, before=before.value, admission=admission.value)
    _changed(practice)


def archive_practice(practice: Practice, reason: str, *, by: Actor | None) -> None:
    """Close the practice: it leaves the catalogue, its page stays with a notice."""
    practice.admission = Admission.archived
    practice.archive_reason = reason[:255]
    db.session.flush()
    record(by, "practice.archived", practice, reason=reason)
    _changed(practice)


def _written(practice: Practice) -> None:
    """What readers do not know yet is found by whoever works on it, and changes no page of theirs."""
    if practice.is_public:
        _changed(practice)
    else:
        search.index("practice", document(practice))


def _changed(*practices: Practice) -> None:
    for practice in practices:
        search.index("practice", document(practice))
    show(*practices)


def show(*practices: Practice) -> None:
    """Readers see the practices as they are now: on their own pages and on all that name them."""
    pages.bump(*map(of_practice, practices), rows=of_practices(practices))


def retell(*where: ColumnElement[bool]) -> None:
    """Whoever or wherever these practices belong to is called otherwise: they are shown and found by the new name."""
    if practices := practices_where(*where):
        _changed(*practices)


def retell_places(territory_ids: Collection[int]) -> None:
    """The places where practices come from are called otherwise."""
    retell(Practice.territory_id.in_(territory_ids))


def add_document(
    practice: Practice, kind: DocumentKind, title: str, stored: StoredFile, *, by: Actor | None
) -> SampleDocument:
    """Attach a sample document for the next edition. `stored`: written by `kernel.files.write` before `writing()`."""
    db.session.add(stored)
    db.session.flush()
    position = max((sample.position for sample in practice.samples), default=0) + 1
    sample = SampleDocument(kind=kind, title=title, file_id=stored.id, position=position, state=DocumentState.draft)
    practice.samples.append(sample)
    db.session.flush()
    _note_documents(practice)
    record(by, "practice.document_added", practice, title=title)
    return sample


def remove_document(sample: SampleDocument, *, by: Actor | None) -> None:
    """Take a sample document out of the next edition; readers keep what an edition has given them."""
    practice = sample.practice
    record(by, "practice.document_removed", practice, title=sample.title)
    if sample.state is DocumentState.draft:
        _delete(sample)
    elif sample.state is DocumentState.current:
        sample.state = DocumentState.leaving
    db.session.flush()
    _note_documents(practice)


def keep_document(sample: SampleDocument, *, by: Actor | None) -> None:
    """A document that was to leave with the next edition stays after all."""
    if sample.state is DocumentState.leaving:
        sample.state = DocumentState.current
        db.session.flush()
        _note_documents(sample.practice)
        record(by, "practice.document_kept", sample.practice, title=sample.title)


def publish_documents(practice: Practice) -> None:
    """Give readers the documents at once, for whoever may publish: a public practice gets a new edition."""
    _settle_documents(practice)
    db.session.flush()
    _note_documents(practice)
    if practice.is_public:
        _keep_edition(practice)
    show(practice)


def _delete(sample: SampleDocument) -> None:
    """Of no edition yet: it goes with its file, unless another document holds the same."""
    stored = sample.file
    sample.practice.samples.remove(sample)
    db.session.delete(sample)
    db.session.flush()
    if not is_a_document(stored.id):
        discard([(stored.id, stored.uuid)])


def _note_documents(practice: Practice) -> None:
    """Whether the next edition has other documents is told by the working copy, as of any other field."""
    if not practice.once_public:
        return
    kept = {name: value for name, value in (practice.working or {}).items() if name != "documents"}
    after = documents(practice.next_documents)
    if after != documents(practice.documents):
        kept["documents"] = after
    practice.working = kept or None
    touch(practice)


def store(name: str, kind: str, body: bytes) -> StoredFile:
    """Write a file that the product itself made."""
    return write(Upload(name, kind, body))


def set_spread(practice: Practice, territory: Territory, state: str, organisations: int) -> None:
    """Tell where a practice stands in a territory: "think|ready|works|firm", "" for nowhere. From above.

    Call `hold_place` before counting: others tell of other territories meanwhile.
    """
    here = PracticeSpread.practice_id == practice.id, PracticeSpread.territory_id == territory.id
    db.session.execute(delete(PracticeSpread).where(*here))
    if state:
        stands = PracticeSpread(practice_id=practice.id, territory_id=territory.id)
        stands.state, stands.organisations = state, organisations
        db.session.add(stands)
        db.session.flush()
    pages.bump(*of_spread(practice, territory), rows={(SPREAD_SCOPE, territory.region.oktmo): [practice.id]})


def save_search(name: str, query: str, *, by: SignedIn) -> SavedSearch:
    """Keep a search of the catalogue; one of the same name takes the new conditions, the same ones change nothing."""
    hold_account(by)
    kept = same_search(by.id, name) or SavedSearch(user_id=by.id)
    if (kept.name, kept.query) == (name, query):
        return kept
    kept.name, kept.query = name, query
    db.session.add(kept)
    db.session.flush()
    record(by, "search.saved", kept)
    return kept


def remove_search(kept: SavedSearch, *, by: SignedIn) -> None:
    record(by, "search.removed", kept)
    db.session.delete(kept)
    db.session.flush()
