"""Warm pages: public answers rendered once per (address, language, content version).

The version is per scope (a forum, the catalogue): one indexed read made before the content,
raised last in the writing transaction. A visitor with our session cookie is rendered afresh.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from threading import Lock
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kernel import changes, mode
from kernel.compression import takes_gzip
from kernel.db import Model, db, inserting
from kernel.kept import Chosen, of_the_key
from kernel.links import base_url

CAPACITY = 600
HEAVY = 64_000_000
"""So many bytes of pages are kept at most: a whole matrix as JSON may take millions."""
VALUES = 300
"""So many values `remembered`: the first kept goes first, and is made again when it is wanted."""
FEW = 3
P = ParamSpec("P")
T = TypeVar("T")


class ContentVersion(Model):
    __tablename__ = "content_version"
    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(default=1)


Key = tuple[str, str, str, Chosen]
"""Base address, language prefix, path, and what is chosen of the parameters named."""
Versions = tuple[tuple[str, int], ...]


class _Entry(NamedTuple):
    versions: Versions
    born: float
    body: bytes
    zipped: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]


_cache: OrderedDict[Key, _Entry] = OrderedDict()
_values: dict[str, tuple[Versions, float, Any]] = {}
_lock = Lock()


def bump(*scopes: str, rows: Mapping[str, Collection[int]] | None = None) -> None:
    """Make pages of `scopes` stale. Call last inside `writing()`; versions are locked in name order.

    `rows`: further scopes with the ids of the rows changed (none: only pages are stale), for those who `follow` them.
    """
    db.session.flush()
    named = rows or {}
    for scope in sorted({*scopes, *named}):
        statement = inserting(ContentVersion).values(scope=scope, number=1)
        number = db.session.scalar(
            statement.on_conflict_do_update(
                index_elements=[ContentVersion.scope], set_={"number": ContentVersion.number + 1}
            ).returning(ContentVersion.number)
        )
        if scope in named:
            changes.note(scope, number, named[scope])


def versions_of(scopes: Sequence[str]) -> Versions:
    """The versions now, asked of the driver itself: through the engine this was a third of a warm page's time."""
    connection = db.engine.raw_connection()
    alone = db.engine.dialect.name == "postgresql"  # without a transaction it is one journey to the server, not three
    driver: Any = connection.dbapi_connection
    try:
        if alone:
            driver.autocommit = True
        return _numbers(connection.cursor(), scopes)
    finally:
        if alone:
            driver.autocommit = False
        connection.close()


def _numbers(cursor: Any, scopes: Sequence[str]) -> Versions:
    mark = "?" if db.engine.dialect.name == "sqlite" else "%s"
    cursor.execute(
        f"SELECT scope, number FROM content_version WHERE scope IN ({', '.join([mark] * len(scopes))})", tuple(scopes)
    )
    return tuple(sorted(tuple(row) for row in cursor.fetchall()))


def warm(
    *scopes: str, query: tuple[str, ...] = (), seconds: float = 300
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Keep the view's answer while the `scopes` (templates over view arguments, "forum:{slug}") stand still.

    `query` names the parameters the page reads: others are dropped, and reading one raises (see `kernel.kept`).
    `seconds` bounds its age for what changes without a version, such as places left or dates.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if current_app.config["SESSION_COOKIE_NAME"] in request.cookies or request.method not in ("GET", "HEAD"):
                response = make_response(view(*args, **kwargs))
                response.headers["Cache-Control"] = "private, no-store"
                return response
            versions = versions_of([scope.format(**kwargs) for scope in scopes])
            key = _key(query)
            entry = _known(key)
            if entry is None or entry.versions != versions or time.monotonic() - entry.born > seconds:
                with of_the_key(base_url(), query, key[-1]):
                    response = make_response(view(*args, **kwargs))
                if response.status_code != 200 or "Set-Cookie" in response.headers:
                    return response
                entry = _keep(key, versions, response)
            return _respond(entry)

        answer.kept_by = query  # type: ignore[attr-defined]
        return answer

    return decorate


def _key(query: tuple[str, ...]) -> Key:
    chosen = tuple((name, tuple(request.args.getlist(name))) for name in query if name in request.args)
    return (base_url(), request.script_root, request.path, chosen)


def _chosen(key: Key) -> int:
    """How many values of parameters the address gives."""
    return sum(len(values) for _name, values in key[-1])


def _asks(key: Key) -> bool:
    """Whether the address looks for words; a `q` that the page does not read is none of its key."""
    return any(name == "q" and any(values) for name, values in key[-1])


def _known(key: Key) -> _Entry | None:
    """The kept page, marked as used: the least used ones are dropped first."""
    with _lock:
        entry = _cache.get(key)
        if entry is not None:
            _cache.move_to_end(key)
    return entry


def _keep(key: Key, versions: Versions, response: Response) -> _Entry:
    response.direct_passthrough = False
    body = response.get_data()
    headers = tuple((k, v) for k, v in response.headers if k not in ("Content-Length", "Cache-Control", "ETag"))
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    entry = _Entry(versions, time.monotonic(), body, gzip.compress(body, 6, mtime=0), etag, headers)
    if (
        any(name == "q" and any(values) for name, values in key[-1]) or _chosen(key) > FEW
    ):  # words and combinations are endless: they would push others out
        return entry
    with _lock:
        _cache[key] = entry
        _cache.move_to_end(key)
        while len(_cache) > CAPACITY or (len(_cache) > 1 and _weight() > HEAVY):
            _cache.popitem(last=False)
    return entry


def _weight() -> int:
    return sum(len(entry.body) + len(entry.zipped) for entry in _cache.values())


def _respond(entry: _Entry) -> Response:
    zipped = takes_gzip()
    response = Response(entry.zipped if zipped else entry.body, headers=list(entry.headers))
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(entry.etag + ("-g" if zipped else ""))
    if request.if_none_match:
        response.make_conditional(request)
    return response


def remembered(
    name: str,
    scopes: tuple[str, ...],
    make: Callable[[], T],
    seconds: float = 300,
    follow: tuple[str, Callable[[T, set[int]], T | None]] | None = None,
) -> T:
    """What `make()` gives, kept in this process while the `scopes` stand still, at most `seconds`.

    Inside `writing()` it is made anew each time. The version is read in the transaction that `make` reads in, before
    it: what is kept is never older than its version says.
    `follow`: a scope whose changed rows are known, and what makes a new value of the kept one and their ids (None: it
    cannot). The kept value may be in another thread's hands: it must be left as it is.
    """
    if mode.is_writing():
        return make()
    versions = _numbers(db.session.connection().connection.cursor(), scopes)
    known = _values.get(name)
    if known is not None and known[0] == versions and time.monotonic() - known[1] <= seconds:
        kept: T = known[2]
        return kept
    born, value = time.monotonic(), None
    if known is not None and follow and time.monotonic() - known[1] <= seconds:
        born, value = known[1], _followed(known[0], versions, known[2], *follow)
    if value is None:
        born, value = time.monotonic(), make()
    with _lock:
        _values[name] = (versions, born, value)
        while len(_values) > VALUES:
            _values.pop(next(iter(_values)))
    return value


def _followed(
    then: tuple[tuple[str, int], ...],
    now: tuple[tuple[str, int], ...],
    value: T,
    scope: str,
    step: Callable[[T, set[int]], T | None],
) -> T | None:
    """The value brought from the versions `then` to `now`; None when more than rows of `scope` changed."""
    before, after = dict(then), dict(now)
    if before.keys() != after.keys() or any(before[one] != after[one] for one in after if one != scope):
        return None
    ids = changes.between(scope, before[scope], after[scope])
    return None if ids is None else step(value, ids)


def forget() -> None:
    """Drop every page and value this process keeps (tests)."""
    with _lock:
        _cache.clear()
        _values.clear()
