"""The adviser's sheet: who stands still, whom to ring, what to say; what moved since Monday; totals. Not public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVarTuple

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.exceptions import NotFound

from accounts.models import Organisation, User
from accounts.scopes import reach
from adoption import queries, rules
from adoption.cabinet import queries as cabinet_queries
from adoption.labels import ASKS, STAGE_LABELS, STATE_LABELS, UNCONFIRMED_ASK, UNCONFIRMED_WAITS, WAITS
from adoption.models import Adoption, Exit, Stage, StageStep, State
from adoption.stall import Stay
from kernel.access import SignedIn
from kernel.db import db
from kernel.documents.sheets import Column
from kernel.i18n import day
from kernel.permissions import Permission
from kernel.text import DASH, quoted, typograph
from kernel.zones import home_zone
from practices.models import Practice
from territories.models import Level, Territory

Ts = TypeVarTuple("Ts")

CASES_IN_A_WORKBOOK = 5_000
"""So many who stand still fit the workbook, the longest over their time first."""
LIMIT = 5
"""So many who stand still, and so many moves, fit a page that can be read on Monday."""


class Contact(NamedTuple):
    """Whom to ring or write to, as far as known."""

    role: str
    name: str
    email: str
    phone: str = ""


class Case(NamedTuple):
    """Somebody who stands still."""

    adoption: Adoption
    stay: Stay
    practice: str
    stage: str
    word: str
    """The last thing heard of it, with its day."""
    contacts: list[Contact]
    say: str


class Move(NamedTuple):
    """What has been written down since Monday: stages reached, or the work interrupted."""

    code: str
    place: str
    practice: str
    organisation: str
    what: str
    day: date


@dataclass
class Sheet:
    day: date
    monday: date
    places: list[Territory] = field(default_factory=list)
    """Among which the reader may choose."""
    place: Territory | None = None
    """The only territory shown; None for all of the reader's."""
    cases: list[Case] = field(default_factory=list)
    standing: int = 0
    """How many stand in all."""
    page: int = 1
    """Of those who stand; one out of range gives the nearest."""
    moves: list[Move] = field(default_factory=list)
    moved: int = 0
    states: dict[State, int] = field(default_factory=dict)
    reported: int = 0
    """Launches told of and not confirmed yet; they are counted among what is being prepared."""
    paused: int = 0
    interrupted: int = 0
    working: int = 0
    """Municipalities where something works."""
    municipalities: int = 0
    demo: bool = False


Shown = set[int] | None
"""Ids of the territories shown; None when all are."""


def last_monday(today: date) -> date:
    """The Monday before today; on a Monday, the one a week ago."""
    return today - timedelta(days=(today.weekday() or 7))


def places_in(territories: Shown) -> list[Territory]:
    """Territories of the reader where an adoption was ever begun, by name."""
    statement = select(Territory).where(Territory.id.in_(select(Adoption.territory_id)))
    if territories is not None:
        statement = statement.where(Territory.id.in_(territories))
    return list(db.session.scalars(statement.order_by(Territory.name_key, Territory.id)))


def sheet(user: SignedIn, oktmo: str = "", *, page: int = 1, size: int = LIMIT) -> Sheet:
    """The sheet of the reader's territories, or of one of them. Raises NotFound for somebody else's."""
    today = queries.today()
    reached = reach(user.scopes(Permission.VIEW_ADOPTIONS))
    places = places_in(reached)
    chosen = next((place for place in places if place.oktmo == oktmo), None)
    if oktmo and chosen is None:
        raise NotFound()
    shown = {chosen.id} if chosen else None if reached is None else {place.id for place in places}
    made = Sheet(today, last_monday(today), places, chosen)
    stays = cabinet_queries.standing(shown, today)
    made.standing = len(stays)
    made.page = min(max(page, 1), max(1, -(-len(stays) // size)))
    made.cases = _cases(stays[(made.page - 1) * size : made.page * size], _rung(user, reached))
    made.moves, made.moved = _moves(shown, made.monday)
    _count(made, shown, places if chosen is None else [chosen])
    return made


def _rung(user: SignedIn, reached: Shown) -> Shown:
    """Territories whose telephones the reader may see; as a rule all that are read, or none."""
    may = user.scopes(Permission.RING_CONTACTS)
    return set() if not may else reached if may == user.scopes(Permission.VIEW_ADOPTIONS) else reach(may)


def _of(statement: Select[*Ts], shown: Shown) -> Select[*Ts]:
    return statement if shown is None else statement.where(_adoption.territory_id.in_(shown))


def _count(made: Sheet, shown: Shown, places: Iterable[Territory]) -> None:
    states: Counter[State] = Counter()
    exits: Counter[Exit] = Counter()
    at_work = set()
    for territory_id, stage, confirmed, left, number, demo in db.session.connection().execute(_of(_COUNTS, shown)):
        made.demo = made.demo or demo > 0
        if left is not None:
            exits[left] += number
            continue
        states[rules.public_state(stage, confirmed)] += number
        made.reported += number if rules.is_reported(stage, confirmed) else 0
        if confirmed:
            at_work.add(territory_id)
    made.states = {state: states[state] for state in State}
    made.paused, made.interrupted = exits[Exit.paused], exits[Exit.declined] + exits[Exit.stopped]
    towns = {place.id for place in places if place.level is Level.municipality}
    made.municipalities, made.working = len(towns), len(at_work & towns)


def _cases(stays: Sequence[Stay], rung: Shown) -> list[Case]:
    """`rung`: territories whose telephones the reader may see."""
    found = {adoption.id: adoption for adoption in db.session.scalars(_whole([stay.adoption_id for stay in stays]))}
    coordinators = queries.coordinators_in({adoption.territory_id for adoption in found.values()})
    return [_case(found[stay.adoption_id], stay, coordinators, rung) for stay in stays]


def _whole(ids: list[int]) -> Select[Adoption]:
    return (
        select(Adoption)
        .where(Adoption.id.in_(ids))
        .options(joinedload(Adoption.practice), joinedload(Adoption.organisation), joinedload(Adoption.territory))
        .options(selectinload(Adoption.steps))
    )


def _case(adoption: Adoption, stay: Stay, coordinators: dict[int, list[User]], rung: Shown) -> Case:
    number = adoption.contact_phone if rung is None or adoption.territory_id in rung else ""
    named = Contact(_("Answers for it"), adoption.contact_name, adoption.contact_email, number)
    contacts = [
        Contact(_("Coordinator"), user.name, user.email, named.phone if user.email == named.email else "")
        for user in coordinators.get(adoption.territory_id, [])
    ]
    if named.email not in {contact.email for contact in contacts}:
        contacts.append(named)
    contacts.sort(key=lambda contact: not contact.phone)  # whom one can ring stands first
    return Case(
        adoption,
        stay,
        quoted(adoption.practice.name),
        str(UNCONFIRMED_WAITS if adoption.launch_waits else WAITS[stay.stage]),
        _last_word(adoption),
        contacts,
        say(adoption, stay),
    )


def _last_word(adoption: Adoption) -> str:
    """«приказ № 14 от 22.07.2026» with the day it became true, or the day alone; of what waits, the launch's."""
    most = Stage.launched if adoption.launch_waits else Stage.sustained
    live = [step for step in rules.live_steps(adoption.steps).values() if step.stage.number <= most.number]
    step = max(live, key=lambda step: step.stage.number, default=None)
    if step is None:
        return ""
    told, evidence = day(step.reached_on, "digits"), typograph(step.evidence)
    return evidence if told in evidence else f"{told}: {evidence}" if evidence else told


def say(adoption: Adoption, stay: Stay) -> str:
    """What to say on the telephone, from the facts."""
    began = min((step.reached_on for step in adoption.steps if step.withdrawn_at is None), default=stay.since)
    facts = _(
        "%(place)s took %(practice)s on %(day)s.",
        place=adoption.territory.name,
        practice=quoted(adoption.practice.name),
        day=day(began),
    )
    if adoption.launch_waits:
        text = _("A first result of %(day)s was reported, and nobody has confirmed it.", day=day(stay.since))
        return typograph(f"{facts} {text} {UNCONFIRMED_ASK}")
    waits = _(
        "%(stage)s for %(days)s, usually %(usual)s.",
        stage=WAITS[stay.stage],
        days=ngettext("%(num)s day", "%(num)s days", stay.days),
        usual=stay.usual,
    )
    return typograph(f"{facts} {waits} {ASKS[stay.stage]}")


def table(made: Sheet) -> tuple[list[Column], list[list[object]]]:
    """Those who stand still, a row each."""
    columns = [Column(_("Municipality"), 36), Column(_("Practice"), 44), Column(_("Organisation"), 44)]
    columns += [Column(_("Stage"), 24), Column(_("Days in the stage"), 10), Column(_("Usually, days"), 10)]
    columns += [Column(_("Whom to ring"), 50), Column(_("What to say"), 80)]
    rows = []
    for case in made.cases:
        adoption, contacts = case.adoption, [f"{one.role}: {one.name}, {one.email}" for one in case.contacts]
        named = [adoption.territory.name, adoption.practice.name, adoption.organisation.title, case.stage]
        rows.append([*named, case.stay.days, case.stay.usual, "; ".join(contacts), case.say])
    return columns, rows


def notes(made: Sheet) -> list[str]:
    """What stands beside the list taken out: the date, how many are left out, whether it is made up."""
    left = made.standing - len(made.cases)
    told = [_("As of %(day)s.", day=day(made.day))]
    told += [ngettext("and %(num)s more", "and %(num)s more", left)] if left else []
    return [*told, _("Demonstration data.")] if made.demo else told


def _moves(shown: Shown, monday: date) -> tuple[list[Move], int]:
    """What was written down from `monday` on, newest first: the furthest stage of each adoption, and interruptions.

    A launch that nobody has confirmed is not among it.
    """
    since = datetime.combine(monday, time(), home_zone())
    steps: dict[int, Any] = {}
    for row in db.session.execute(_of(_RECENT.where(_heard_since(since)), shown)):
        steps.setdefault(row.id, row)
    moves = [_move(row, str(STAGE_LABELS[row.stage]), row.reached_on) for row in steps.values()]
    for left in db.session.execute(_of(_LEFT.where(_adoption.exit_date >= monday), shown)):
        moves.append(_move(left, _("interrupted"), left.exit_date))
    moves.sort(key=lambda move: (-move.day.toordinal(), move.place, move.practice))
    return moves[:LIMIT], len(moves)


def _heard_since(since: datetime) -> ColumnElement[bool]:
    """Written down since then; a launch and what came after it are heard of when the launch is confirmed."""
    return (_step.recorded_at >= since) | (~_EARLY & (_launch.c.confirmed_at >= since))


def _move(row: Any, what: str, on: date) -> Move:
    return Move(row.code, row.short_name, quoted(row.practice), row.organisation, what, on)


def state_counts(made: Sheet) -> str:
    """«Думаем – 3, готовим – 17, работает – 28, закрепили – 7»."""
    return ", ".join(f"{str(STATE_LABELS[state]).lower()}{DASH}{number}" for state, number in made.states.items())


# Tables and not models, composed once.
_adoption, _step, _practice = Adoption.__table__.c, StageStep.__table__.c, Practice.__table__.c
_territory, _organisation = Territory.__table__.c, Organisation.__table__.c
_COUNTS = select(
    _adoption.territory_id,
    _adoption.stage,
    _adoption.confirmed,
    _adoption.exit,
    func.count(),
    func.count().filter(_adoption.demo.is_(True)),
).group_by(_adoption.territory_id, _adoption.stage, _adoption.confirmed, _adoption.exit)
_NAMED = (
    _adoption.id,
    _adoption.code,
    _adoption.territory_id,
    _territory.short_name,
    _practice.name.label("practice"),
    _organisation.name.label("organisation"),
)
_JOINED = (
    Adoption.__table__.join(Territory.__table__, _territory.id == _adoption.territory_id)
    .join(Practice.__table__, _practice.id == _adoption.practice_id)
    .join(Organisation.__table__, _organisation.id == _adoption.organisation_id)
)
_launch = StageStep.__table__.alias("launch")
_EARLY = _step.stage.in_([stage for stage in Stage if stage.number < Stage.launched.number])
_RECENT = (
    select(*_NAMED, _step.stage, _step.reached_on)
    .select_from(
        _JOINED.join(StageStep.__table__, _step.adoption_id == _adoption.id).outerjoin(
            _launch,
            (_launch.c.adoption_id == _adoption.id)
            & (_launch.c.stage == Stage.launched)
            & _launch.c.withdrawn_at.is_(None),
        )
    )
    .where(_step.withdrawn_at.is_(None), _adoption.exit.is_(None))
    .where(_EARLY | _adoption.confirmed)
    .order_by(_step.reached_on.desc(), _step.id.desc())
)
_LEFT = select(*_NAMED, _adoption.exit_date).select_from(_JOINED).where(_adoption.exit.is_not(None))
