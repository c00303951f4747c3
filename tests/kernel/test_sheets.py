from __future__ import annotations

import pytest

from kernel.documents import grids
from kernel.documents.extent import extent
from kernel.documents.sheets import read_table
from kernel.files import FileRefused
from kernel.i18n import speaking
from tests.kernel.workbooks import cell, liar, workbook
from tests.soon import soon

HEAD = f'<row r="1">{cell("A1", "Почта")}</row>'


def table(body: bytes):
    with speaking("ru"):
        return read_table("list.xlsx", body, {"email": ("Почта",)}, ("email",))


def refusal(body: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        table(body)
    return str(refused.value).replace("\N{NO-BREAK SPACE}", " ")


FAR = "На листе есть значения далеко от таблицы. Оставьте на нём только таблицу и повторите."
BROKEN = "Не удалось прочитать таблицу. Сохраните её заново в формате .xlsx и попробуйте ещё раз."


@pytest.mark.parametrize("sheet", ["worksheets/sheet1.xml", "media/image1.png"])
def test_one_value_in_the_last_cell_does_not_ask_for_half_a_terabyte(app, sheet):
    body = workbook(HEAD + f'<row r="1048576">{cell("XFD1048576", "x")}</row>', sheet=sheet)
    assert refusal(body) == FAR


@pytest.mark.parametrize("reference", ["ZZZZZZZZZ99999999999999", "A99999999999999999999", "0", "й1"])
def test_a_cell_that_cannot_be_is_refused(app, reference):
    assert refusal(workbook(HEAD + f'<row r="2">{cell(reference, "x")}</row>')) == BROKEN


def test_a_sheet_of_entities_is_refused(app):
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert refusal(workbook(f'<row r="1">{cell("A1", "&b;")}</row>', before=bomb)) == BROKEN


def test_sizes_in_the_archive_are_not_believed(app):
    assert refusal(liar()) == "В распакованном виде файл больше 100 МБ. Выберите файл поменьше."


FAR_MORE = "В этой книге гораздо больше, чем нужно таблице. Скопируйте таблицу в новую книгу и повторите."
SHARED = '<c t="s"><v>0</v></c>'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(lambda: workbook(HEAD + "<a/>" * 2_000_001), id="tags"),
        pytest.param(lambda: workbook(HEAD + "<a>" * 200 + "</a>" * 200), id="depth"),
        pytest.param(lambda: workbook("<row " + " ".join(f"a{n}=''" for n in range(200_000)) + "/>"), id="attributes"),
        pytest.param(lambda: workbook(f'<row a="{"a" * 60_000_000}"/>'), id="bytes"),
        pytest.param(
            lambda: workbook(HEAD + f"<row>{SHARED * 90}</row>" * 90, shared=f"<si><t>{'ы' * 3000}</t></si>"),
            id="one text in thousands of cells",
        ),
        pytest.param(
            lambda: workbook(HEAD, after="<mergeCells>" + "<mergeCell ref='A1:A9'/>" * 50_001 + "</mergeCells>"),
            id="merged cells",
        ),
        pytest.param(lambda: workbook(HEAD, sheets=101), id="sheets"),
    ],
)
def test_a_small_file_that_asks_for_much_is_refused(app, body):
    """Each took minutes or gigabytes; the text in thousands of cells took all the memory of the machine."""
    with soon():
        assert refusal(body()) == FAR_MORE


def test_a_hundred_sheets_that_are_one_part_are_not_read_for_long(app, monkeypatch):
    monkeypatch.setattr(grids, "SECONDS_FOR_SHEETS", 0.1)
    rows = HEAD + "".join(f'<row r="{n}">{cell(f"A{n}", "x") * 20}</row>' for n in range(2, 5000))
    assert refusal(workbook(rows, sheets=100)) == FAR_MORE


def test_a_large_table_is_read(app):
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 20_001))
    assert len(table(workbook(HEAD + rows, shared="<si><t>anna@example.org</t></si>")).rows) == 19_999


def test_a_formatted_but_empty_last_cell_is_no_harm(app):
    body = workbook(
        HEAD + f'<row r="2">{cell("A2", "anna@example.org")}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    )
    assert table(body).rows == [(2, {"email": "anna@example.org"})]


def test_cells_without_a_name_follow_each_other(app):
    unnamed = '<c t="inlineStr"><is><t>x</t></is></c>'
    assert extent(workbook(f"<row>{unnamed * 3}</row><row>{unnamed}</row>")) == 6
