"""Reading a code from a photo: the way in when a browser cannot scan."""

from __future__ import annotations

import io

from werkzeug.datastructures import FileStorage

from kernel.files import check

MAX_SIDE = 1800
MAX_PIXELS = 20_000_000
"""Of what has to be unpacked whole, 9 bytes a pixel; a plain JPEG is read small whatever its size."""
ACCEPT = {".png", ".jpg", ".jpeg"}


def read_photo(file: FileStorage) -> str | None:
    """The text of the QR code in an uploaded photo, or None. Raises FileRefused."""
    import zxingcpp  # noqa: PLC0415  (a native library, needed by this path alone)
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    upload = check(file, ACCEPT)
    try:
        image = Image.open(io.BytesIO(upload.body))
        if "progressive" not in image.info:
            image.draft("L", (MAX_SIDE, MAX_SIDE))  # a JPEG is decoded no larger than needed
        if image.width * image.height > MAX_PIXELS:
            return None
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    return found[0].text if found else None
