"""`flask import registrations`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from forum.queries import forum_by_slug
from kernel.exporting import FILE, check_suffix, write_export
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.imports import Verdict
from kernel.transaction import writing
from registrations import (
    exports,
    importer,
    letters,  # noqa: F401  (makes the kinds of letters known)
)
from registrations.queries import Narrowing, export_rows


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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--forum", "slug", required=True, help="The forum's slug.")
@click.option("--letters", "with_letters", is_flag=True, help="Send each new participant a letter with the ticket.")
@click.option("--yes", is_flag=True, help="Do it; without this only shows what would happen.")
@with_appcontext
def import_registrations(file: Path, slug: str, with_letters: bool, yes: bool) -> None:
    """Bring participants in from an XLSX or CSV file."""
    forum = forum_by_slug(slug)
    if forum is None:
        raise click.ClickException(f"There is no forum {slug!r}.")
    with speaking("ru"):
        try:
            plan = importer.plan(forum, (file.name, file.read_bytes()))
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from None
        for note in plan.notes:
            click.echo(note)
        for row in plan.rows:
            said = [*row.messages, *row.warnings]
            if row.verdict is Verdict.error or said:
                click.echo(f"{row.number}\t{row.verdict.value}\t{row.title}\t{' '.join(said)}")
        if yes:
            with writing():
                importer.carry_out(plan, forum, None, with_letters)
    click.echo(plan.summary())
    if plan.errors:
        raise SystemExit(1)
