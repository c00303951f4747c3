"""Uploads are judged by what is in them."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from kernel.files import BYTES_OF_A_FILE, ODT, FileRefused, check, download, write
from kernel.i18n import speaking
from tests.kernel.workbooks import liar, office

WORD = "word/document.xml"
SLIDES = "ppt/presentation.xml"
ODT_MARK = ODT.encode()


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, kind)
    return buffer.getvalue()


def sent(name: str, body: bytes, accept: set[str] | None = None):
    with speaking("ru"):
        return check(FileStorage(io.BytesIO(body), filename=name), accept)


def refusal(name: str, body: bytes, accept: set[str] | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        sent(name, body, accept)
    return str(refused.value).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("order.docx", office(WORD)),
        ("ORDER.DOCX", office(WORD)),
        ("table.xlsx", office("xl/workbook.xml")),
        ("order.odt", office("content.xml", mimetype=ODT_MARK)),
        ("order.pdf", b"%PDF-1.7 text"),
        ("slides.pptx", office(SLIDES)),
        ("photo.png", picture("PNG")),
        ("PHOTO.JPG", picture("JPEG")),
    ],
)
def test_what_it_says_it_is(app, name, body):
    assert sent(name, body).body == body


MACROS = "В файле есть макросы. Сохраните его без макросов и попробуйте ещё раз."


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("order.docx", office(WORD, "word/vbaProject.bin")),
        ("order.docx", office(WORD, "word/VBAPROJECT.BIN")),
        ("order.docx", office(WORD, "word/activeX/activeX1.xml")),
        ("table.xlsx", office("xl/workbook.xml", "xl/macrosheets/sheet1.xml")),
        ("order.docx", office(WORD, types="application/vnd.ms-word.document.macroEnabled.main+xml")),
        ("order.odt", office("content.xml", "Basic/Standard/Module1.xml", mimetype=ODT_MARK)),
        ("slides.pptx", office(SLIDES, "ppt/vbaProject.bin")),
        ("slides.pptx", office(SLIDES, "ppt/activeX/activeX1.xml")),
        ("slides.pptx", office(SLIDES, types="application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml")),
        ("slides.pptx", office(SLIDES, **{"ppt/slides/slide1.xml": b'<a action="ppaction://program"/>'})),
    ],
)
def test_macros_are_refused_whatever_the_name(app, name, body):
    assert refusal(name, body) == MACROS


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("order.docx", office("xl/workbook.xml")),
        ("order.odt", office("content.xml", mimetype=b"application/vnd.oasis.opendocument.spreadsheet")),
        ("order.odt", office("content.xml")),
        ("order.pdf", office(WORD)),
        ("order.doc", b"\xd0\xcf\x11\xe0"),
        ("slides.pptx", office(WORD)),
        ("photo.png", picture("JPEG")),
    ],
)
def test_what_it_is_not(app, name, body):
    assert refusal(name, body).startswith("Содержимое файла не соответствует его расширению")


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n<script>", picture("PNG")[:40], b"\xff\xd8\xff<script>"])
def test_what_only_begins_as_a_picture_is_refused(app, body):
    name = "photo.png" if body.startswith(b"\x89") else "photo.jpg"
    assert "повреждён" in refusal(name, body)


def test_a_pdf_with_scripts_is_refused(app):
    for word in (b"/JavaScript", b"/JS (app.alert)", b"/Launch"):
        assert "сценарии" in refusal("order.pdf", b"%PDF-1.7 << " + word + b" >>")
    assert sent("order.pdf", b"%PDF-1.7 /JSON").kind == "application/pdf"


def test_size_and_kind_are_told(app):
    assert refusal("order.pdf", b"%PDF-" + b"0" * BYTES_OF_A_FILE) == "Файл больше 10 МБ. Выберите файл поменьше."
    assert refusal("order.pdf", b"") == "Файл пуст. Выберите другой."
    assert "Подойдут: .pdf" in refusal("order.docm", office(WORD), {".pdf"})
    assert refusal("order.docx", b"PK broken").startswith("Файл повреждён")
    assert refusal("table.xlsx", liar()) == "В распакованном виде файл больше 100 МБ. Выберите файл поменьше."


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_part_is_told_whatever_packed_it(app, kind):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        archive.writestr("word/document.xml", bytes(range(256)) * 400)
    body = bytearray(made.getvalue())
    for place in range(80, 110):
        body[place] ^= 0xFF
    assert "повреждён" in refusal("order.docx", bytes(body))


@pytest.mark.parametrize("name", [b"/JS", b"/JavaScript", b"/J#61vaScript", b"/#4a#53", b"/L#61unch"])
def test_scripts_of_a_pdf_are_seen_however_spelt(app, name):
    assert "сценарии" in refusal("order.pdf", b"%PDF-1.7 << /S " + name + b" (app.alert) >>")


def test_a_download_runs_nothing(app):
    with app.test_request_context():
        stored = write(sent("order.pdf", b"%PDF-1.7 text"))
        answer = app.process_response(download(stored))
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert answer.headers["Content-Disposition"].startswith("attachment")
