from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.models import Organisation
from activity.operations import record
from activity.outbox import send
from adoption import queries, rules, spread
from adoption.models import Adoption, Confirmer, Exit, ExitReason, Stage, StageStep
from adoption.rules import Reached
from kernel import pages
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.files import StoredFile
from kernel.text import email_key
from practices.models import Practice
from practices.operations import hold_place, set_spread
from practices.scopes import of_place
from territories.models import Territory


class MoveRefused(ValueError):
    """The move breaks a rule, or is to be confirmed first; `faults` and `doubts` as `rules` gives them."""

    def __init__(self, faults: list[tuple[Stage | None, rules.Fault]], doubts: Sequence[rules.Doubt] = ()) -> None:
        super().__init__(", ".join([*(fault.value for _stage, fault in faults), *("doubt" for _one in doubts)]))
        self.faults, self.doubts = faults, doubts


class BookedAlready(ValueError):
    """The organisation has taken the practice already: `adoption`."""

    def __init__(self, adoption: Adoption) -> None:
        super().__init__(adoption.code)
        self.adoption = adoption


class Request(NamedTuple):
    """What «Беру к себе» says."""

    contact_name: str
    contact_email: str
    aim: str = ""
    contact_phone: str = ""
    source_forum_id: int | None = None
    source_slot_id: int | None = None


def start_adoption(
    practice: Practice,
    organisation: Organisation,
    request: Request,
    *,
    by: Actor | None,
    on: date | None = None,
    on_behalf: bool = False,
    letters: bool = True,
    demo: bool = False,
) -> tuple[Adoption, bool]:
    """Take the practice over. Returns (adoption, whether it is new): a pair of practice and organisation has one.

    `on`: the day of the request, today by default. `on_behalf`: by somebody who leads no adoption there; the log and
    a letter to the coordinators say so. The author and the region's curators get letters.
    """
    known = queries.adoption_of(practice.id, organisation.id)
    if known is not None:
        return known, False
    adoption = _new(practice, organisation, request, by, demo)
    try:
        with db.session.begin_nested():
            db.session.add(adoption)
            db.session.flush()
    except IntegrityError:  # somebody took it in the same moment
        known = queries.adoption_of(practice.id, organisation.id)
        if known is None:
            raise
        return known, False
    step = StageStep(stage=Stage.interest, reached_on=on or queries.today(), user_id=getattr(by, "id", None))
    adoption.steps.append(step)
    db.session.flush()
    action = "adoption.started_on_behalf" if on_behalf else "adoption.started"
    record(by, action, adoption, practice=practice.slug, organisation=organisation.code)
    if letters:
        _tell_start(adoption)
    for coordinator in queries.coordinators_of(adoption.territory) if on_behalf else ():
        send("adoption_on_behalf", coordinator.email, language=coordinator.language, adoption_id=adoption.id)
    _spread(adoption)
    return adoption, True


def _new(practice: Practice, organisation: Organisation, request: Request, by: Actor | None, demo: bool) -> Adoption:
    return Adoption(
        practice_id=practice.id,
        edition=practice.edition,
        organisation_id=organisation.id,
        territory_id=organisation.territory_id,
        contact_name=request.contact_name,
        contact_email=email_key(request.contact_email),
        contact_phone=request.contact_phone,
        aim=request.aim,
        stage=Stage.interest,
        source_forum_id=request.source_forum_id,
        source_slot_id=request.source_slot_id,
        started_by_id=getattr(by, "id", None),
        demo=demo,
    )


def _tell_start(adoption: Adoption) -> None:
    if adoption.practice.contact_email:
        send("adoption_author", adoption.practice.contact_email, adoption_id=adoption.id)
    for curator in queries.curators_of(adoption.territory):
        send("adoption_curator", curator.email, language=curator.language, adoption_id=adoption.id)


def hold(adoption: Adoption) -> None:
    """Lock the adoption until the transaction ends and see it as it is now."""
    db.session.scalar(select(Adoption.id).where(Adoption.id == adoption.id).with_for_update())
    db.session.expire(adoption)


def move(
    adoption: Adoption,
    reached: Sequence[Reached],
    *,
    by: Actor | None,
    file: StoredFile | None = None,
    units: int | None = None,
    letters: bool = True,
    sure: str = "",
) -> None:
    """Move forward through `reached`, in order; `file` shows the last of them. Call `hold` first.

    `sure`: the `rules.signature` of what was asked about and is so. Raises MoveRefused.
    """
    steps = adoption.steps
    found = rules.faults(
        adoption.stage,
        rules.reached_dates(steps).get(adoption.stage),
        reached,
        queries.today(),
        closed=adoption.exit is not None,
        hold_from=rules.may_hold_from(steps),
    )
    asked = rules.doubts(steps, reached, file.sha256 if file is not None else "")
    unsure = asked if sure != rules.signature(asked) else []
    if found or unsure:
        raise MoveRefused(found, unsure)
    if file is not None:
        db.session.add(file)
        db.session.flush()
    for place, step in enumerate(reached, 1):
        assert step.on is not None
        adoption.steps.append(
            StageStep(
                stage=step.stage,
                reached_on=step.on,
                evidence=step.evidence,
                evidence_url=step.url,
                file_id=file.id if file is not None and place == len(reached) else None,
                user_id=getattr(by, "id", None),
            )
        )
    launched = adoption.stage.number < Stage.launched.number <= reached[-1].stage.number
    adoption.stage = reached[-1].stage
    if units is not None:
        adoption.units = units
    _touch(adoption)
    record(by, "adoption.moved", adoption, stage=adoption.stage.value, **({"sure": True} if asked else {}))
    if launched and letters:
        _tell_launch(adoption)
    _spread(adoption)


def _tell_launch(adoption: Adoption) -> None:
    if adoption.practice.contact_email:
        send("adoption_launched", adoption.practice.contact_email, adoption_id=adoption.id)
    for curator in queries.curators_of(adoption.territory):
        send("adoption_confirm", curator.email, language=curator.language, adoption_id=adoption.id)
    if adoption.mentor is not None and adoption.mentor.confirmed:
        for person in queries.coordinators_of(adoption.mentor.territory):
            send("adoption_mentor", person.email, language=person.language, adoption_id=adoption.id)


def move_back(adoption: Adoption, stage: Stage, reason: str, *, by: Actor | None) -> None:
    """Return to an earlier stage: what came after stays as history. Call `hold` first. Raises MoveRefused."""
    if adoption.exit is not None:
        raise MoveRefused([(None, rules.Fault.closed)])
    if stage not in rules.back_targets(adoption.stage):
        raise MoveRefused([(stage, rules.Fault.gap)])
    _withdraw(adoption, stage)
    record(by, "adoption.moved_back", adoption, stage=stage.value, reason=reason)
    _spread(adoption)


def _withdraw(adoption: Adoption, stage: Stage) -> None:
    """Back to `stage`: what came after is withdrawn, the launch's confirmation with it."""
    for step in rules.live_steps(adoption.steps).values():
        if step.stage.number > stage.number:
            step.withdrawn_at = utcnow()
    adoption.stage = stage
    adoption.confirmed = adoption.confirmed and stage.number >= Stage.launched.number
    _touch(adoption)


def leave(
    adoption: Adoption, exit: Exit, reason: ExitReason, note: str, *, by: Actor | None, on: date | None = None
) -> None:
    """Decline, pause or stop, with a reason. Call `hold` first. Raises MoveRefused when it is interrupted already."""
    if adoption.exit is not None:
        raise MoveRefused([(None, rules.Fault.closed)])
    adoption.exit, adoption.exit_reason, adoption.exit_note = exit, reason, note
    adoption.exit_date = on or queries.today()
    _touch(adoption)
    record(by, "adoption.exited", adoption, exit=exit.value, exit_reason=reason.value)
    _spread(adoption)


def resume(adoption: Adoption, *, by: Actor | None) -> None:
    """Go on from the stage where it was interrupted."""
    if adoption.exit is None:
        return
    adoption.exit = adoption.exit_reason = adoption.exit_date = None
    adoption.exit_note = ""
    _touch(adoption)
    record(by, "adoption.resumed", adoption)
    _spread(adoption)


def confirm(
    adoption: Adoption,
    *,
    by: Actor | None,
    role: Confirmer = Confirmer.curator,
    at: datetime | None = None,
    shown: int | None = None,
) -> bool:
    """Confirm the launch from outside; whether `by` may is for `launches`. False when there is nothing to confirm.

    `shown`: id of the launch that `by` was looking at, the only one that is confirmed then.
    """
    step = _unconfirmed(adoption)
    if step is None or shown not in (None, step.id):
        return False
    step.confirmed_by_id, step.confirmed_at, step.confirmed_as = getattr(by, "id", None), at or utcnow(), role
    adoption.confirmed = True
    _touch(adoption)
    record(by, "adoption.confirmed", adoption, role=role.value)
    _spread(adoption)
    return True


def refuse(
    adoption: Adoption,
    reason: str,
    *,
    by: Actor | None,
    role: Confirmer = Confirmer.curator,
    shown: int | None = None,
) -> bool:
    """Say that the launch has not happened: it is withdrawn, with all after it, and the municipality hears why.

    Call `hold` first; whether `by` may is for `launches`. False when there is nothing to confirm.
    `shown`: as in `confirm`.
    """
    step = _unconfirmed(adoption)
    if step is None or adoption.exit is not None or shown not in (None, step.id):
        return False
    step.refused_by_id, step.refused_at, step.refused_as = getattr(by, "id", None), utcnow(), role
    step.refusal = reason
    _withdraw(adoption, Stage.safeguards)
    record(by, "adoption.refused", adoption, role=role.value, reason=reason)
    _tell_refusal(adoption, step)
    _spread(adoption)
    return True


def _unconfirmed(adoption: Adoption) -> StageStep | None:
    step = rules.live_steps(adoption.steps).get(Stage.launched)
    return step if step is not None and step.confirmed_at is None else None


def _tell_refusal(adoption: Adoption, step: StageStep) -> None:
    """A letter to whoever reported the launch, the municipality's coordinators and the contact; one an address."""
    told = {person.email: person.language for person in queries.coordinators_of(adoption.territory)}
    if step.user is not None and step.user.is_active:
        told.setdefault(step.user.email, step.user.language)
    told.setdefault(adoption.contact_email, "ru")
    for address, language in told.items():
        send("adoption_refused", address, language=language, adoption_id=adoption.id)


def change(adoption: Adoption, values: dict[str, object], *, by: Actor | None) -> list[str]:
    """Change contact, aim, units or mentor. Returns the names of what changed."""
    changed = [name for name, value in values.items() if getattr(adoption, name) != value]
    for name in changed:
        setattr(adoption, name, values[name])
    if changed:
        _touch(adoption)
        record(by, "adoption.changed", adoption, fields=changed)
        pages.bump(*of_place(adoption.territory))
    return changed


def rebook(adoption: Adoption, organisation: Organisation, *, by: Actor | None) -> None:
    """The adoption is another organisation's of the same territory. Raises BookedAlready."""
    hold(adoption)
    before = adoption.organisation
    if organisation.id == before.id:
        return
    if (taken := queries.adoption_of(adoption.practice_id, organisation.id)) is not None:
        raise BookedAlready(taken)
    adoption.organisation = organisation
    _touch(adoption)
    record(by, "adoption.rebooked", adoption, before=before.code, organisation=organisation.code)
    _spread(adoption)


def _touch(adoption: Adoption) -> None:
    adoption.changed_at = utcnow()
    db.session.flush()


def _spread(adoption: Adoption) -> None:
    _tell(adoption.practice, adoption.territory)


def _tell(practice: Practice, territory: Territory) -> None:
    hold_place(territory.id)
    set_spread(practice, territory, *spread.spread_of(practice.id, territory.id))


def rebuild() -> int:
    """Fill the projections of every practice anew. Returns how many practices have adoptions."""
    taken = queries.taken()
    for place, practice in sorted({*queries.told(), *taken}):
        _tell(db.session.get_one(Practice, practice), db.session.get_one(Territory, place))
    return len({practice for _place, practice in taken})
