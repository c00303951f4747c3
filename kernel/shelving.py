"""A step down of the migrations loses no rows: tables are put on a shelf and taken back by the step up.

Loaded by the migrations' environment, where it takes the place of Alembic's own ways to drop and create a table.
"""

from __future__ import annotations

from alembic.operations import Operations
from alembic.operations.ops import CreateTableOp, DropTableOp
from sqlalchemy import inspect

PREFIX = "shelved_"


class ShelfDiffers(RuntimeError):
    """A table on the shelf is not the one that the step makes: its rows must be looked after by hand."""


@Operations.implementation_for(DropTableOp, replace=True)
def shelve(operations: Operations, dropped: DropTableOp) -> None:
    """Rename the table; what was on the shelf under that name, from an earlier step down, is older and goes."""
    name = dropped.table_name
    if name.startswith(PREFIX):
        operations.impl.drop_table(dropped.to_table(operations.migration_context))
        return
    if _has(operations, PREFIX + name):
        operations.drop_table(PREFIX + name)
    for index in inspect(operations.get_bind()).get_indexes(name):  # the step up makes them again, by the same names
        if "duplicates_constraint" not in index:
            operations.drop_index(str(index["name"]), name)
    operations.rename_table(name, PREFIX + name)


@Operations.implementation_for(CreateTableOp, replace=True)
def take_back(operations: Operations, created: CreateTableOp) -> object:
    """Rename a table of the shelf back, or create it. Raises ShelfDiffers when it has other columns."""
    table = created.to_table(operations.migration_context)
    if not _has(operations, PREFIX + table.name):
        operations.impl.create_table(table)
        return table
    kept = {column["name"] for column in inspect(operations.get_bind()).get_columns(PREFIX + table.name)}
    if kept != {column.name for column in table.columns}:
        raise ShelfDiffers(f"{PREFIX}{table.name} has other columns than {table.name}: move its rows, then drop it")
    operations.rename_table(PREFIX + table.name, table.name)
    return table


def _has(operations: Operations, name: str) -> bool:
    return inspect(operations.get_bind()).has_table(name)
