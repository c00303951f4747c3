"""A table of malformed files: what is said of each, and that nothing is ever half-written.

Each file goes the whole way in the browser (choice, preview, confirmation) and through the command.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from kernel.db import Base, db
from kernel.documents.sheets import read_table
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.transaction import writing
from tests import factories
from tests.client import PageClient
from tests.site.malformed_files import boundaries, practices, programme, registrations, territories
from tests.site.malformed_files.builders import Case, endless

BOOKKEEPING = {"stored_file", "import_preview", "rate_window"}
"""Tables that an upload without consequences may fill."""


@dataclass(frozen=True)
class Importer:
    """A way in: the command, the page, the table that grows."""

    command: tuple[str, ...]
    page: str
    table: str
    fields: dict[str, str]
    confirmation: str = "/confirmation"


FORUM = "/manage/forums/prosemyu-2027"
IMPORTERS = {
    "programme": Importer(("programme", "--forum", "prosemyu-2027"), f"{FORUM}/programme/import", "slot", {}),
    "registrations": Importer(
        ("registrations", "--forum", "prosemyu-2027"),
        f"{FORUM}/registrations/import",
        "registration",
        {"consents": "y"},
        confirmation="",
    ),
    "practices": Importer(("practices",), "/manage/practices/import", "practice", {}),
    "territories": Importer(("territories",), "/manage/territories/import", "territory", {"region": ""}),
    "boundaries": Importer(
        ("boundaries", "--credit", "© Проверка"),
        "/manage/territories/boundaries",
        "territory_boundary",
        {"credit": "© Проверка"},
    ),
}
MODULES = {
    "programme": programme,
    "registrations": registrations,
    "practices": practices,
    "territories": territories,
    "boundaries": boundaries,
}
TABLE = [
    pytest.param(IMPORTERS[name], case, id=f"{name}: {case.name}")
    for name, module in MODULES.items()
    for case in module.CASES
]


@pytest.fixture
def administrator(app: Flask, sign_in: Callable[[Any], PageClient]) -> PageClient:
    with writing():
        factories.forum()
        person = factories.administrator()
    return sign_in(person)


def rows() -> dict[str, int]:
    """How many rows each table has, bookkeeping left out."""
    db.session.rollback()
    found = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name not in BOOKKEEPING
    }
    db.session.rollback()
    return found


def text_of(page: str) -> str:
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 40


@pytest.mark.parametrize(("importer", "case"), TABLE)
def test_in_the_browser(administrator: PageClient, importer: Importer, case: Case) -> None:
    before = rows()
    upload = {"file": (io.BytesIO(case.body()), case.file), **importer.fields}
    answer = administrator.submit(importer.page, upload, content_type="multipart/form-data")
    assert rows() == before
    if case.counts is None:
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
    else:
        assert answer.status_code in (302, 303), text_of(answer.get_data(as_text=True))
        page = administrator.get(answer.location).get_data(as_text=True)
        assert rows() == before
    for sentence in case.says:
        assert sentence in text_of(page)
    if case.counts is None:
        return
    confirm(administrator, answer.location, importer, case)
    after = rows()
    assert after[importer.table] - before[importer.table] == case.added
    if not case.added:
        assert after == before


def confirm(client: PageClient, preview: str, importer: Importer, case: Case) -> None:
    """Press the button; where the page offers none, send what it would have sent."""
    path, mark, query = preview.partition("?")
    address = path + importer.confirmation + (mark + query if importer.confirmation else "")
    page = client.get(preview).get_data(as_text=True)
    offered = f'action="{address}"' in unescape(page)
    assert offered is bool(case.added)
    token = client.token(preview if offered else importer.page)
    done = client.post(address, data={"csrf_token": token})
    assert done.status_code in (302, 303)


@pytest.mark.parametrize(("importer", "case"), TABLE)
def test_by_the_command(app: Flask, administrator: PageClient, tmp_path: Path, importer: Importer, case: Case) -> None:
    path = tmp_path / case.file
    path.write_bytes(case.body())
    runner, before = app.test_cli_runner(), rows()
    arguments = ["import", importer.command[0], str(path), *importer.command[1:]]
    shown = runner.invoke(args=arguments)
    assert rows() == before
    assert shown.exit_code == (1 if case.counts is None or case.counts[3] else 0), shown.output
    if case.counts is None:
        for sentence in case.says:
            assert sentence in text_of(shown.output)
    else:
        assert shown.output.splitlines()[-1] == case.summary
    done = runner.invoke(args=[*arguments, "--yes"])
    assert done.exit_code == shown.exit_code
    assert rows()[importer.table] - before[importer.table] == case.added


@pytest.mark.parametrize(
    ("name", "export", "text"),
    [
        ("programme", f"{FORUM}/programme.xlsx", "=1+1|доклад"),
        ("registrations", f"{FORUM}/registrations.xlsx", "=cmd|' /C calc'!A0 Иванова"),
        ("practices", "/manage/practices.xlsx", "=HYPERLINK(1)"),
    ],
)
def test_what_looks_like_a_formula_leaves_as_text(
    administrator: PageClient, tmp_path: Path, app: Flask, name: str, export: str, text: str
) -> None:
    bodies = {
        "programme": programme.table(programme.line(title=text)),
        "registrations": registrations.table((text, *registrations.ANNA[1:])),
        "practices": practices.table((text, *practices.CLUB[1:])),
    }
    path = tmp_path / "x.csv"
    path.write_bytes(bodies[name])
    command = IMPORTERS[name].command
    done = app.test_cli_runner().invoke(args=["import", command[0], str(path), *command[1:], "--yes"])
    assert done.exit_code == 0, done.output
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(administrator.get(export).data)).get_sheet_by_index(0)
    found = [cell for row in sheet.to_python() for cell in row if isinstance(cell, str) and text in cell]
    assert found == ["'" + text]


def test_a_sheet_of_a_million_rows_is_refused_at_once(app: Flask) -> None:
    body = endless(programme.HEAD, 1_000_000)
    start = perf_counter()
    with speaking("ru"), pytest.raises(FileRefused, match="20"):
        read_table("p.xlsx", body, {"start": ("Начало",)}, ("start",))
    assert perf_counter() - start < 3, "seconds, with room for a busy machine; reading it all takes about seven"
