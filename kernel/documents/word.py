"""Papers written in Markdown, made into .docx of the official layout (ГОСТ Р 7.0.97-2025).

Times-like 14 pt, margins 20/10/20/20 mm left/right/top/bottom, page number top centre from page 2. Headings, nested
lists, tables, links, emphasis by asterisks; `---` ends a page; each line is a paragraph, and a line of underscores is
one to be filled in. The first line that is bold throughout and in capitals is the paper's title.
Whatever was typed by people goes through `literal` and is nothing of the kind.
"""

from __future__ import annotations

import io
import re
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from kernel.db import utcnow
from kernel.text import one_line, printable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.table import Table
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.tree import SyntaxTreeNode

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE_TAGS = {"ru": "ru-RU", "en": "en-GB"}
FACE = "Times New Roman"
TEXT_WIDTH = 180
"""Millimetres between the margins."""
BLANK = "_"
"""What stands where something is to be filled in: it neither emphasises nor rules a line."""
_SENTENCE = re.compile(r"(?<!\bг)[.;:]$")
"""How running text ends, however short; «20__ г.» is the end of a line for a signature."""
_ESCAPED = str.maketrans({mark: "\\" + mark for mark in string.punctuation})


def literal(text: str) -> str:
    """What people typed, to stand in a paper as it is: one line without any meaning for Markdown."""
    return one_line(text).translate(_ESCAPED)


class Piece(NamedTuple):
    """Text of one look within a line."""

    text: str
    bold: bool = False
    italic: bool = False
    address: str = ""


Line = list[Piece]


def to_docx(markdown: str, title: str, language: str = "ru-RU") -> bytes:
    """A .docx of the text. The first heading names the document; it is printed unless the text has its own in bold."""
    import docx  # noqa: PLC0415  (only making a document needs it)
    from docx.shared import Mm, Pt  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.title = one_line(title)[:255]
    document.core_properties.language = language
    _properties(document, language)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(20), Mm(10)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    normal = document.styles["Normal"]
    _face(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.15
    _page_numbers(section)
    _write(document, _parsed(printable(markdown)))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _parsed(markdown: str) -> SyntaxTreeNode:
    from markdown_it import MarkdownIt  # noqa: PLC0415  (as above)
    from markdown_it.rules_block import hr  # noqa: PLC0415
    from markdown_it.rules_inline.emphasis import tokenize  # noqa: PLC0415
    from markdown_it.tree import SyntaxTreeNode  # noqa: PLC0415

    def rule(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        return state.src[state.bMarks[line] + state.tShift[line]] != BLANK and hr(state, line, end, silent)

    def emphasis(state: StateInline, silent: bool) -> bool:
        return state.src[state.pos] != BLANK and tokenize(state, silent)

    parser = MarkdownIt("zero").enable(["heading", "list", "table", "hr", "emphasis", "link", "escape", "newline"])
    parser.block.ruler.at("hr", rule, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.inline.ruler.at("emphasis", emphasis)
    return SyntaxTreeNode(parser.parse(markdown))


def _lines(block: SyntaxTreeNode) -> list[Line]:
    """The lines of a heading, a paragraph or a cell."""
    lines: list[Line] = [[]]
    look = {"em": False, "strong": False}
    address = ""
    for token in block.children[0].to_tokens()[0].children or () if block.children else ():
        kind, _under, _end = token.type.partition("_")
        if kind in ("softbreak", "hardbreak"):
            lines.append([])
        elif kind == "link":
            address = str(token.attrs.get("href", ""))
        elif kind in look:
            look[kind] = token.nesting > 0
        elif token.content:
            lines[-1].append(Piece(token.content, look["strong"], look["em"], address))
    return lines


def _plain(line: Line) -> str:
    return "".join(piece.text for piece in line)


def _is_bold(line: Line) -> bool:
    return bool(line) and all(piece.bold for piece in line)


def _is_title(line: Line) -> bool:
    return _is_bold(line) and _plain(line).isupper()


def _properties(document: Document, language: str) -> None:
    """The paper's own language and day in place of those of the library's template, whose picture goes too."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    about = document.core_properties
    about.author, about.comments = "", ""
    about.created = about.modified = utcnow().replace(tzinfo=None)
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), language)
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        relations.pop(key)


def _face(style: ParagraphStyle, size: int) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    style.font.name = FACE
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FACE)
    for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _page_numbers(section: Section) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    section.different_first_page_header_footer = True
    section.header_distance = Mm(10)
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)


def _write(document: object, paper: SyntaxTreeNode) -> None:
    paragraphs = [block for block in paper.children if block.type == "paragraph"]
    titles = [line for block in paragraphs for line in _lines(block) if _is_title(line)][:1]
    blocks = [block for block in paper.children if not titles or block.tag != "h1"]
    for block in blocks:
        _block(document, block, titles)


def _block(document: Document, block: SyntaxTreeNode, titles: list[Line]) -> None:
    """Write it. `titles` holds the paper's title until that is written."""
    if block.type == "heading":
        _heading(document, _lines(block)[0], int(block.tag[1:]))
    elif block.type in ("ordered_list", "bullet_list"):
        _list(document, block, ())
    elif block.type == "table":
        rows = [row for part in block.children for row in part.children]
        _table(document, [[_lines(cell)[0] for cell in row.children] for row in rows])
    elif block.type == "hr":
        document.add_page_break()
    else:
        for line in _lines(block):
            if line in titles:
                titles.clear()
                _heading(document, line, 1)
            else:
                _paragraph(document, line)


def _list(document: object, block: SyntaxTreeNode, above: tuple[int, ...]) -> None:
    """Numbers of nested lists as plain text («2.1.»), which survives copying into any word processor."""
    is_ordered = block.type == "ordered_list"
    for number, item in enumerate(block.children, int(block.attrs.get("start", 1))):
        numbers = (*above, number) if is_ordered else above
        mark = ".".join(map(str, numbers)) + ". " if is_ordered else "– "
        for part in item.children:
            if part.type in ("ordered_list", "bullet_list"):
                _list(document, part, numbers)
            elif part.type == "paragraph":
                for line in _lines(part):
                    _paragraph(document, [Piece(mark), *line] if mark else line, body=True)
                    mark = ""
            else:
                _block(document, part, [])


def _heading(document: Document, line: Line, depth: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = document.add_heading(level=min(depth, 3))
    _face(paragraph.style, 14)
    paragraph.style.font.bold = True
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(12)
    paragraph.paragraph_format.space_after = Pt(6)
    paragraph.paragraph_format.keep_with_next = True
    _runs(paragraph, line)


def _table(document: Document, rows: Sequence[Sequence[Line]]) -> None:
    """Ruled, 12 pt, its head repeated on each page; a row is never torn in two."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for number, cells in enumerate(rows):
        row = table.add_row()
        marks = row._tr.get_or_add_trPr()
        marks.append(OxmlElement("w:cantSplit"))
        if not number:
            marks.append(OxmlElement("w:tblHeader"))
        for cell, line in zip(row.cells, cells, strict=True):
            for run in _runs(cell.paragraphs[0], line):
                run.font.size = Pt(12)
                run.bold = True if not number else run.bold
    _widths(table, rows)


def _widths(table: Table, rows: Sequence[Sequence[Line]]) -> None:
    """Columns by what they hold: the longest word must fit, the rest goes by the amount of text."""
    from docx.shared import Mm  # noqa: PLC0415

    plain = [[_plain(cell) for cell in row] for row in rows]
    columns = list(zip(*plain, strict=True))
    least = [2.2 * max(len(word) for cell in column for word in (cell.split() or [""])) + 5 for column in columns]
    weights = [sum(map(len, column)) for column in columns]
    left = max(0.0, TEXT_WIDTH - sum(least))
    shares = [low + left * weight / (sum(weights) or 1) for low, weight in zip(least, weights, strict=True)]
    scale = TEXT_WIDTH / sum(shares)
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(share * scale)
        for cell in column.cells:
            cell.width = Mm(share * scale)


def _paragraph(document: Document, line: Line, body: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    text = _plain(line)
    paragraph = document.add_paragraph()
    layout, runs = paragraph.paragraph_format, _runs(paragraph, line)
    if _is_bold(line):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        layout.space_before, layout.space_after = Pt(12), Pt(6)
        layout.keep_with_next = True
    elif text.startswith("(") and text.endswith(")"):  # what is to be filled in above
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for run in runs:
            run.font.size = Pt(11)
    elif body or len(text) > 90 or _SENTENCE.search(text):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        layout.first_line_indent = Mm(12.5)
    else:
        layout.space_before = Pt(6)


def _runs(paragraph: Paragraph, line: Line) -> list[Run]:
    runs = []
    for text, bold, italic, address in line:
        linked = address.startswith(("http://", "https://"))
        run = _link(paragraph, text, address) if linked else paragraph.add_run(text)
        run.bold, run.italic = bold or None, italic or None
        runs.append(run)
    return runs


def _link(paragraph: Paragraph, text: str, address: str) -> Run:
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    run = paragraph.add_run(text)
    run.font.underline = True
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run._r.addprevious(link)
    link.append(run._r)
    return run
