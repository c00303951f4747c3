from __future__ import annotations

import csv
import io

import docx
import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.documents.word import literal, to_docx
from kernel.files import check_archive
from kernel.transaction import writing
from practices.documents import load_documents
from practices.models import SampleDocument
from tests.practices.conftest import DEMO

TEXT = """# Приказ о службе

**ПРИКАЗ**

В соответствии с законом и уставом учреждения, в целях оказания помощи на дому семьям с детьми до трёх лет

1. Создать службу.
2. Утвердить:
   1. положение;
   2. форму **программы**.
3. Назначить.
"""


def test_the_official_layout():
    made = docx.Document(io.BytesIO(to_docx(TEXT, "Приказ")))
    section = made.sections[0]
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert [round(margin.mm) for margin in margins] == [20, 10, 20, 20]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (made.styles["Normal"].font.name, made.styles["Normal"].font.size.pt) == ("Times New Roman", 14)
    assert section.different_first_page_header_footer is True
    assert "PAGE" in section.header.paragraphs[0]._p.xml


def test_numbers_are_kept_as_text():
    made = docx.Document(io.BytesIO(to_docx(TEXT, "Приказ")))
    lines = [paragraph.text for paragraph in made.paragraphs]
    assert lines[0] == "ПРИКАЗ"
    assert lines[2:] == [
        "1. Создать службу.",
        "2. Утвердить:",
        "2.1. положение;",
        "2.2. форму программы.",
        "3. Назначить.",
    ]


def test_short_sentences_are_set_like_long_ones_and_lines_for_signatures_are_not():
    made = docx.Document(io.BytesIO(to_docx("1.1. Помощь бесплатна.\n\n____  «__» ____ 20__ г.", "Приказ")))
    indents = [paragraph.paragraph_format.first_line_indent for paragraph in made.paragraphs]
    assert [indent is not None for indent in indents] == [True, False]


def paragraphs(markdown: str) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(to_docx(markdown, "Приказ"))).paragraphs]


def test_places_to_be_filled_in_stay_as_they_are():
    text = "________\n(должность)\n\n__ «__» ____ 20__ г. _Подпись_ ____\n\n1. Назначить ____ (кого)."
    assert paragraphs(text) == [
        "________",
        "(должность)",
        "__ «__» ____ 20__ г. _Подпись_ ____",
        "1. Назначить ____ (кого).",
    ]


def test_a_list_goes_on_by_its_own_numbers_and_marks_within_marks_are_read():
    made = docx.Document(io.BytesIO(to_docx("3. **Раз *и* два**\n\nТекст\n\n4. Четыре\n   - а\n     1. б", "Приказ")))
    assert [one.text for one in made.paragraphs] == ["3. Раз и два", "Текст", "4. Четыре", "– а", "4.1. б"]
    assert [(run.text, run.bold, run.italic) for run in made.paragraphs[0].runs] == [
        ("3. ", None, None),
        ("Раз ", True, None),
        ("и", True, True),
        (" два", True, None),
    ]


def test_a_paper_has_one_title():
    made = docx.Document(io.BytesIO(to_docx("# Имя\n\n**ПРИКАЗ**\n\nТекст\n\n**ПРИКАЗЫВАЮ:**\n\n**ПРИКАЗ**", "Приказ")))
    assert [(one.text, one.style.name) for one in made.paragraphs] == [
        ("ПРИКАЗ", "Heading 1"),
        ("Текст", "Normal"),
        ("ПРИКАЗЫВАЮ:", "Normal"),
        ("ПРИКАЗ", "Normal"),
    ]


TYPED = (
    "1. Раз", "2) два", "# Три", "- четыре", "+ пять", "* шесть", "> семь", "    восемь", "---", "***", "____", "===",
    "| а | б |", "| --- | --- |", ":--", "**жирно**", "_так_ и __так__", "`код`", "~~нет~~", "[а](http://foreign.test)",
    "![а](http://foreign.test)", "<http://foreign.test>", "<b>", "&amp; &#42;", "\\", "\\|", "конец\\", "а\\*б",
    "[а]: http://x.test", "(всё)", "а|б",
)  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_what_was_typed_stands_as_it_is_wherever_it_stands(typed):
    """One door: `literal`. In a line, a heading, a list, bold, the text of a link and cells."""
    kept, text = literal(typed), typed.strip()
    paper = [
        kept,
        f"## {kept}",
        f"- {kept}",
        f"**{kept}**",
        f"[{kept}](https://own.test)",
        f"| {kept} | б |\n| --- | --- |\n| {kept} | [{kept}](https://own.test) |",
    ]
    made = docx.Document(io.BytesIO(to_docx("\n\n".join(paper), "Приказ")))
    assert [one.text for one in made.paragraphs] == [text, text, f"– {text}", text, text]
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [[text, "б"], [text, text]]
    assert [link.address for one in made.paragraphs for link in one.hyperlinks] == ["https://own.test"]


def test_every_sample_of_the_demo_opens(catalogue):
    with (DEMO / "sample_documents.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with writing():
        assert load_documents(rows, DEMO) == 7
    with writing():
        assert load_documents(rows, DEMO) == 0
    assert len(db.session.scalars(select(SampleDocument)).all()) == 7
    for row in rows:
        check_archive(to_docx((DEMO / row["file"]).read_text(encoding="utf-8"), row["title"]), "word/document.xml")
