from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from kernel.documents.qr import png
from registrations.door.photos import read_photo


def picture(side: int, kind: str, **options: Any) -> FileStorage:
    """A large canvas with a ticket's code in its corner: small as a file, large in memory."""
    canvas = Image.new("L", (side, side), 255)
    canvas.paste(Image.open(io.BytesIO(png("T1.ABC", scale=side // 60))).convert("L"), (0, 0))
    buffer = io.BytesIO()
    canvas.save(buffer, kind, **options)
    buffer.seek(0)
    return FileStorage(buffer, filename=f"a.{kind.lower()}")


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {"progressive": True})])
def test_a_picture_that_would_fill_the_memory_is_not_unpacked(app, kind, options):
    assert read_photo(picture(5000, kind, **options)) is None
    assert read_photo(picture(2000, kind, **options)) == "T1.ABC"


def test_a_large_photo_of_a_telephone_is_read(app):
    assert read_photo(picture(5000, "JPEG")) == "T1.ABC"
