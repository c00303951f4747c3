"""Tables of Word documents: what is in them, and what a small file may not ask for."""

from __future__ import annotations

import io
import zipfile

import pytest

from kernel.documents.grids import Span
from kernel.documents.papers import is_paper, tables_of
from kernel.files import FileRefused
from kernel.i18n import speaking
from tests.soon import soon

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paper(content: str, before: str = "", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        text = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{W}"><w:body>{content}</w:body></w:document>'
        archive.writestr("word/document.xml", text)
    return buffer.getvalue()


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(content: str, marks: str = "") -> str:
    return f"<w:tc><w:tcPr>{marks}</w:tcPr>{content}</w:tc>"


def tr(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


DOWN, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
WIDE = '<w:gridSpan w:val="2"/>'


def test_rows_cells_merged_both_ways_and_the_paragraphs_above(app):
    body = paper(
        p("Программа")
        + p("")
        + tbl(
            tr(tc(p("Секция"), WIDE), tc(p("Зал"))),
            tr(tc(p("День"), DOWN), tc(p("10:00")), tc(p("Один") + p("Иванов"))),
            tr(tc(p(""), ON), tc(p("11:00")), tc("<w:p><w:r><w:t>Два</w:t><w:br/><w:t>Петров</w:t></w:r></w:p>")),
        )
        + p("Ниже")
        + tbl(tr(tc(p("Вторая"))))
    )
    first, second = tables_of(body)
    assert first.rows == [["Секция", "", "Зал"], ["День", "10:00", "Один\nИванов"], ["", "11:00", "Два\nПетров"]]
    assert sorted(first.merged) == [Span(0, 0, 0, 1), Span(1, 0, 2, 0)]
    assert (first.titles, second.titles, second.rows) == (["Программа"], ["Ниже"], [["Вторая"]])


def test_a_table_in_a_cell_is_lines_of_the_cell(app):
    body = paper(tbl(tr(tc(p("Над") + tbl(tr(tc(p("а")), tc(p("б"))), tr(tc(p("в")))) + p("Под")), tc(p("Рядом")))))
    assert [sheet.rows for sheet in tables_of(body)] == [[["Над\nа б\nв\nПод", "Рядом"]]]


def test_what_was_struck_out_or_doubled_is_not_read(app):
    shown = "<w:r><w:t>видно</w:t></w:r>"
    gone = "<w:del><w:r><w:delText>нет</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>нет</w:t></w:r></w:moveFrom>"
    again = "<w:Fallback><w:r><w:t>нет</w:t></w:r></w:Fallback>"
    assert tables_of(paper(tbl(tr(tc(f"<w:p>{gone}{shown}{again}</w:p>")))))[0].rows == [["видно"]]


def test_a_document_without_tables_is_its_lines(app):
    assert tables_of(paper(p("Раз") + p("Два")))[0].rows == [["Раз"], ["Два"]]


def test_what_is_a_paper(app):
    assert is_paper(paper(""))
    assert not is_paper(b"PK nothing")


MUCH = "В этом документе гораздо больше, чем нужно таблице. Скопируйте таблицу в новый документ и повторите."
BROKEN = "Не удалось прочитать документ. Сохраните его заново в формате .docx и попробуйте ещё раз."


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(lambda: paper("<w:a/>" * 2_000_001), MUCH, id="tags"),
        pytest.param(lambda: paper("<w:tbl><w:tr><w:tc>" * 40), MUCH, id="tables in tables"),
        pytest.param(lambda: paper(tbl(*[tr(tc(p("")))] * 20_001)), MUCH, id="rows"),
        pytest.param(lambda: paper("<w:p a='" + "a" * 2_000_000 + "'/>"), MUCH, id="a long tag"),
        pytest.param(lambda: paper(p("a" * 60_000_001)), MUCH, id="bytes"),
        pytest.param(
            lambda: paper(p("&b;"), before='<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'),
            BROKEN,
            id="entities",
        ),
        pytest.param(lambda: paper("<w:p>"), BROKEN, id="unclosed"),
        pytest.param(
            lambda: paper("", compression=zipfile.ZIP_LZMA),
            "Файл повреждён и не открывается. Сохраните его заново и попробуйте ещё раз.",
            id="lzma",
        ),
    ],
)
def test_a_small_file_that_asks_for_much_is_refused(app, body, says):
    with soon():
        with speaking("ru"), pytest.raises(FileRefused) as refused:
            tables_of(body())
        assert str(refused.value).replace("\N{NO-BREAK SPACE}", " ") == says


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(tbl(tr(*[tc(p("а"), '<w:gridSpan w:val="99999"/>')] * 1000)), id="wide cells"),
        pytest.param(tbl(tr(tc("<w:p>" + "<w:r><w:t>а</w:t></w:r>" * 300_000 + "</w:p>"))), id="runs"),
        pytest.param(tbl(*[tr(*[tc(p(""), ON)] * 90)] * 2000), id="merged downwards"),
    ],
)
def test_odd_documents_are_read_soon(app, content):
    with soon():
        assert max(len(row) for sheet in tables_of(paper(content)) for row in sheet.rows) <= 100
