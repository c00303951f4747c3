from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.exceptions import NotFound

from accounts.enums import Role, ScopeKind
from accounts.models import Organisation, RoleAssignment, User
from accounts.queries import people_with
from accounts.scopes import reach
from adoption import rules
from adoption.counts import GOING
from adoption.models import Adoption, Exit, Stage, StageStep, State
from forum.models import Forum, ForumStatus, Section
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.files import StoredFile
from kernel.text import email_key, sort_key
from practices.models import Practice, PracticeGroup, TargetGroup
from programme.models import Slot
from territories.models import Level, Territory

ZONE = ZoneInfo("Asia/Irkutsk")
EDIT, VIEW = "adoption:adoption:edit", "adoption:adoption:view"


def today() -> date:
    """The day it is where adoptions are made."""
    return utcnow().astimezone(ZONE).date()


def adoption_of(practice_id: int, organisation_id: int) -> Adoption | None:
    return db.session.scalar(
        select(Adoption).where(Adoption.practice_id == practice_id, Adoption.organisation_id == organisation_id)
    )


def _whole() -> Select[Adoption]:
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
    return db.session.scalar(_whole().where(Adoption.id == adoption_id))


def adoption_by_code(code: str) -> Adoption | None:
    """For links that carry their own secret, and for finders that check by themselves."""
    return db.session.scalar(_whole().where(Adoption.code == code))


def adoption_for(user: Actor, code: str, *permissions: str) -> Adoption:
    """The adoption, when `user` holds one of `permissions` in its territory. Raises NotFound."""
    found = db.session.scalar(_whole().where(Adoption.code == code))
    if found is None or not any(_reaches(user, found, permission) for permission in permissions):
        raise NotFound()
    return found


def _reaches(user: Actor, adoption: Adoption, permission: str) -> bool:
    scopes = user.scopes(permission)
    if not scopes:
        return False
    territories = reach(scopes)
    return territories is None or adoption.territory_id in territories


def may(user: Actor, adoption: Adoption, permission: str) -> bool:
    """Whether `user` holds `permission` in the adoption's territory."""
    return _reaches(user, adoption, permission)


def territories_for(user: Actor, permission: str) -> list[Territory]:
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
                Adoption.stage.in_([Stage.operating, Stage.sustained]),
            )
            .order_by(Territory.name_key, Adoption.id)
        )
    )


def shown_at(practice_id: int) -> list[tuple[Slot, Forum, Section]]:
    """Where the practice has been shown publicly, newest first."""
    now = utcnow().astimezone(ZONE).replace(tzinfo=None)
    rows = db.session.execute(
        select(Slot, Forum, Section)
        .join(Forum, Forum.id == Slot.forum_id)
        .join(Section, Section.id == Slot.section_id)
        .where(Slot.practice_id == practice_id, Slot.cancelled.is_(False), Forum.status != ForumStatus.draft)
        .where(Slot.starts <= now)
        .order_by(Slot.starts.desc(), Slot.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def practice_ids() -> list[int]:
    return list(db.session.scalars(select(Practice.id).order_by(Practice.id)))


def spread_of(practice_id: int) -> list[tuple[int, str, int]]:
    """Where a practice stands by its active adoptions: (territory id, furthest state, organisations)."""
    rows = db.session.execute(
        select(Adoption.territory_id, Adoption.stage, Adoption.confirmed).where(
            Adoption.practice_id == practice_id, Adoption.exit.is_(None)
        )
    ).all()
    found = []
    for territory_id in sorted({row.territory_id for row in rows}):
        states = [rules.public_state(row.stage, row.confirmed) for row in rows if row.territory_id == territory_id]
        state = rules.furthest(states)
        assert state is not None
        found.append((territory_id, state.value, len(states)))
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """A practice in a territory: the furthest state and how many organisations stand in each."""

    practice_id: int
    territory_id: int
    state: State
    by_state: dict[State, int]
    reported: int = 0
    """Organisations that say it works there, not confirmed yet: they are counted among those who prepare."""

    @property
    def all(self) -> int:
        """Organisations that take part."""
        return sum(self.by_state.values())

    @property
    def there(self) -> int:
        """Organisations in the furthest state itself."""
        return self.by_state[self.state]

    @property
    def behind(self) -> int:
        """Organisations that have not come as far."""
        return self.all - self.there

    @property
    def working(self) -> int:
        """Organisations where it works or is established."""
        return self.by_state.get(State.works, 0) + self.by_state.get(State.firm, 0)


def cells(
    *, practices: Iterable[int] | None = None, audience: TargetGroup | None = None, territory_id: int | None = None
) -> list[Cell]:
    """What active adoptions say of practices in the catalogue, by practice and territory. One query.

    Of the practices with these ids, of those for one group of families, in one territory; of all by default.
    """
    statement = _CELLS
    if practices is not None:
        statement = statement.where(_adoption.practice_id.in_(list(practices)))
    if audience is not None:
        group = PracticeGroup.__table__.c
        statement = statement.where(
            _adoption.practice_id.in_(select(group.practice_id).where(group.target_group == audience))
        )
    if territory_id is not None:
        statement = statement.where(_adoption.territory_id == territory_id)
    grouped: dict[tuple[int, int], tuple[dict[State, int], list[int]]] = {}
    for practice, territory, stage, confirmed, number in db.session.connection().execute(statement):
        states, reported = grouped.setdefault((practice, territory), ({}, []))
        state = _STATES[stage, confirmed]
        states[state] = states.get(state, 0) + number
        if rules.is_reported(stage, confirmed):
            reported.append(number)
    return [
        Cell(practice, territory, max(states, key=_RANKS.__getitem__), states, sum(reported))
        for (practice, territory), (states, reported) in sorted(grouped.items(), key=itemgetter(0))
    ]


# Tables and not models, composed once: composing a statement for every page costs more than running it.
_adoption = Adoption.__table__.c
_STATES = {(stage, sure): rules.public_state(stage, sure) for stage in Stage for sure in (False, True)}
_RANKS = {state: state.rank for state in State}
_CELLS = (
    select(_adoption.practice_id, _adoption.territory_id, _adoption.stage, _adoption.confirmed, func.count())
    .where(*GOING)
    .group_by(_adoption.practice_id, _adoption.territory_id, _adoption.stage, _adoption.confirmed)
)


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


def any_demo() -> bool:
    return db.session.scalar(select(Adoption.id).where(Adoption.demo.is_(True)).limit(1)) is not None


def mine(territories: Iterable[Territory]) -> list[Adoption]:
    """Every adoption in the territories, furthest first, with its steps."""
    return list(
        db.session.scalars(
            _whole()
            .where(Adoption.territory_id.in_([territory.id for territory in territories]))
            .order_by(Adoption.changed_at.desc(), Adoption.id)
        ).unique()
    )


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
    statement = _whole().where(func.lower(Adoption.contact_email) == email_key(email))
    statement = statement.where(or_(Adoption.exit.is_(None), Adoption.exit.not_in(over)))
    return list(db.session.scalars(statement.order_by(Adoption.id)).unique())


def adoptions_for(
    user: Actor,
    *,
    q: str = "",
    state: State | None = None,
    exit: bool | None = None,
    unconfirmed: bool = False,
    permission: str = VIEW,
) -> Select[Adoption]:
    """Adoptions where `user` holds `permission`, for a listing joined to practice, organisation and territory.

    `state` is the one that is counted: only what goes on, a launch only once it is confirmed.
    """
    statement = (
        select(Adoption)
        .join(Adoption.practice)
        .join(Adoption.organisation)
        .join(Adoption.territory)
        .options(joinedload(Adoption.practice), joinedload(Adoption.organisation), joinedload(Adoption.territory))
        .options(selectinload(Adoption.steps))
    )
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(Adoption.territory_id.in_(territories))
    if key := sort_key(q):
        keys = (Practice.name_key, Organisation.name_key, Territory.name_key)
        statement = statement.where(or_(*(column.contains(key, autoescape=True) for column in keys)))
    if state:
        statement = statement.where(_stands(state), Adoption.exit.is_(None))
    if exit is not None:
        statement = statement.where(Adoption.exit.is_not(None) if exit else Adoption.exit.is_(None))
    if unconfirmed:
        statement = statement.where(*_launch_waits())
    return statement


def _stands(state: State) -> ColumnElement[bool]:
    """The adoption's public state is `state`."""

    def stages(confirmed: bool) -> list[Stage]:
        return [stage for stage in Stage if rules.public_state(stage, confirmed) is state]

    confirmed = Adoption.confirmed.is_(True) & Adoption.stage.in_(stages(True))
    return confirmed | (Adoption.confirmed.is_(False) & Adoption.stage.in_(stages(False)))


def _launch_waits() -> tuple[ColumnElement[bool], ...]:
    """Launched, goes on, and nobody besides the adopter has confirmed it."""
    launched = [stage for stage in Stage if stage.number >= Stage.launched.number]
    return Adoption.exit.is_(None), Adoption.confirmed.is_(False), Adoption.stage.in_(launched)


def unconfirmed_launches(user: Actor, limit: int = 10) -> list[Adoption]:
    """Launches that wait for a confirmation of `user`, the oldest change first."""
    statement = adoptions_for(user, unconfirmed=True, permission="adoption:adoption:confirm")
    return list(db.session.scalars(statement.order_by(Adoption.changed_at, Adoption.id).limit(limit)).unique())


def stages_for(user: Actor, permission: str, since: date) -> list[tuple[int, Stage, date]]:
    """(id, present stage, when it was reached) of what goes on where `user` holds `permission`, unmoved since then."""
    statement = NOW.where(_step.reached_on <= since)
    territories = reach(user.scopes(permission))
    if territories is not None:
        statement = statement.where(_adoption.territory_id.in_(territories))
    return [(row[0], row[1], row[2]) for row in db.session.connection().execute(statement)]


_step = StageStep.__table__.c
NOW = (
    select(_adoption.id, _adoption.stage, _step.reached_on)
    .select_from(Adoption.__table__.join(StageStep.__table__, _step.adoption_id == _adoption.id))
    .where(_step.stage == _adoption.stage, _step.withdrawn_at.is_(None), _adoption.exit.is_(None))
)
"""What goes on, with its present stage and the day it was reached."""


def by_ids(ids: Collection[int]) -> dict[int, Adoption]:
    """Adoptions by id, with what a line about them shows."""
    rows = db.session.scalars(
        select(Adoption)
        .where(Adoption.id.in_(ids))
        .options(joinedload(Adoption.practice), joinedload(Adoption.organisation), joinedload(Adoption.territory))
    )
    return {adoption.id: adoption for adoption in rows}


def counts_for(user: Actor) -> dict[State, int]:
    """How many adoptions the user may view stand in each public state; what was interrupted is left out."""
    columns = (Adoption.stage, Adoption.confirmed)
    statement = adoptions_for(user, exit=False).with_only_columns(*columns, func.count())
    counts = dict.fromkeys(State, 0)
    for stage, confirmed, number in db.session.execute(statement.group_by(*columns).order_by(None)):
        counts[rules.public_state(stage, confirmed)] += number
    return counts


def unconfirmed(user: Actor) -> int:
    """How many launches wait for a confirmation of `user`."""
    statement = adoptions_for(user, unconfirmed=True).with_only_columns(Adoption.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def launches_of_pupils(territories: Iterable[Territory]) -> list[Adoption]:
    """Launches that wait for a confirmation and whose mentor works in one of the territories, not themselves there."""
    ids = [territory.id for territory in territories]
    mentor = aliased(Adoption)
    return list(
        db.session.scalars(
            _whole()
            .join(mentor, mentor.id == Adoption.source_adoption_id)
            .where(mentor.territory_id.in_(ids), Adoption.territory_id.not_in(ids))
            .where(*_launch_waits())
            .order_by(Adoption.changed_at, Adoption.id)
        ).unique()
    )


def evidence_file(adoption: Adoption, step_id: int) -> StoredFile:
    """The file of a step of an adoption already authorised. Raises NotFound."""
    for step in adoption.steps:
        if step.id == step_id and step.file is not None:
            return step.file
    raise NotFound()
