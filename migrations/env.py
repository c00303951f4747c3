"""Migrations on both databases.

With foreign keys on, SQLite's batch recreation of a table silently deletes the child rows: they are
switched off before BEGIN and checked before COMMIT. Search tables are rebuilt, not migrated. Tables that a
step down takes away are kept under another name (`kernel/shelving.py`).
"""

from __future__ import annotations

from alembic import context
from alembic.operations.ops import AddColumnOp, MigrationScript
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, DefaultClause

from kernel import mode
from kernel.db import Base, db
from kernel.shelving import SHELF_PREFIX


def include(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith(("search_", SHELF_PREFIX)))


def shape(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    """Number a new step, and give a column that may not be empty what the rows that are there get."""
    known = [script.revision for script in ScriptDirectory.from_config(context.config).walk_revisions()]
    for script in directives:
        script.rev_id = f"{max(map(int, known), default=0) + 1:04}"
        for table in script.upgrade_ops.ops:
            for step in getattr(table, "ops", ()):
                if isinstance(step, AddColumnOp) and not step.column.nullable and step.column.server_default is None:
                    step.column.server_default = DefaultClause("0" if step.column.type.python_type is not str else "")


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=include,
        transaction_per_migration=False,
        process_revision_directives=shape,
    )
    token = mode.set_writing(True)
    try:
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and (broken := raw.execute("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"foreign keys broken by the migration: {broken[:5]}")
    finally:
        mode.reset(token)
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")


def main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    engine = db.engine
    with engine.connect() as connection:
        run(connection)
        if context.config.attributes.pop("vacuum", False) and connection.dialect.name == "sqlite":
            connection.connection.dbapi_connection.execute("VACUUM")


assert current_app
main()
