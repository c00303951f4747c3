"""One waiting row taken by one worker: jobs and letters are claimed the same way on both databases."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Select, update

from kernel.db import db, dialect
from kernel.transaction import writing


def claim(model: type[Any], due: Select[int], **values: Any) -> tuple[int, str] | None:
    """Take the first id that `due` gives: set a new `lease`, `values`, and one more of `attempts`.

    Returns the id and the lease, which whoever finishes the work must still hold; None when nothing waits.
    """
    due = due.limit(1)
    if db.session.scalar(due) is None:  # an idle worker must not take the write lock
        db.session.rollback()
        return None
    lease = secrets.token_hex(12)
    with writing():
        if dialect() == "postgresql":
            due = due.with_for_update(skip_locked=True)
        claimed = db.session.scalar(
            update(model)
            .where(model.id == due.scalar_subquery())
            .values(lease=lease, attempts=model.attempts + 1, **values)
            .returning(model.id)
            .execution_options(synchronize_session=False)
        )
    return (claimed, lease) if claimed else None
