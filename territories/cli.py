"""`flask import territories` and `flask import boundaries`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from kernel.exporting import FILE as FILE_OUT
from kernel.exporting import check_suffix, write_export
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.imports import Plan, Verdict
from kernel.transaction import writing
from territories import boundaries, importer, operations, queries
from territories.models import Level, Territory

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
SURE = click.option("--yes", is_flag=True, help="Do it; without this only a preview is shown.")
MARKS = {Verdict.create: "+", Verdict.change: "~", Verdict.error: "!", Verdict.same: "="}


@click.command("territories")
@FILE
@click.option("--region", default="", help="Take only municipalities of the region with this OKTMO.")
@SURE
@with_appcontext
def import_territories(file: Path, region: str, yes: bool) -> None:
    """Municipalities of any region from XLSX or CSV."""
    with speaking("ru"):
        known = queries.current(region) if region else None
        if region and (known is None or known.level is not Level.region):
            raise click.ClickException(f"There is no region with OKTMO {region}.")
        try:
            plan = importer.plan(importer.read(file.name, file.read_bytes()), region)
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from None
        if yes and not plan.errors:
            with writing():
                operations.carry_out(plan, by=None)
        show(plan)


@click.command("boundaries")
@FILE
@click.option("--credit", required=True, help="Who made the boundaries and on what terms; shown under every map.")
@SURE
@with_appcontext
def import_boundaries(file: Path, credit: str, yes: bool) -> None:
    """Boundaries from GeoJSON whose features have the property oktmo."""
    with speaking("ru"):
        try:
            plan = boundaries.plan(file.read_bytes(), credit)
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from None
        if yes and not plan.errors:
            drawn = boundaries.drawn(plan.actions, credit)
            with writing():
                boundaries.carry_out(plan, drawn, by=None)
        show(plan)


@click.command("territories")
@FILE_OUT
@click.option("--region", default="", help="Only municipalities of the region with this OKTMO.")
@with_appcontext
def export_territories(file: Path, region: str) -> None:
    """Municipalities into a new XLSX file."""
    check_suffix(file, ".xlsx")
    with speaking("ru"):
        statement = select(Territory).where(Territory.valid_to.is_(None))
        if region:
            known = queries.current(region)
            statement = statement.where(Territory.parent_id == (known.id if known else None))
        rows = queries.exported(statement)
        write_export(file, importer.export(rows), len(rows))


def show(plan: Plan[Any]) -> None:
    """Print verdicts that matter and the summary line; end with 1 when there are errors."""
    for note in plan.notes:
        click.echo(note)
    for row in plan.rows:
        if row.verdict is not Verdict.same or row.warnings:
            click.echo(f"{MARKS[row.verdict]} {row.number}: {row.title}")
            for message in [*row.messages, *row.warnings]:
                click.echo(f"    {message}")
    for title in plan.absent:
        click.echo(f"? нет в файле: {title}")
    click.echo(plan.summary())
    if plan.errors:
        raise SystemExit(1)
