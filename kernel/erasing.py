"""Erasing a person for good: shelves of the migrations, import files, and what databases keep of deleted rows.

SQLite runs with `secure_delete`: what is deleted is overwritten. Its log of changes still holds earlier pages until
they are all in the main file, so a job empties it afterwards. PostgreSQL's own cleaning takes dead rows away.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ColumnElement, MetaData, String, Table, cast, delete, false, inspect, or_

from kernel.db import db, dialect
from kernel.jobs import enqueue

if TYPE_CHECKING:
    import sqlite3

SHELVED = "shelved_"
"""How tables begin that a step down of the migrations put away (`kernel.shelving`)."""
WIPE = "wipe-traces"


def sweep_shelves(table: str, ids: Collection[int], words: Iterable[str]) -> int:
    """Delete rows of the shelves that are copies of rows `ids` of `table`, point at them, or say one of `words`.

    A text says a word when it is the word, and JSON when one of its texts is: what merely holds it is somebody else's.
    """
    connection, swept = db.session.connection(), 0
    wanted = [word for word in words if word]
    for name in inspect(connection).get_table_names():
        if not name.startswith(SHELVED):
            continue
        shelf = Table(name, MetaData(), autoload_with=connection)
        conditions = [_says(column, word) for column in shelf.columns for word in wanted if _is_text(column)]
        if name.removeprefix(SHELVED).partition("__")[0] == table and "id" in shelf.columns:
            conditions.append(shelf.c.id.in_(ids))
        if f"{table}_id" in shelf.columns:
            conditions.append(shelf.c[f"{table}_id"].in_(ids))
        if {"subject_type", "subject_id"} <= set(shelf.columns.keys()):
            conditions.append((shelf.c.subject_type == table) & shelf.c.subject_id.in_(ids))
        swept += db.session.execute(delete(shelf).where(or_(false(), *conditions))).rowcount  # type: ignore[attr-defined]
    return swept


def _is_text(column: ColumnElement[object]) -> bool:
    return isinstance(column.type, String | JSON)


def _says(column: ColumnElement[object], word: str) -> ColumnElement[bool]:
    """Text as it stands, JSON as databases keep it: letters other than Latin ones by their codes, or not."""
    text = cast(column, String)
    if isinstance(column.type, JSON):
        forms = {json.dumps(word), json.dumps(word, ensure_ascii=False)}
        return or_(*(text.contains(form, autoescape=True) for form in sorted(forms)))
    return text == word


def wipe_later() -> None:
    """Call inside the transaction that erases: the worker takes the last traces away after it."""
    enqueue(WIPE)


class StillRead(RuntimeError):
    """Somebody reads a state of the database from before; the job tries again."""


def wipe() -> None:
    """Empty SQLite's log, which holds pages as they were."""
    db.session.rollback()
    if dialect() != "sqlite":
        return
    connection = db.engine.raw_connection()
    try:
        driver: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
        driver.execute("PRAGMA busy_timeout=500")  # sign-ups wait meanwhile
        busy, _frames, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute("PRAGMA busy_timeout=20000")
    finally:
        connection.close()
    if busy:
        raise StillRead()
