"""Answers that are files: one place says under which name a browser keeps them."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote

from flask import Response

from kernel.text import one_line, slugify

_UNQUOTED = "!#$&+-.^_`|~"
"""What RFC 8187 lets stand beside letters and figures."""


def download(body: bytes | str, kind: str, name: str, *, inline: bool = False) -> Response:
    """`body` as a file of the media type `kind` called `name`; `inline` when a browser may show it.

    What is not public is kept by nobody: `kernel.security` says so of every answer.
    """
    return called(Response(body, mimetype=kind), name, inline=inline)


def called(response: Response, name: str, *, inline: bool = False) -> Response:
    """The answer with its name by RFC 6266: in Latin letters for every program, as it is for today's."""
    name = one_line(name)
    names = {"filename": name}
    if not name.isascii():
        parts = PurePath(name)
        names = {"filename": slugify(parts.stem) + parts.suffix, "filename*": f"UTF-8''{quote(name, safe=_UNQUOTED)}"}
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", **names)
    return response
