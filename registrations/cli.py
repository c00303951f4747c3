"""`flask import registrations`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from forum.queries import forum_by_slug
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.imports import Verdict
from kernel.transaction import writing
from registrations import (
    importer,
    letters,  # noqa: F401  (makes the kinds of letters known)
)


@click.command("registrations")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--forum", "slug", required=True, help="The forum's slug.")
@click.option("--letters", "with_letters", is_flag=True, help="Send each new participant a letter with the ticket.")
@click.option("--yes", is_flag=True, help="Do it; without this only shows what would happen. Rows with errors wait.")
@click.option("--doubts", "sure", is_flag=True, help="Load the rows that raise a doubt too.")
@with_appcontext
def import_registrations(file: Path, slug: str, with_letters: bool, yes: bool, sure: bool) -> None:
    """Bring participants in from an XLSX or CSV file."""
    forum = forum_by_slug(slug)
    if forum is None:
        raise click.ClickException(f"There is no forum {slug!r}.")
    with speaking("ru"):
        try:
            plan = importer.plan(forum, (file.name, file.read_bytes()))
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from None
        if not sure:
            plan.leave_doubts()
        for note in plan.notes:
            click.echo(note)
        for row in plan.rows:
            said = [*row.messages, *row.doubts, *row.warnings]
            if row.verdict is Verdict.error or said:
                click.echo(f"{row.number}\t{row.verdict.value}\t{row.title}\t{' '.join(said)}")
        if yes:
            with writing():
                importer.carry_out(plan, forum, None, with_letters)
    click.echo(plan.summary())
    if plan.errors:
        raise SystemExit(1)
