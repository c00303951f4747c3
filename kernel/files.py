"""Uploads: checked by content and size, kept under a random name, served as downloads.

Storage is a folder (`FILES`); objects of features point at `StoredFile` rows.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from flask import Response, current_app, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from kernel.db import IntPk, Model, db, utcnow
from kernel.downloads import called
from kernel.jobs import enqueue
from kernel.text import clean

GRACE = timedelta(hours=1)
"""How long a body outlives its row."""
BYTES_OF_A_FILE = 10 * 1024 * 1024
MAX_FILE_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 5000


class StoredFile(Model):
    __tablename__ = "stored_file"
    id: Mapped[IntPk]
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class FileRefused(ValueError):
    """The upload is not accepted; the text says why and what to do, in the reader's language."""


class Upload(NamedTuple):
    """A checked upload, not yet stored."""

    name: str
    kind: str
    body: bytes


OFFICE = {
    ".docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".pptx": ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
ODT = "application/vnd.oasis.opendocument.text"
ACTIVE_PARTS = ("vbaproject", "vbadata", "activex/", "basic/", "scripts/", "macrosheets/")
"""Parts of an Office or OpenDocument file that can run by themselves."""
ACTIVE_PRESSES = (b"ppaction://program", b"ppaction://macro")
ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch)\b")
HEX_IN_PDF = re.compile(rb"#([0-9A-Fa-f]{2})")
"""A letter of a name may be written by its code: /J#53 is /JS."""
PLAIN = {
    ".pdf": (b"%PDF-", "application/pdf"),
    ".png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    ".jpg": (b"\xff\xd8\xff", "image/jpeg"),
    ".jpeg": (b"\xff\xd8\xff", "image/jpeg"),
}
ACCEPTED = _l("PDF, DOCX, ODT, XLSX, PPTX, PNG or JPEG up to 10 MB")


def check(file: FileStorage, accept: set[str] | None = None) -> Upload:
    """Read and check an upload by its content. Raises FileRefused."""
    name = clean(Path((file.filename or "").replace("\\", "/")).name)[:200]
    body = file.stream.read(BYTES_OF_A_FILE + 1)
    if len(body) > BYTES_OF_A_FILE:
        raise FileRefused(_("The file is larger than 10 MB. Choose a smaller one."))
    if not body:
        raise FileRefused(_("The file is empty. Choose another one."))
    suffix = Path(name).suffix.lower()
    if accept is not None and suffix not in accept:
        raise FileRefused(
            _("This kind of file is not accepted here. Accepted: %(kinds)s.", kinds=", ".join(sorted(accept)))
        )
    if suffix in PLAIN and body.startswith(PLAIN[suffix][0]):
        if suffix == ".pdf" and _is_active(body):
            raise FileRefused(_("The PDF contains scripts. Print it into a new PDF and retry."))
        if suffix != ".pdf":
            _check_picture(body)
        return Upload(name, PLAIN[suffix][1], body)
    if suffix in OFFICE:
        check_archive(body, OFFICE[suffix][0])
        if suffix == ".pptx":
            _check_actions(body)
        return Upload(name, OFFICE[suffix][1], body)
    if suffix == ".odt":
        check_archive(body, "content.xml")
        _check_odt(body)
        return Upload(name, ODT, body)
    raise FileRefused(_("The content of the file is not what its name says. Accepted: %(kinds)s.", kinds=str(ACCEPTED)))


def _check_picture(body: bytes) -> None:
    """Refuse what only begins as a picture. Raises FileRefused."""
    from PIL import Image  # noqa: PLC0415  (large, and for pictures alone)

    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as picture:
            picture.verify()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise FileRefused(_("The file is damaged and cannot be opened. Save it again and retry.")) from None


def _is_active(body: bytes) -> bool:
    plain = HEX_IN_PDF.sub(lambda found: bytes.fromhex(found[1].decode()), body)
    return bool(ACTIVE_PDF.search(body) or ACTIVE_PDF.search(plain))


def check_archive(body: bytes, member: str) -> None:
    """Refuse an Office file that is broken, a bomb, or carries macros. Raises FileRefused.

    Every part is unpacked and counted: the sizes in the file's own list may lie.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            _check_names({entry.filename for entry in entries}, member)
            if not all(map(is_plainly_packed, entries)):
                raise zipfile.BadZipFile
            if len(entries) > MAX_PARTS or _unpacked(archive, entries) > MAX_FILE_UNPACKED:
                raise FileRefused(_("The file unpacks to more than 100 MB. Choose a smaller one."))
            if "[Content_Types].xml" in archive.namelist() and b"macroEnabled" in archive.read("[Content_Types].xml"):
                raise FileRefused(_("The file contains macros. Save it without macros and retry."))
    except FileRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError, struct.error):
        raise FileRefused(_("The file is damaged and cannot be opened. Save it again and retry.")) from None


def is_plainly_packed(entry: zipfile.ZipInfo) -> bool:
    """As Office programs pack. LZMA takes as much memory as the part says, before anything is unpacked."""
    return entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _check_names(names: set[str], member: str) -> None:
    if member not in names:
        raise FileRefused(
            _("The content of the file is not what its name says. Accepted: %(kinds)s.", kinds=str(ACCEPTED))
        )
    if any(part in name.casefold() for name in names for part in ACTIVE_PARTS):
        raise FileRefused(_("The file contains macros. Save it without macros and retry."))


def _check_actions(body: bytes) -> None:
    """Refuse slides on which a press runs a program or a macro. Raises FileRefused."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        slides = (archive.read(name) for name in archive.namelist() if name.startswith("ppt/"))
        if any(action in slide for slide in slides for action in ACTIVE_PRESSES):
            raise FileRefused(_("The file contains macros. Save it without macros and retry."))


def _check_odt(body: bytes) -> None:
    """An OpenDocument file says in its part `mimetype` what it is. Raises FileRefused."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        kind = archive.read("mimetype") if "mimetype" in archive.namelist() else b""
    if kind.strip() != ODT.encode():
        raise FileRefused(
            _("The content of the file is not what its name says. Accepted: %(kinds)s.", kinds=str(ACCEPTED))
        )


def _unpacked(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> int:
    """How many bytes the parts really unpack to; stops counting above MAX_FILE_UNPACKED."""
    total = 0
    for entry in entries:
        declared, entry.file_size = entry.file_size, MAX_FILE_UNPACKED + 1  # else reading stops at the declared size
        size = 0
        with archive.open(entry) as part:
            while chunk := part.read(1 << 16):
                size += len(chunk)
                if total + size > MAX_FILE_UNPACKED:
                    return total + size
        if size != declared:
            raise zipfile.BadZipFile(entry.filename)
        total += size
    return total


def write(upload: Upload) -> StoredFile:
    """Write the body to storage and return its row, not yet added. Call before `writing()`."""
    stored = StoredFile(
        uuid=str(uuid4()),
        name=upload.name,
        kind=upload.kind,
        size=len(upload.body),
        sha256=hashlib.sha256(upload.body).hexdigest(),
    )
    path = _path(stored.uuid)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(upload.body)
    return stored


def read(stored: StoredFile) -> bytes:
    """The stored body. Raises NotFound when the file is gone."""
    try:
        return _path(stored.uuid).read_bytes()
    except FileNotFoundError:
        raise NotFound() from None


def discard(rows: Collection[tuple[int, str]]) -> None:
    """Delete files, given by id and uuid, to which nothing refers any more; call inside `writing()`.

    Their bodies follow after the commit, and not at once: a backup under way copies the database before the files,
    and must find all that it names.
    """
    db.session.execute(delete(StoredFile).where(StoredFile.id.in_([file_id for file_id, _uuid in rows])))
    for _id, uuid in rows:
        enqueue("erase-file", run_after=utcnow() + GRACE, unique_key=f"erase-file:{uuid}", uuid=uuid)


def blank(uuids: Collection[str]) -> None:
    """Empty the bodies of discarded files at once, after the commit: they hold a person's data to be erased. A backup
    under way still finds a file by each name."""
    for uuid in uuids:
        if _path(uuid).exists():
            _path(uuid).write_bytes(b"")


def erase(uuid: str) -> None:
    """Take a body out of storage, unless a row names it."""
    if db.session.scalar(select(StoredFile.id).where(StoredFile.uuid == uuid)) is None:
        _path(uuid).unlink(missing_ok=True)


def download(stored: StoredFile, *, public: bool = False) -> Response:
    """Answer with the file as a download under its own name; one that is not `public` is kept nowhere."""
    response = called(send_file(io.BytesIO(read(stored)), mimetype=stored.kind, etag=stored.sha256), stored.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if public:
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def _path(uuid: str) -> Path:
    return Path(current_app.config["FILES"]) / uuid[:2] / uuid
