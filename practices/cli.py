"""`flask import practices|organisations|documents` and `flask search`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from accounts.queries import all_organisations
from kernel import import_cli, pages
from kernel.exporting import FILE as FILE_OUT
from kernel.exporting import check_suffix, write_export
from kernel.i18n import speaking
from kernel.imports import Plan, left_out
from kernel.search import rebuild
from kernel.transaction import writing
from practices import cells, documents, exports, importer, organisations, queries

search_cli = AppGroup("search", help="The search index.")


@click.command("practices")
@import_cli.FILE
@import_cli.YES
@import_cli.DOUBTS
@import_cli.rest()
@with_appcontext
def import_practices(file: Path, yes: bool, sure: bool, rest: Path | None) -> None:
    """Practices from XLSX or CSV."""
    _run(importer, file, yes, sure, rest, cells.PRACTICE_HEADINGS)


@click.command("organisations")
@import_cli.FILE
@import_cli.YES
@import_cli.DOUBTS
@import_cli.rest()
@with_appcontext
def import_organisations(file: Path, yes: bool, sure: bool, rest: Path | None) -> None:
    """Organisations from XLSX or CSV."""
    _run(organisations, file, yes, sure, rest, organisations.ORGANISATION_HEADINGS)


@click.command("practices")
@FILE_OUT
@with_appcontext
def export_practices(file: Path) -> None:
    """Every practice into a new XLSX file."""
    check_suffix(file, ".xlsx")
    with speaking("ru"):
        write_export(file, exports.workbook(queries.practices_statement()), queries.number_of_practices())


@click.command("organisations")
@FILE_OUT
@with_appcontext
def export_organisations(file: Path) -> None:
    """Every organisation into a new XLSX file."""
    check_suffix(file, ".xlsx")
    with speaking("ru"):
        known = all_organisations()
        write_export(file, exports.organisations(known), len(known))


def _run(module: Any, file: Path, yes: bool, sure: bool, rest: Path | None, known: dict[str, tuple[str, ...]]) -> None:
    with speaking("ru"):
        table = import_cli.read(file, module.read)
        plan: Plan[object] = module.plan_rows(table)
        import_cli.settle(plan, sure)
        if yes:
            with writing():
                module.carry_out(plan, by=None)
        import_cli.finish(plan, rest, lambda: left_out(table, known, plan))


@click.command("documents")
@import_cli.FILE
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
