"""`flask import practices|organisations|documents` and `flask search`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from accounts.queries import all_organisations
from kernel import pages
from kernel.db import db
from kernel.exporting import FILE as FILE_OUT
from kernel.exporting import check_suffix, write_export
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.imports import Plan, Verdict
from kernel.search import rebuild
from kernel.transaction import writing
from practices import documents, exports, importer, organisations
from practices.models import Practice

search_cli = AppGroup("search", help="The search index.")
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
SURE = click.option("--yes", is_flag=True, help="Carry it out; without it only shows what would happen.")
MARKS = {Verdict.create: "+", Verdict.change: "~", Verdict.same: "=", Verdict.error: "!"}


@click.command("practices")
@FILE
@SURE
@with_appcontext
def import_practices(file: Path, yes: bool) -> None:
    """Practices from XLSX or CSV."""
    _run(importer, file, yes)


@click.command("organisations")
@FILE
@SURE
@with_appcontext
def import_organisations(file: Path, yes: bool) -> None:
    """Organisations from XLSX or CSV."""
    _run(organisations, file, yes)


@click.command("practices")
@FILE_OUT
@with_appcontext
def export_practices(file: Path) -> None:
    """Every practice into a new XLSX file."""
    check_suffix(file, ".xlsx")
    with speaking("ru"):
        count = db.session.scalar(select(func.count()).select_from(Practice)) or 0
        write_export(file, exports.workbook(select(Practice)), count)


@click.command("organisations")
@FILE_OUT
@with_appcontext
def export_organisations(file: Path) -> None:
    """Every organisation into a new XLSX file."""
    check_suffix(file, ".xlsx")
    with speaking("ru"):
        known = all_organisations()
        write_export(file, exports.organisations(known), len(known))


def _run(module: Any, file: Path, yes: bool) -> None:
    try:
        plan: Plan[Any] = module.plan(file.name, file.read_bytes())
    except FileRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    for note in plan.notes:
        click.echo(note)
    for row in plan.rows:
        if row.verdict is not Verdict.same:
            click.echo(
                f"{MARKS[row.verdict]} {row.number}: {row.title} {'; '.join(row.messages + row.warnings)}".rstrip()
            )
    for name in plan.absent:
        click.echo(f"- not in the file: {name}")
    if yes and not plan.errors:
        with writing():
            module.carry_out(plan, by=None)
    click.echo(plan.summary())
    if plan.errors:
        raise SystemExit(1)


@click.command("documents")
@FILE
@with_appcontext
def import_documents(file: Path) -> None:
    """Sample documents in Markdown, listed in a CSV beside them."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with writing():
        added = documents.load_documents(rows, file.parent)
    click.echo(f"created {added}, changed 0, skipped {len(rows) - added}, errors 0")


@search_cli.command("rebuild")
@click.option("--if-needed", is_flag=True, help="Only where there is no index yet, or one of an earlier release.")
def rebuild_index(if_needed: bool) -> None:
    """Make the index anew."""
    with writing():
        counts = rebuild(if_needed=if_needed)
        pages.bump("catalogue")
    for kind, number in counts.items():
        click.echo(f"{kind}: {number}")
