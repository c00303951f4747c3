from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from werkzeug.exceptions import NotFound

from accounts.enums import Role, ScopeKind
from accounts.models import Organisation, RoleAssignment, User
from accounts.queries import people_with
from accounts.scopes import reach
from adoption.models import Adoption, Exit, Stage, StageStep
from forum.models import Forum, ForumStatus, Section
from kernel import pages
from kernel.access import SignedIn
from kernel.db import db, utcnow
from kernel.files import StoredFile
from kernel.permissions import Permission
from kernel.text import email_key
from kernel.zones import local
from kernel.zones import today as today
from practices.models import Practice, PracticeSpread
from practices.scopes import CATALOGUE, HOME
from programme.models import Slot
from territories.models import Level, Territory

"""To see the telephone: those the field names, curators and organisers, and whoever enters it."""


def adoption_of(practice_id: int, organisation_id: int) -> Adoption | None:
    return db.session.scalar(
        select(Adoption).where(Adoption.practice_id == practice_id, Adoption.organisation_id == organisation_id)
    )


def adoptions_statement() -> Select[Adoption]:
    """Adoptions with all that their own page shows."""
    return select(Adoption).options(
        joinedload(Adoption.practice),
        joinedload(Adoption.organisation),
        joinedload(Adoption.territory),
        joinedload(Adoption.source_forum),
        joinedload(Adoption.source_slot),
        joinedload(Adoption.mentor).joinedload(Adoption.organisation),
        joinedload(Adoption.mentor).joinedload(Adoption.territory),
        selectinload(Adoption.steps).joinedload(StageStep.file),
    )


def adoption_by_id(adoption_id: int) -> Adoption | None:
    """For letters."""
    return db.session.scalar(adoptions_statement().where(Adoption.id == adoption_id))


def adoption_by_code(code: str) -> Adoption | None:
    """For links that carry their own secret, and for finders that check by themselves."""
    return db.session.scalar(adoptions_statement().where(Adoption.code == code))


def adoption_for(user: SignedIn, code: str, *permissions: Permission) -> Adoption:
    """The adoption, when `user` holds one of `permissions` in its territory. Raises NotFound."""
    found = db.session.scalar(adoptions_statement().where(Adoption.code == code))
    if found is None or not any(_reaches(user, found, permission) for permission in permissions):
        raise NotFound()
    return found


def _reaches(user: SignedIn, adoption: Adoption, permission: Permission) -> bool:
    return holds_there(user, adoption.territory_id, permission)


def holds_there(user: SignedIn, territory_id: int, permission: Permission) -> bool:
    """Whether `user` holds `permission` in the territory."""
    scopes = user.scopes(permission)
    territories = reach(scopes)
    return bool(scopes) and (territories is None or territory_id in territories)


def may(user: SignedIn, adoption: Adoption, permission: Permission) -> bool:
    """Whether `user` holds `permission` in the adoption's territory."""
    return _reaches(user, adoption, permission)


def mentors_for(adoption: Adoption) -> list[Adoption]:
    """Adoptions of the same practice that work steadily and may be learned from, by municipality."""
    return list(
        db.session.scalars(
            select(Adoption)
            .join(Adoption.territory)
            .options(joinedload(Adoption.organisation), joinedload(Adoption.territory))
            .where(
                Adoption.practice_id == adoption.practice_id,
                Adoption.id != adoption.id,
                Adoption.exit.is_(None),
                Adoption.confirmed,
                Adoption.stage.in_([Stage.operating, Stage.sustained]),
            )
            .order_by(Territory.name_key, Adoption.id)
        )
    )


def shown_at(practice_id: int) -> list[tuple[Slot, Forum, Section]]:
    """Where the practice has been shown publicly, newest first."""
    now = local(utcnow()).replace(tzinfo=None)
    rows = db.session.execute(
        select(Slot, Forum, Section)
        .join(Forum, Forum.id == Slot.forum_id)
        .join(Section, Section.id == Slot.section_id)
        .where(Slot.practice_id == practice_id, Slot.cancelled.is_(False), Forum.status != ForumStatus.draft)
        .where(Slot.starts <= now)
        .order_by(Slot.starts.desc(), Slot.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def named(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(slug, name) of practices by id, in order of name."""
    statement = select(Practice.id, Practice.slug, Practice.name).where(Practice.id.in_(set(ids)))
    rows = db.session.connection().execute(statement.order_by(Practice.name_key, Practice.id))
    return {one: (slug, name) for one, slug, name in rows}


def territories_by_id(ids: Iterable[int]) -> dict[int, Territory]:
    """Territories by id: municipalities by name, then regions."""
    rows = db.session.scalars(
        select(Territory).where(Territory.id.in_(set(ids))).order_by(Territory.level, Territory.name_key)
    )
    found = {territory.id: territory for territory in rows}
    return dict(sorted(found.items(), key=lambda item: item[1].level is not Level.municipality))


def invented() -> frozenset[tuple[int, int]]:
    """(practice id, territory id) where an adoption is made up for the demonstration. Kept, as other totals are."""

    def pairs() -> frozenset[tuple[int, int]]:
        statement = select(Adoption.practice_id, Adoption.territory_id).where(Adoption.demo.is_(True))
        return frozenset((row[0], row[1]) for row in db.session.connection().execute(statement.distinct()))

    return pages.remembered("adoption.invented", (CATALOGUE, HOME), pairs, pages.TOTALS / 2)


def any_demo() -> bool:
    """Whether what is counted is made up for the demonstration in part."""
    return bool(invented())


def taken() -> set[tuple[int, int]]:
    """(territory id, practice id) of adoptions that go on."""
    statement = select(Adoption.territory_id, Adoption.practice_id).where(Adoption.exit.is_(None))
    return {(row[0], row[1]) for row in db.session.execute(statement.distinct())}


def told() -> set[tuple[int, int]]:
    """(territory id, practice id) of what the catalogue knows of them."""
    return {
        (row[0], row[1]) for row in db.session.execute(select(PracticeSpread.territory_id, PracticeSpread.practice_id))
    }


def taken_in(practice_id: int, territories: Iterable[Territory]) -> list[Adoption]:
    """Adoptions of the practice in the territories, by organisation, interrupted ones too."""
    return list(
        db.session.scalars(
            select(Adoption)
            .join(Adoption.organisation)
            .options(contains_eager(Adoption.organisation))
            .where(Adoption.practice_id == practice_id)
            .where(Adoption.territory_id.in_([territory.id for territory in territories]))
            .order_by(Organisation.name_key, Adoption.id)
        )
    )


def taken_at(forum_id: int) -> tuple[int, int]:
    """How many adoptions name the forum as their source, and how many of them go on and are confirmed to work."""
    row = db.session.execute(
        select(func.count(), func.count().filter(Adoption.confirmed, Adoption.exit.is_(None))).where(
            Adoption.source_forum_id == forum_id
        )
    ).one()
    return int(row[0]), int(row[1])


def with_contact(email: str) -> list[Adoption]:
    """Adoptions whose contact has this address and that are not over, oldest first."""
    over = (Exit.declined, Exit.stopped)
    statement = adoptions_statement().where(func.lower(Adoption.contact_email) == email_key(email))
    statement = statement.where(or_(Adoption.exit.is_(None), Adoption.exit.not_in(over)))
    return list(db.session.scalars(statement.order_by(Adoption.id)).unique())


def by_ids(ids: Collection[int]) -> dict[int, Adoption]:
    """Adoptions by id, with what a line about them shows."""
    rows = db.session.scalars(
        select(Adoption)
        .where(Adoption.id.in_(ids))
        .options(joinedload(Adoption.practice), joinedload(Adoption.organisation), joinedload(Adoption.territory))
    )
    return {adoption.id: adoption for adoption in rows}


def evidence_file(adoption: Adoption, step_id: int) -> StoredFile:
    """The file of a step of an adoption already authorised. Raises NotFound."""
    for step in adoption.steps:
        if step.id == step_id and step.file is not None:
            return step.file
    raise NotFound()


def territories_for(user: SignedIn, permission: Permission) -> list[Territory]:
    """Municipalities (or regions held as such) where `user` holds `permission`, by name."""
    scopes = user.scopes(permission)
    statement = select(Territory).where(Territory.valid_to.is_(None))
    territories = reach(scopes)
    if territories is None:
        statement = statement.where(Territory.lat.is_not(None))
    else:
        statement = statement.where(Territory.id.in_(territories))
    return list(db.session.scalars(statement.order_by(Territory.level.desc(), Territory.name_key)))


def organisations_in(territories: Iterable[Territory]) -> list[Organisation]:
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.territory_id.in_([territory.id for territory in territories]))
            .options(joinedload(Organisation.territory))
            .order_by(Organisation.name_key, Organisation.id)
        )
    )


def curators_of(territory: Territory) -> list[User]:
    """Curators of the territory or of what stands above it."""
    ids = {territory.id, *([territory.parent_id] if territory.parent_id else [])}
    return people_with(Role.curator, ScopeKind.territory, ids)


def coordinators_of(territory: Territory) -> list[User]:
    return people_with(Role.coordinator, ScopeKind.territory, {territory.id})


def coordinators_in(territory_ids: Iterable[int]) -> dict[int, list[User]]:
    """Active coordinators by territory, by name. One query."""
    rows = db.session.execute(
        select(RoleAssignment.scope_id, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.role == Role.coordinator,
            RoleAssignment.scope_kind == ScopeKind.territory,
            RoleAssignment.scope_id.in_(set(territory_ids)),
            User.suspended_at.is_(None),
        )
        .order_by(User.name_key, User.id)
    )
    found: dict[int, list[User]] = {}
    for scope_id, user in rows:
        if scope_id is not None:
            found.setdefault(scope_id, []).append(user)
    return found


def launches_without_word() -> list[int]:
    """Ids of adoptions with a launch that nobody has confirmed, in order."""
    unconfirmed = (StageStep.stage == Stage.launched, StageStep.confirmed_at.is_(None))
    return sorted(db.session.scalars(select(StageStep.adoption_id).where(*unconfirmed).distinct()))
