"""What was compressed once for everybody, for those who take it."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

TOO_LARGE_FOR_THE_BEST = 128_000
"""Bytes above which Brotli's best takes seconds of a request for a tenth less: its ninth step does."""
QUICK_STEP = 5
"""Brotli's step for what is made anew while somebody waits: as quick as gzip, and smaller."""
CODINGS = ("br", "gzip")
"""In the order of preference between equals."""


def taken() -> str:
    """The coding in which this request likes its answer best: "br", "gzip" or, as it is, ""."""
    return _taken(request.headers.get("Accept-Encoding", "")[:400])


@lru_cache(maxsize=128)
def _taken(header: str) -> str:
    """Of the few headers that browsers send, each is parsed once. `gzip;q=0` says that gzip is not taken."""
    accepted = parse_accept_header(header, Accept)
    best = max(CODINGS, key=accepted.quality)
    wish = accepted.quality(best)
    plain = max((quality for name, quality in accepted if name.lower() == "identity"), default=0)
    return best if wish > 0 and wish >= plain else ""


class Packed:
    """A body and what it is in each coding, made when that is first asked for."""

    def __init__(self, body: bytes, quality: int | None = None) -> None:
        self.bodies = {"": body}
        self.quality = quality or (11 if len(body) <= TOO_LARGE_FOR_THE_BEST else 9)

    def coded(self, coding: str) -> bytes:
        if coding not in self.bodies:
            self.bodies[coding] = self._made(coding, self.bodies[""])
        return self.bodies[coding]

    def _made(self, coding: str, body: bytes) -> bytes:
        if coding == "gzip":
            return gzip.compress(body, 6 if self.quality == QUICK_STEP else 9, mtime=0)
        packed: bytes = brotli.compress(body, quality=self.quality)
        return packed

    @property
    def weight(self) -> int:
        """Bytes in memory."""
        return sum(map(len, list(self.bodies.values())))


def mark(response: Response, coding: str, etag: str) -> None:
    """Say which coding it is; bodies that differ have tags that differ."""
    if coding:
        response.headers["Content-Encoding"] = coding
    response.set_etag(f"{etag}-{coding}" if coding else etag)
