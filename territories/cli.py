"""`flask import territories` and `flask import boundaries`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from kernel import import_cli
from kernel.exporting import FILE as FILE_OUT
from kernel.exporting import check_suffix, write_export
from kernel.i18n import speaking
from kernel.imports import left_out
from kernel.transaction import writing
from territories import importer, operations, queries
from territories.cells import TERRITORY_HEADINGS
from territories.map import boundaries
from territories.models import Level


@click.command("territories")
@import_cli.FILE
@click.option("--region", default="", help="Take only municipalities of the region with this OKTMO.")
@import_cli.YES
@import_cli.DOUBTS
@import_cli.rest()
@with_appcontext
def import_territories(file: Path, region: str, yes: bool, sure: bool, rest: Path | None) -> None:
    """Municipalities of any region from XLSX or CSV."""
    with speaking("ru"):
        known = queries.current(region) if region else None
        if region and (known is None or known.level is not Level.region):
            raise click.ClickException(f"There is no region with OKTMO {region}.")
        table = import_cli.read(file, importer.read)
        plan = importer.plan(table, region)
        import_cli.settle(plan, sure)
        if yes:
            with writing():
                operations.carry_out(plan, by=None)
        import_cli.finish(plan, rest, lambda: left_out(table, TERRITORY_HEADINGS, plan))


@click.command("boundaries")
@import_cli.FILE
@click.option("--credit", required=True, help="Who made the boundaries and on what terms; shown under every map.")
@import_cli.YES
@import_cli.DOUBTS
@import_cli.rest(".geojson")
@with_appcontext
def import_boundaries(file: Path, credit: str, yes: bool, sure: bool, rest: Path | None) -> None:
    """Boundaries from GeoJSON whose features have the property oktmo."""
    with speaking("ru"):
        body, plan = import_cli.read(file, lambda _name, body: (body, boundaries.plan(body, credit)))
        import_cli.settle(plan, sure)
        if yes:
            drawn = boundaries.drawn(plan.actions, credit)
            with writing():
                boundaries.carry_out(plan, drawn, by=None)
        import_cli.finish(plan, rest, lambda: boundaries.left_out(body, plan))


@click.command("territories")
@FILE_OUT
@click.option("--region", default="", help="Only municipalities of the region with this OKTMO.")
@with_appcontext
def export_territories(file: Path, region: str) -> None:
    """Municipalities into a new XLSX file."""
    check_suffix(file, ".xlsx")
    with speaking("ru"):
        rows = queries.exported(queries.in_force_statement(region))
        write_export(file, importer.export(rows), len(rows))
