"""From one key to another: `flask secrets rekey` moves every secret, batch by batch, while the site works.

The manifest of a feature that keeps hashes of secrets names them as `Stored`; where secrets are only compared, as
`Compared`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, RowMapping, bindparam, delete, func, or_, select, update

from kernel.db import db, inserting
from kernel.feature import registry
from kernel.keys import current_id
from kernel.secrets import FormerSecret, Secret, every_token, token_hash
from kernel.transaction import write

ROWS_REKEYED_AT_ONCE = 200


class Stored(NamedTuple):
    """A model with `id`, `uuid` and `key_id`, and the secrets it keeps hashes of."""

    model: Any
    secrets: tuple[Secret, ...]
    tell: Callable[[Sequence[int]], int]
    """Queue letters with the new links to those of the rows (ids) who still need one; returns how many."""


class Compared(NamedTuple):
    """Secrets of which no hash is kept."""

    purpose: str
    open: Callable[[], Iterable[tuple[str, int]]]
    """(uuid, generation) of those that are waiting to be used."""
    tell: Callable[[], int]


class Moved(NamedTuple):
    rows: int = 0
    letters: int = 0


def _stored() -> list[Stored]:
    return [one for one in registry().secrets if isinstance(one, Stored)]


def _compared() -> list[Compared]:
    return [one for one in registry().secrets if isinstance(one, Compared)]


def standing() -> dict[str, int]:
    """How many rows remember which key: id → number."""
    found: dict[str, int] = {}
    for one in _stored():
        column = one.model.key_id
        for key, number in db.session.execute(select(column, func.count()).group_by(column)):
            found[key] = found.get(key, 0) + number
    return found


def rekey() -> Moved:
    """Make every secret anew by the key in force; those given out keep working. May be ended and begun again."""
    write(_keep_compared)
    return _each(lambda one, after: _batch(one, after, keep=True))


def revoke() -> Moved:
    """Make useless what other keys made and send new links to those who need one. May be ended and begun again."""
    moved = _each(lambda one, after: _batch(one, after, keep=False))
    for one in _compared():
        moved = Moved(moved.rows, moved.letters + write(lambda one=one: _renew(one)))  # type: ignore[misc]
    write(lambda: db.session.execute(delete(FormerSecret)))
    return moved


def _each(step: Callable[[Stored, int], tuple[int, Moved]]) -> Moved:
    rows = letters = 0
    for one in _stored():
        last = 0
        while True:
            last, moved = write(lambda one=one, last=last: step(one, last))  # type: ignore[misc]
            rows, letters = rows + moved.rows, letters + moved.letters
            if not last:
                break
    return Moved(rows, letters)


def _keep_compared() -> None:
    held = [
        {"hash": token_hash(text), "purpose": one.purpose, "uuid": uuid, "generation": generation}
        for one in _compared()
        for uuid, generation in one.open()
        for text in every_token(one.purpose, uuid, generation)[1:]
    ]
    _keep(held)


def _keep(held: list[dict[str, object]]) -> None:
    if held:
        table = FormerSecret.__table__
        db.session.connection().execute(inserting(table).on_conflict_do_nothing(index_elements=[table.c.hash]), held)


def _batch(one: Stored, after: int, *, keep: bool) -> tuple[int, Moved]:
    """The next rows after id `after` made by another key. Returns the last id (0: there are none) and what was done.

    The rows are locked first: whoever renews one of their secrets meanwhile waits (`lock_key`).
    """
    table, now = one.model.__table__, current_id()
    names = dict.fromkeys(name for secret in one.secrets for name in (secret.generation, secret.hash))
    columns = [table.c[name] for name in names]
    other: ColumnElement[bool] = table.c.key_id != now
    if not keep:
        purposes = [secret.purpose for secret in one.secrets]
        other = or_(other, table.c.uuid.in_(select(FormerSecret.uuid).where(FormerSecret.purpose.in_(purposes))))
    found = db.session.execute(
        select(table.c.id, table.c.uuid, *columns)
        .where(table.c.id > after, other)
        .order_by(table.c.id)
        .limit(ROWS_REKEYED_AT_ONCE)
        .with_for_update()
    ).mappings()
    rows = found.all()
    if not rows:
        return 0, Moved()
    if keep:
        _keep([_former(secret, row) for row in rows for secret in one.secrets])
    else:
        db.session.execute(delete(FormerSecret).where(FormerSecret.uuid.in_([row["uuid"] for row in rows])))
    new = [
        {"row": row["id"]}
        | {f"new_{secret.hash}": secret.hash_of(row["uuid"], row[secret.generation]) for secret in one.secrets}
        for row in rows
    ]
    hashes: dict[str, BindParameter[str]] = {secret.hash: bindparam(f"new_{secret.hash}") for secret in one.secrets}
    db.session.connection().execute(
        update(table).where(table.c.id == bindparam("row")).values(key_id=now, **hashes), new
    )
    letters = 0 if keep else one.tell([row["id"] for row in rows])
    return rows[-1]["id"], Moved(len(rows), letters)


def _former(secret: Secret, row: RowMapping) -> dict[str, object]:
    return {
        "hash": row[secret.hash],
        "purpose": secret.kept_as,
        "uuid": row["uuid"],
        "generation": row[secret.generation],
    }


def _renew(one: Compared) -> int:
    db.session.execute(delete(FormerSecret).where(FormerSecret.purpose == one.purpose))
    return one.tell()
