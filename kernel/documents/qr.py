"""QR codes as SVG and PNG, without inline styles."""

from __future__ import annotations

import io
from functools import lru_cache


@lru_cache(maxsize=256)
def _matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    import qrcode  # noqa: PLC0415  (the first ticket loads it)
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=3)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


def svg(text: str, label: str, quiet: int = 4) -> str:
    """An accessible SVG of `text` with its white quiet zone, sized by its container."""
    matrix = _matrix(text)
    size = len(matrix) + 2 * quiet
    path = "".join(_runs(row, y + quiet, quiet) for y, row in enumerate(matrix))
    name = label.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{name}" shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def _runs(row: tuple[bool, ...], y: int, quiet: int) -> str:
    parts = []
    x = 0
    while x < len(row):
        if not row[x]:
            x += 1
            continue
        start = x
        while x < len(row) and row[x]:
            x += 1
        parts.append(f"M{start + quiet} {y}h{x - start}v1h-{x - start}z")
    return "".join(parts)


def png(text: str, scale: int = 8, quiet: int = 4) -> bytes:
    """A PNG of `text`, `scale` pixels a module."""
    from PIL import Image  # noqa: PLC0415  (letters only: keeps start-up light)

    matrix = _matrix(text)
    size = len(matrix) + 2 * quiet
    image = Image.new("1", (size, size), 1)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + quiet, y + quiet), 0)
    buffer = io.BytesIO()
    image.resize((size * scale, size * scale), Image.Resampling.NEAREST).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
