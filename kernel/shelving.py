"""A step down of the migrations loses nothing: tables and columns are put on a shelf and taken back by the step up.

Loaded by the migrations' environment, where it takes the place of Alembic's own ways to drop and create a table.
A step that drops columns calls `shelve_columns` before, and `take_back_columns` after it has added them again.
"""

from __future__ import annotations

from alembic import op
from alembic.operations import Operations
from alembic.operations.ops import CreateTableOp, DropTableOp
from sqlalchemy import inspect

SHELF_PREFIX = "shelved_"


class ShelfDiffers(RuntimeError):
    """A table on the shelf is not the one that the step makes: its rows must be looked after by hand."""


@Operations.implementation_for(DropTableOp, replace=True)
def shelve(operations: Operations, dropped: DropTableOp) -> None:
    """Rename the table; what was on the shelf under that name, from an earlier step down, is older and goes."""
    name = dropped.table_name
    if name.startswith(SHELF_PREFIX):
        operations.impl.drop_table(dropped.to_table(operations.migration_context))
        return
    if _has(operations, SHELF_PREFIX + name):
        operations.drop_table(SHELF_PREFIX + name)
    for index in inspect(operations.get_bind()).get_indexes(name):  # the step up makes them again, by the same names
        if "duplicates_constraint" not in index:
            operations.drop_index(str(index["name"]), name)
    operations.rename_table(name, SHELF_PREFIX + name)


@Operations.implementation_for(CreateTableOp, replace=True)
def take_back(operations: Operations, created: CreateTableOp) -> object:
    """Rename a table of the shelf back, or create it. Raises ShelfDiffers when it has other columns."""
    table = created.to_table(operations.migration_context)
    if not _has(operations, SHELF_PREFIX + table.name):
        operations.impl.create_table(table)
        return table
    kept = {column["name"] for column in inspect(operations.get_bind()).get_columns(SHELF_PREFIX + table.name)}
    if kept != {column.name for column in table.columns}:
        raise ShelfDiffers(
            f"{SHELF_PREFIX}{table.name} has other columns than {table.name}: move its rows, then drop it"
        )
    operations.rename_table(SHELF_PREFIX + table.name, table.name)
    return table


def shelf_of(table: str, revision: str) -> str:
    """The name under which a step keeps columns of a table, each row by its id."""
    return f"{SHELF_PREFIX}{table}__{revision}"


def has_shelf(table: str, revision: str) -> bool:
    return inspect(op.get_bind()).has_table(shelf_of(table, revision))


def shelve_columns(revision: str, table: str, *columns: str) -> None:
    """Copy the columns of every row onto the shelf of this step."""
    drop_shelf(revision, table)
    op.execute(f"CREATE TABLE {shelf_of(table, revision)} AS SELECT {', '.join(('id', *columns))} FROM {table}")


def take_back_columns(revision: str, table: str, *columns: str) -> None:
    """Bring the columns back into rows that are still there, over what the step has set; then the shelf goes."""
    if not has_shelf(table, revision):
        return
    values = ", ".join(f"{column} = kept.{column}" for column in columns)
    op.execute(f"UPDATE {table} SET {values} FROM {shelf_of(table, revision)} AS kept WHERE kept.id = {table}.id")
    drop_shelf(revision, table)


def drop_shelf(revision: str, table: str) -> None:
    if has_shelf(table, revision):
        op.drop_table(shelf_of(table, revision))


def _has(operations: Operations, name: str) -> bool:
    return inspect(operations.get_bind()).has_table(name)
