"""`flask import programme`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from accounts.settings import site
from forum.models import Forum
from forum.operations import add_forum, add_series, hold
from forum.queries import forum_by_slug, series_by_slug
from kernel import import_cli
from kernel.db import db
from kernel.documents.sheets import Table
from kernel.exporting import FILE, check_suffix, write_export
from kernel.i18n import speaking
from kernel.imports import left_out
from kernel.transaction import writing
from kernel.zones import today
from programme import operations, queries
from programme.importing import importer
from programme.importing.dates import read_date
from programme.importing.plan import ITEM_HEADINGS
from territories.queries import current


@click.command("programme")
@import_cli.FILE
@click.option("--forum", "slug", required=True, help="The forum's slug.")
@click.option("--new", "name", help="Make the forum with this name when there is none.")
@import_cli.YES
@import_cli.DOUBTS
@import_cli.rest()
@click.option("--consents-on-paper", "on_paper", is_flag=True, help="Speakers signed that their names may be shown.")
@with_appcontext
def import_programme(
    file: Path, slug: str, name: str | None, yes: bool, sure: bool, rest: Path | None, on_paper: bool
) -> None:
    """Load a programme from XLSX or CSV."""
    with speaking("ru"):
        known = forum_by_slug(slug)
        table = import_cli.read(file, lambda name, body: importer.read(name, body, known))
        with writing():
            forum = known or _new_forum(slug, name, table)
            hold(forum)
            plan = importer.plan_table(forum, table)
            import_cli.settle(plan, sure)
            waiting = 0 if on_paper else importer.undecided(forum, plan)
            if yes and plan.actions:
                operations.carry_out(plan, forum, by=None, on_paper=on_paper)
            else:
                db.session.rollback()  # a preview leaves nothing behind, not even the forum it would need
        if waiting:
            plan.notes = [*plan.notes, importer.unshown(waiting)]
        import_cli.finish(plan, rest, lambda: left_out(table, ITEM_HEADINGS, plan))


@click.command("programme")
@FILE
@click.option("--forum", "slug", required=True, help="The forum's slug.")
@with_appcontext
def export_programme(file: Path, slug: str) -> None:
    """A forum's programme into a new XLSX file."""
    check_suffix(file, ".xlsx")
    forum = forum_by_slug(slug)
    if forum is None:
        raise click.ClickException(f"There is no forum {slug!r}.")
    with speaking("ru"):
        write_export(file, importer.workbook(forum), len(queries.slots_of(forum.id)))


def _new_forum(slug: str, name: str | None, table: Table) -> Forum:
    if not name:
        raise click.ClickException(f'There is no forum «{slug}». Give --new "Название" to make it.')
    dates = [found for _n, row in table.rows if (found := read_date(row.get("date"), today().year))]
    region = current(site().region)
    if not dates or region is None:
        raise click.ClickException("The file holds no dates, so the forum cannot be made from it.")
    series = series_by_slug(slug) or add_series(by=None, name=name, slug=slug, territory_id=region.id)
    values = {
        "name": name,
        "date_start": min(dates),
        "date_end": max(dates),
        "territory_id": region.id,
        "place": region.name,
    }
    return add_forum(series, values, by=None, slug=slug)
