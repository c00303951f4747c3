"""PDF by typst. Templates lie in `templates/documents/*.typ`; data travels as JSON in `sys.inputs.data`.

There a text is a value and never markup (`eval` has no place in a template); `render` takes out what no page can show.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import current_app

from kernel.text import printable


def render(template: str, data: dict[str, object], standard: str | None = None) -> bytes:
    """Compile `templates/documents/<template>.typ` with `data`; `standard` such as "ua-1" or "a-2b"."""
    import typst  # noqa: PLC0415  (a native compiler: loaded when the first document is asked for)

    root = Path(current_app.root_path) / "templates" / "documents"
    return bytes(
        typst.compile(
            str(root / f"{template}.typ"),
            root=str(root),
            font_paths=[str(_fonts())],
            ignore_system_fonts=False,
            sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
            pdf_standards=[standard] if standard else [],  # type: ignore[list-item]
        )
    )


def _printable(data: object) -> object:
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {name: _printable(value) for name, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, list | tuple) else data


def _fonts() -> Path:
    return Path(current_app.root_path) / "static" / "vendor" / "ttf"
