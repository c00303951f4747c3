from __future__ import annotations

import csv
import io

import docx
from sqlalchemy import select

from kernel.db import db
from kernel.documents.word import to_docx
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
