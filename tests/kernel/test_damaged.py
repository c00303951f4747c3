"""Archives damaged for real, by every way into them: a sentence for whoever uploaded, never an error of ours.

Tried by breaking the code: without `zlib.error` in `kernel.documents.grids` the .ods of a damaged `mimetype` is an error,
without it in `kernel.files` every other deflated file is; without `is_plainly_packed` an LZMA part asks for 4 GB.
"""

from __future__ import annotations

import io
import resource
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from kernel.documents.grids import sheets_of
from kernel.documents.sheets import read_table
from kernel.files import FileRefused, check, check_archive
from kernel.i18n import speaking
from tests.kernel.workbooks import cell, workbook

DAMAGED = "Файл повреждён и не открывается. Сохраните его заново и попробуйте ещё раз."
DEFLATE, LZMA = zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA
SHEET = "xl/worksheets/sheet1.xml"
ROWS = "".join(f'<row r="{row}">{cell(f"A{row}", f"Почта {row}")}</row>' for row in range(1, 60))
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def packed(parts: dict[str, bytes], kind: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def xlsx(kind: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook(ROWS))) as archive:
        return packed({name: archive.read(name) for name in archive.namelist()}, kind)


def ods(kind: int) -> bytes:
    """With a packed `mimetype`: real ones are stored, but nothing makes a sender do so."""
    return packed({"mimetype": SPREADSHEET.encode(), "content.xml": ROWS.encode()}, kind)


def begins(body: bytes, part: str) -> int:
    """Where the packed bytes of a part begin."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        header = archive.getinfo(part).header_offset
    name, extra = struct.unpack_from("<HH", body, header + 26)
    return header + 30 + int(name) + int(extra)


def scrambled(body: bytes, part: str) -> bytes:
    """The part's packed bytes are turned over: no block of deflate and no stream of LZMA begins so."""
    at, made = begins(body, part), bytearray(body)
    for place in range(at, at + 12):
        made[place] ^= 0xFF
    return bytes(made)


def by_grid(name: str, body: bytes) -> None:
    list(sheets_of(name, body))


def by_table(name: str, body: bytes) -> None:
    read_table(name, body, {"email": ("Почта 1",)}, ("email",))


def by_upload(name: str, body: bytes) -> None:
    check(FileStorage(io.BytesIO(body), filename=name))


def refusal(enter: Callable[[str, bytes], None], name: str, body: bytes) -> str:
    with speaking("ru"), pytest.raises(FileRefused) as refused:
        enter(name, body)
    return str(refused.value).replace("\N{NO-BREAK SPACE}", " ")


READERS = [by_grid, by_table]
WAYS = [*READERS, by_upload]


@pytest.mark.parametrize("enter", WAYS)
@pytest.mark.parametrize("part", ["_rels/.rels", "xl/workbook.xml", SHEET])
@pytest.mark.parametrize("kind", [DEFLATE, LZMA])
def test_a_workbook_with_a_damaged_part(app, enter, part, kind):
    assert refusal(enter, "list.xlsx", scrambled(xlsx(kind), part)) == DAMAGED


@pytest.mark.parametrize("enter", READERS)
@pytest.mark.parametrize("kind", [DEFLATE, LZMA])
def test_a_workbook_whose_mark_is_damaged(app, enter, kind):
    """The only part that is read before all are looked through."""
    with zipfile.ZipFile(io.BytesIO(xlsx(DEFLATE))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = packed({"mimetype": SPREADSHEET.encode()} | parts, kind)
    assert refusal(enter, "list.xlsx", scrambled(body, "mimetype")) == DAMAGED


@pytest.mark.parametrize("enter", READERS)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DEFLATE, "Содержимое файла не соответствует его расширению"),
        (LZMA, "Это не таблица .xlsx и не файл CSV"),
    ],
)
def test_an_ods_table_whose_mark_is_damaged(app, enter, kind, words):
    assert refusal(enter, "list.ods", scrambled(ods(kind), "mimetype")).startswith(words)


@pytest.mark.parametrize("enter", READERS)
def test_an_ods_table_whose_content_is_damaged_is_still_told_what_it_is(app, enter):
    told = refusal(enter, "list.ods", scrambled(ods(DEFLATE), "content.xml"))
    assert told.startswith("Это таблица .ods или .xlsb.")


@pytest.mark.parametrize("part", ["mimetype", "content.xml"])
@pytest.mark.parametrize("kind", [DEFLATE, LZMA])
def test_an_odt_text_with_a_damaged_part(app, part, kind):
    assert refusal(by_upload, "order.odt", scrambled(ods(kind), part)) == DAMAGED


@pytest.mark.parametrize("enter", WAYS)
def test_a_cut_workbook(app, enter):
    assert refusal(enter, "list.xlsx", xlsx(DEFLATE)[:-40]) == DAMAGED


@pytest.fixture
def one_gigabyte_left() -> Iterator[None]:
    """A service may have a limit of its memory, or a machine that promises no more than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 1_000_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("enter", WAYS)
def test_a_part_that_asks_for_four_gigabytes_gets_none(app, one_gigabyte_left, enter):
    body = bytearray(xlsx(LZMA))
    struct.pack_into("<I", body, begins(bytes(body), SHEET) + 5, 2**32 - 1)
    assert refusal(enter, "list.xlsx", bytes(body)) == DAMAGED


def test_an_undamaged_workbook_goes_through(app):
    for enter in WAYS:
        enter("list.xlsx", xlsx(DEFLATE))
    check_archive(packed({"content.xml": b"<a/>"}, zipfile.ZIP_STORED), "content.xml")
