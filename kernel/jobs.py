"""Work that a request must not wait for: one table, claimed with a lease, safe to run twice.

A kind is named in a feature's manifest, with a function that takes the JSON argument as keywords. One that may take
longer than seconds is `Urgency.heavy`: it runs beside the others, and its lease is renewed for as long as it takes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import JSON, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model, db, inserting, utcnow
from kernel.feature import registry
from kernel.leases import ANY, ROWS_A_CLAIM, Batch, Lane, Leased, Urgency, carry_out, claim, never
from kernel.security import SLACK
from kernel.transaction import writing

log = logging.getLogger("tirazh.jobs")
LEASE = timedelta(minutes=10)
ATTEMPTS_AT_A_JOB = 8


class Job(Leased, Model):
    __tablename__ = "job"
    kind: Mapped[str] = mapped_column(String(64))
    argument: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    unique_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    run_after: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    dead: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, object] | None] = mapped_column(JSON)


def enqueue(
    kind: str, *, run_after: datetime | None = None, unique_key: str | None = None, **argument: object
) -> Job | None:
    """Add a job inside the caller's transaction; with a `unique_key` already queued, nothing happens."""
    known = registry().jobs.get(kind)
    urgency = known.urgency if known else Urgency.ordinary
    statement = (
        inserting(Job)
        .values(kind=kind, argument=argument, urgency=urgency, unique_key=unique_key, run_after=run_after or utcnow())
        .on_conflict_do_nothing(index_elements=[Job.unique_key])
        .returning(Job)
    )
    queued: Job | None = db.session.scalar(statement)
    return queued


def run_due(limit: int = 50, lane: Lane = ANY, stopped: Callable[[], bool] = never) -> int:
    """Run jobs that are due, one after another, the urgent ones first. Returns how many were tried."""
    tried = 0
    most = 1 if Urgency.heavy in lane else ROWS_A_CLAIM  # what is claimed along with a long job waits for its end
    while tried < limit and not stopped() and (batch := _claim(min(most, limit - tried), lane)):
        tried += carry_out(batch, _run, stopped)
    return tried


class WorkerBeat(Model):
    """When a worker was last seen at work."""

    __tablename__ = "worker_beat"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


def worker_seen(within: timedelta) -> bool:
    """Whether a worker gave a sign of life in the last `within`."""
    at = db.session.scalar(select(WorkerBeat.at).where(WorkerBeat.name == "worker"))
    return at is not None and abs(utcnow() - at) <= within  # one of a clock that was ahead tells nothing


def tick() -> None:
    """Give a sign of life and queue what the schedule asks for."""
    with writing():
        _follow_clock()
        db.session.merge(WorkerBeat(name="worker", at=utcnow()))
        for kind in registry().jobs.values():
            if kind.every:
                slot = int(utcnow().timestamp() // kind.every.total_seconds())
                enqueue(kind.name, unique_key=f"{kind.name}:{slot}")


def _follow_clock() -> None:
    """Undo what a clock that was ahead has written, once it has been set back: else nothing of it runs until then."""
    now = utcnow()
    ahead = Job.done_at > now + SLACK
    db.session.execute(update(Job).where(ahead).values(done_at=now, unique_key=None))  # its turns come once more
    beat = db.session.scalar(select(WorkerBeat.at).where(WorkerBeat.name == "worker"))
    if beat is not None and beat > now + SLACK:
        waits = (Job.done_at.is_(None), Job.run_after > now, Job.run_after <= beat + SLACK)
        db.session.execute(update(Job).where(*waits).values(run_after=now))


def report(job_id: int, progress: int, total: int) -> None:
    """Tell how far a long job has come. Must be called outside `writing()`."""
    with writing():
        db.session.execute(update(Job).where(Job.id == job_id).values(progress=progress, total=total))


def forget_old() -> None:
    """Delete jobs done more than a week ago."""
    with writing():
        db.session.execute(delete(Job).where(Job.done_at < utcnow() - timedelta(days=7)))
        # A job that killed its worker each time never reached the place where it is marked.
        free = or_(Job.lease.is_(None), Job.leased_until < utcnow())
        db.session.execute(
            update(Job).where(Job.done_at.is_(None), Job.attempts >= ATTEMPTS_AT_A_JOB, free).values(dead=True)
        )


def _claim(most: int = 1, lane: Lane = ANY) -> Batch | None:
    now = utcnow()
    due = (
        select(Job.id, Job.attempts)
        .where(
            Job.urgency.in_(lane),
            Job.done_at.is_(None),
            Job.dead.is_(False),
            Job.run_after <= now,
            Job.attempts < ATTEMPTS_AT_A_JOB,
            # No lease is longer: one that ends later was taken while the clock was ahead.
            or_(Job.leased_until.is_(None), Job.leased_until < now, Job.leased_until > now + LEASE + SLACK),
        )
        .order_by(Job.urgency, Job.run_after, Job.id)
    )
    return claim(due, Job.leased_until, LEASE, most)


def _run(job_id: int, lease: str) -> bool:
    mine = (Job.id == job_id, Job.lease == lease)
    found = db.session.execute(select(Job.kind, Job.argument).where(*mine, Job.leased_until > utcnow())).first()
    if found is None:  # this process slept through its lease: the job is in other hands
        return True
    kind, argument = found
    try:
        result = registry().jobs[kind].work(**argument)
    except Exception as error:
        log.exception("job %s failed", kind)
        db.session.rollback()
        with writing():
            attempts = db.session.scalar(select(Job.attempts).where(*mine)) or ATTEMPTS_AT_A_JOB
            db.session.execute(
                update(Job)
                .where(*mine)
                .values(
                    error=repr(error)[:2000],
                    lease=None,
                    leased_until=None,
                    run_after=utcnow() + timedelta(seconds=10 * 3**attempts),
                    dead=attempts >= ATTEMPTS_AT_A_JOB,
                )
            )
        return True
    db.session.rollback()
    with writing():
        kept = result if isinstance(result, dict) else None
        db.session.execute(update(Job).where(*mine).values(done_at=utcnow(), lease=None, error=None, result=kept))
    return True
