"""What was compressed once for everybody, for those who take it."""

from __future__ import annotations

from functools import lru_cache

from flask import request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header


def takes_gzip() -> bool:
    """Whether this request takes a compressed answer: `gzip;q=0` says that it does not."""
    return _takes_gzip(request.headers.get("Accept-Encoding", "")[:400])


@lru_cache(maxsize=128)
def _takes_gzip(header: str) -> bool:
    """Of the few headers that browsers send, each is parsed once."""
    return parse_accept_header(header, Accept).quality("gzip") > 0
