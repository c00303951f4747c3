"""Static files under one version prefix: /static/v-<hash>/<path>, kept by browsers for a year.

The prefix lets ES modules import each other by relative path. `css/site.css` is made from
the files listed in `static/css/order.txt`.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

from kernel.access import public
from kernel.compression import Packed, mark, taken

FOREVER = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wasm": "application/wasm"}
ZIPPED = {".js", ".css", ".svg", ".wasm", ".json"}
_SPACE = r"(?:\s|/\*.*?\*/)"
_LOOSE = re.compile(
    rf"""(?P<kept>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\))
    |{_SPACE}*;{_SPACE}*(?=\}})
    |{_SPACE}*(?P<mark>[{{}};,]){_SPACE}*
    |(?P<colon>:){_SPACE}+
    |(?P<space>{_SPACE}+)""",
    re.DOTALL | re.VERBOSE,
)


def init_app(app: Flask) -> None:
    root = Path(app.root_path) / "static"
    app.config["STATIC_ROOT"] = root
    app.config["STATIC_FILES"] = _files(root)
    app.config["STATIC_VERSION"] = _fingerprint(root)
    app.add_url_rule("/static/v-<version>/<path:path>", "static", serve)
    app.add_template_global(asset)


def asset(path: str) -> str:
    """The address of a static file. Language prefixes do not apply: one copy serves both."""
    if current_app.debug:
        current_app.config["STATIC_FILES"] = _files(current_app.config["STATIC_ROOT"])
        current_app.config["STATIC_VERSION"] = _fingerprint(current_app.config["STATIC_ROOT"])
    return f"/static/v-{current_app.config['STATIC_VERSION']}/{path}"


@public
def serve(version: str, path: str) -> Response:
    root: Path = current_app.config["STATIC_ROOT"]
    if path != "css/site.css" and path not in current_app.config["STATIC_FILES"]:
        raise NotFound()
    now = current_app.config["STATIC_VERSION"]
    body, suffix = _read(root, path, now), Path(path).suffix
    kind = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    coding = taken() if suffix in ZIPPED else ""
    response = Response(body.coded(coding), content_type=kind)
    mark(response, coding, now)
    response.headers["Vary"] = "Accept-Encoding"
    # A page of the previous release may still ask by the old version: answer, but do not let it be kept.
    response.headers["Cache-Control"] = FOREVER if version == now else "public, no-cache"
    response.make_conditional(request)
    return response


@cache
def _read(root: Path, path: str, version: str) -> Packed:
    if path != "css/site.css":
        return Packed((root / path).read_bytes())
    order = (root / "css" / "order.txt").read_text().split()
    return Packed(compact("\n".join((root / "css" / name).read_text(encoding="utf-8") for name in order)).encode())


def compact(css: str) -> str:
    """Without what a first visit on a weak link need not carry: comments, line ends, indentation.

    Strings and addresses stay as they are, and so does the space before a colon, which descends in `.table :is(th)`.
    """
    return _LOOSE.sub(lambda one: one["kept"] or one["mark"] or one["colon"] or (" " if one["space"] else ""), css)


def _files(root: Path) -> frozenset[str]:
    return frozenset(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def _fingerprint(root: Path) -> str:
    """By content: several machines with the same release agree."""
    digest = hashlib.blake2b(digest_size=5)
    for name in sorted(_files(root)):
        digest.update(name.encode() + b"\0" + (root / name).read_bytes())
    return digest.hexdigest()
