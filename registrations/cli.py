"""`flask import registrations`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from forum.queries import forum_by_slug
from kernel import import_cli
from kernel.exporting import FILE, check_suffix, write_export
from kernel.i18n import speaking
from kernel.imports import left_out
from kernel.transaction import writing
from registrations.desk import exports, importer, operations
from registrations.desk.cells import PARTICIPANT_HEADINGS
from registrations.desk.queries import Narrowing, export_rows


@click.command("registrations")
@FILE
@click.option("--forum", "slug", required=True, help="The forum's slug.")
@with_appcontext
def export_registrations(file: Path, slug: str) -> None:
    """A forum's participants into a new XLSX or CSV file; whoever was erased is not among them."""
    suffix = check_suffix(file, ".xlsx", ".csv")
    forum = forum_by_slug(slug)
    if forum is None:
        raise click.ClickException(f"There is no forum {slug!r}.")
    with speaking("ru"):
        everybody = Narrowing()
        body = (exports.csv if suffix == ".csv" else exports.xlsx)(forum, everybody)
        write_export(file, body, len(export_rows(forum, everybody)))


@click.command("registrations")
@import_cli.FILE
@click.option("--forum", "slug", required=True, help="The forum's slug.")
@click.option("--letters", "with_letters", is_flag=True, help="Send each new participant a letter with the ticket.")
@import_cli.YES
@import_cli.DOUBTS
@import_cli.rest()
@with_appcontext
def import_registrations(file: Path, slug: str, with_letters: bool, yes: bool, sure: bool, rest: Path | None) -> None:
    """Bring participants in from an XLSX or CSV file."""
    forum = forum_by_slug(slug)
    if forum is None:
        raise click.ClickException(f"There is no forum {slug!r}.")
    with speaking("ru"):
        table = import_cli.read(file, importer.read)
        plan = importer.plan(forum, table)
        import_cli.settle(plan, sure)
        if yes:
            with writing():
                operations.carry_out(plan, forum, None, with_letters)
        import_cli.finish(plan, rest, lambda: left_out(table, PARTICIPANT_HEADINGS, plan))
