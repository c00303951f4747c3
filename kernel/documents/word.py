"""Papers written in Markdown, made into .docx of the official layout (ГОСТ Р 7.0.97-2025).

Times-like 14 pt, margins 20/10/20/20 mm left/right/top/bottom, page number top centre from page 2.
Besides headings, lists and bold: `| a | b |` is a row of a table whose first row is its head, `[text](https://…)` a
link, `---` the end of a page. Whatever was typed by people goes through `literal` and is nothing of the kind.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from kernel.db import utcnow
from kernel.text import one_line, printable

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGES = {"ru": "ru-RU", "en": "en-GB"}
FACE = "Times New Roman"
TEXT_WIDTH = 180
"""Millimetres between the margins."""
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITEM = re.compile(r"^( *)(?:(\d+)\.|[-*]) +(.*)$")
_CAPTION = re.compile(r"^\(.+\)$")
_TITLE = re.compile(r"^\*\*([^a-zа-яё\ue000]+)\*\*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
_SENTENCE = re.compile(r"(?<!\bг)[.;:]$")
"""How running text ends, however short; «20__ г.» is the end of a line for a signature."""
_TYPED = "\ue000"
"""Stands before what was typed, so that no line begins by a mark of it. `printable` text has none of this kind."""
_MARKS = "|[]()*"
_HIDDEN = {ord(mark): 0xE001 + place for place, mark in enumerate(_MARKS)}
_SHOWN: dict[int, str | None] = {0xE001 + place: mark for place, mark in enumerate(_MARKS)} | {ord(_TYPED): None}


def literal(text: str) -> str:
    """What people typed, to stand in a paper as it is: one line without any meaning for the layout."""
    return _TYPED + one_line(text).translate(_HIDDEN)


@dataclass
class _Numbers:
    """Numbers of nested lists as plain text («2.1.»), which survives copying into any word processor."""

    counts: list[int] = field(default_factory=list)

    def next(self, depth: int) -> str:
        del self.counts[depth + 1 :]
        self.counts += [0] * (depth + 1 - len(self.counts))
        self.counts[depth] += 1
        return ".".join(str(count) for count in self.counts) + "."


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
    _write(document, _readable(markdown))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _readable(markdown: str) -> str:
    """Without what XML refuses; the signs of `literal` stay."""
    kept = re.split("([\ue000-\ue0ff]+)", markdown)
    return "".join(part if place % 2 else printable(part) for place, part in enumerate(kept))


def _properties(document: Any, language: str) -> None:
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


def _face(style: Any, size: int) -> None:
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


def _page_numbers(section: Any) -> None:
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


def _write(document: Any, markdown: str) -> None:
    numbers = _Numbers()
    has_own_title = _TITLE.search(markdown) is not None
    rows: list[list[str]] = []
    for block in markdown.split("\n"):
        line = block.rstrip()
        if rows and not line.startswith("|"):
            _table(document, rows)
            rows = []
        if not line:
            continue
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line == "---":
            document.add_page_break()
        elif title := _TITLE.match(line):
            _heading(document, title[1], 1)
        elif line.startswith("#"):
            depth = len(line) - len(line.lstrip("#"))
            numbers.counts.clear()
            if depth > 1 or not has_own_title:
                _heading(document, line.lstrip("# "), depth)
        elif found := _ITEM.match(line):
            _item(document, found, numbers)
        else:
            numbers.counts.clear()
            _paragraph(document, line)
    if rows:
        _table(document, rows)


def _heading(document: Any, text: str, depth: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = document.add_heading(level=min(depth, 3))
    _face(paragraph.style, 14)
    paragraph.style.font.bold = True
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(12)
    paragraph.paragraph_format.space_after = Pt(6)
    paragraph.paragraph_format.keep_with_next = True
    _runs(paragraph, text)


def _table(document: Any, rows: list[list[str]]) -> None:
    """Ruled, 12 pt, its head repeated on each page; a row is never torn in two."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    wide = max(map(len, rows))
    rows = [row + [""] * (wide - len(row)) for row in rows]
    table = document.add_table(rows=0, cols=wide, style="Table Grid")
    for number, cells in enumerate(rows):
        row = table.add_row()
        marks = row._tr.get_or_add_trPr()
        marks.append(OxmlElement("w:cantSplit"))
        if not number:
            marks.append(OxmlElement("w:tblHeader"))
        for cell, text in zip(row.cells, cells, strict=True):
            for run in _runs(cell.paragraphs[0], f"**{text}**" if text and not number else text):
                run.font.size = Pt(12)
    _widths(table, rows)


def _widths(table: Any, rows: list[list[str]]) -> None:
    """Columns by what they hold: the longest word must fit, the rest goes by the amount of text."""
    from docx.shared import Mm  # noqa: PLC0415

    plain = [[_LINK.sub(r"\1", cell).translate(_SHOWN) for cell in row] for row in rows]
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


def _item(document: Any, found: re.Match[str], numbers: _Numbers) -> None:
    depth = len(found.group(1)) // 3
    mark = numbers.next(depth) if found.group(2) else "–"
    _paragraph(document, f"{mark} {found.group(3)}", body=True)


def _paragraph(document: Any, text: str, body: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    paragraph = document.add_paragraph()
    whole_bold = _BOLD.fullmatch(text) is not None
    if whole_bold:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = Pt(12)
        paragraph.paragraph_format.space_after = Pt(6)
    elif _CAPTION.match(text):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for run in _runs(paragraph, text):
            run.font.size = Pt(11)
        return
    elif body or len(text) > 90 or _SENTENCE.search(text):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Mm(12.5)
    else:
        paragraph.paragraph_format.space_before = Pt(6)
    _runs(paragraph, text)


def _runs(paragraph: Any, text: str) -> list[Any]:
    runs = []
    for place, part in enumerate(_BOLD.split(text)):
        for piece in _pieces(part):
            shown = piece.translate(_SHOWN) if isinstance(piece, str) else piece[0].translate(_SHOWN)
            run = paragraph.add_run(shown) if isinstance(piece, str) else _link(paragraph, shown, piece[1])
            run.bold = True if place % 2 else None
            runs.append(run)
    return runs


def _pieces(text: str) -> list[str | tuple[str, str]]:
    """Plain text, and (text, address) of links."""
    pieces: list[str | tuple[str, str]] = []
    then = 0
    for one in _LINK.finditer(text):
        pieces += [text[then : one.start()], (one[1], one[2])]
        then = one.end()
    pieces.append(text[then:])
    return [piece for piece in pieces if piece]


def _link(paragraph: Any, text: str, address: str) -> Any:
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
