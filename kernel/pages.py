"""Warm pages: public answers rendered once per (address, language, content version).

The version is per scope (a forum, a practice, a territory): one indexed read made before the content, raised last in
the writing transaction. Everybody is given the same page; what is for one reader alone is put into its gaps
(`kernel.keyed_request`). Whoever waits for a message is rendered afresh.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from itertools import chain, zip_longest
from threading import Lock
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, String, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, mapped_column

from kernel import changes, mode
from kernel.compression import QUICK_STEP, Packed, mark, taken
from kernel.db import Model, db, inserting
from kernel.keyed_request import Chosen, Gap, KeptRequest, of_the_key
from kernel.links import base_url
from kernel.security import Reader, reader, renew

CAPACITY = 600
HEAVY = 64_000_000
"""So many bytes of pages are kept at most: a whole matrix as JSON may take millions."""
VALUES = 300
"""So many values `remembered`: the first kept goes first, and is made again when it is wanted."""
CHOICES_KEPT = 3
COMMON = ("site", "territories")
"""Scopes that most requests ask of."""
SEEN = "versions"
TOTALS = 60
"""What is counted over the whole country is seen within so many seconds: pages with such figures say so. Half of them
are for a kept value, half for the page made of it."""
P = ParamSpec("P")
T = TypeVar("T")


class ContentVersion(Model):
    """A scope's version has parts, one for each writer who should not wait for the others: a region."""

    __tablename__ = "content_version"
    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True, default="", server_default="")
    number: Mapped[int] = mapped_column(default=1)


Key = tuple[str, str, str, Chosen]
"""Base address, language prefix, path, and what is chosen of the parameters named."""
Versions = tuple[tuple[str, str, int], ...]
"""Scope, part, number; what nobody has raised yet is not there."""
Scope = str | tuple[str, str]
"""A scope, or a scope and the part of it that changed. Who reads a scope sees every part."""


class _Entry(NamedTuple):
    versions: Versions
    born: float
    body: Packed
    """For whoever is not signed in: its gaps are closed."""
    etag: str
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[bytes, ...]
    gaps: tuple[Gap, ...]


_cache: OrderedDict[Key, _Entry] = OrderedDict()
_values: dict[str, tuple[Versions, float, Any]] = {}
_lock = Lock()


def bump(*scopes: Scope, rows: Mapping[Scope, Collection[int]] | None = None) -> None:
    """Make pages of `scopes` stale. Call last inside `writing()`; versions are locked in name order.

    `rows`: further scopes with the ids of the rows changed (none: only pages are stale), for those who `follow` them.
    """
    db.session.flush()
    named = {_key_of(scope): ids for scope, ids in (rows or {}).items()}
    keys = sorted({*map(_key_of, scopes), *named})
    if not keys:
        return
    statement = inserting(ContentVersion).values([{"scope": scope, "part": part, "number": 1} for scope, part in keys])
    raised = statement.on_conflict_do_update(
        index_elements=[ContentVersion.scope, ContentVersion.part], set_={"number": ContentVersion.number + 1}
    ).returning(ContentVersion.scope, ContentVersion.part, ContentVersion.number)
    for scope, part, number in db.session.execute(raised).all():
        if (scope, part) in named:
            changes.note(scope, part, number, named[scope, part])


def _key_of(scope: Scope) -> tuple[str, str]:
    return (scope, "") if isinstance(scope, str) else scope


def versions_of(scopes: Sequence[str]) -> Versions:
    """The versions now, asked of the driver itself: through the engine this was a third of a warm page's time."""
    connection = db.engine.raw_connection()  # no transaction: on PostgreSQL one journey to the server
    try:
        return _numbers(connection.cursor(), scopes)
    finally:
        connection.close()


def _question(scopes: Collection[str]) -> str:
    marks = ", ".join(["?" if db.engine.dialect.name == "sqlite" else "%s"] * len(scopes))
    return f"SELECT scope, part, number FROM content_version WHERE scope IN ({marks})"


def _numbers(cursor: Any, scopes: Sequence[str]) -> Versions:
    cursor.execute(_question(scopes), tuple(scopes))
    return tuple(sorted(tuple(row) for row in cursor.fetchall()))


def _versions_here(scopes: Sequence[str]) -> Versions:
    """The versions as the reading transaction sees them: each is asked for once, those of `COMMON` with the first."""
    connection = db.session.connection()
    seen: dict[str, Versions] = connection.info.setdefault(SEEN, {})
    wanted = tuple(dict.fromkeys((*scopes, *COMMON))) if not seen else tuple(s for s in scopes if s not in seen)
    if wanted:
        rows = connection.exec_driver_sql(_question(wanted), wanted).all()
        seen |= {scope: tuple(sorted(tuple(row) for row in rows if row[0] == scope)) for scope in wanted}
    return tuple(sorted(chain.from_iterable(seen[scope] for scope in scopes)))


@event.listens_for(Engine, "begin")
def _see_anew(connection: Connection) -> None:
    connection.info.pop(SEEN, None)


def warm(
    *scopes: str, query: tuple[str, ...] = (), seconds: float = 300
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Keep the view's answer while the `scopes` (templates over view arguments, "forum:{slug}") stand still.

    `query` names the parameters the page reads: others are dropped, reading one raises (see `kernel.keyed_request`).
    `seconds` bounds its age for what changes without a version, such as places left or dates.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            who = reader()
            if who is Reader.told or request.method not in ("GET", "HEAD"):
                response = make_response(view(*args, **kwargs))
                response.headers["Cache-Control"] = "private, no-store"
                return response
            versions = versions_of([scope.format(**kwargs) for scope in scopes])
            key = _key(query)
            entry = _known(key)
            if entry is None or entry.versions != versions or time.monotonic() - entry.born > seconds:
                db.session.rollback()  # what was read before the versions may be older than they say
                with of_the_key(base_url(), query, key[-1]) as kept:
                    response = make_response(view(*args, **kwargs))
                if response.status_code != 200 or "Set-Cookie" in response.headers:
                    return response
                entry = _made(versions, response, kept)
                if _is_worth_keeping(key):
                    _keep(key, entry)
            return _own(entry) if who is Reader.signed_in else _respond(entry)

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


def _is_worth_keeping(key: Key) -> bool:
    """Words and combinations are endless: they would push others out."""
    return not _asks(key) and _chosen(key) <= CHOICES_KEPT


def _made(versions: Versions, response: Response, kept: KeptRequest) -> _Entry:
    response.direct_passthrough = False
    pieces, gaps = kept.cut(response.get_data())
    body = b"".join(pieces)
    headers = tuple((k, v) for k, v in response.headers if k not in ("Content-Length", "Cache-Control", "ETag"))
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    packed = Packed(body, QUICK_STEP)
    packed.coded(taken())  # now, so that it is weighed
    return _Entry(versions, time.monotonic(), packed, etag, headers, pieces if gaps else (), gaps)


def _keep(key: Key, entry: _Entry) -> None:
    with _lock:
        _cache[key] = entry
        _cache.move_to_end(key)
        while len(_cache) > CAPACITY or (len(_cache) > 1 and _weight() > HEAVY):
            _cache.popitem(last=False)


def _weight() -> int:
    return sum(entry.body.weight + sum(map(len, entry.pieces)) for entry in _cache.values())


def _own(entry: _Entry) -> Response:
    """The page for whoever is signed in, with their own things in its gaps. Nobody may keep it."""
    renew()
    shown = [str(gap.show(gap.what)).encode() for gap in entry.gaps]
    if any(shown):
        body = b"".join(chain.from_iterable(zip_longest(entry.pieces, shown, fillvalue=b"")))
        response = Response(body, headers=list(entry.headers))
    else:
        response = _answer(entry)
        response.headers.pop("ETag")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _answer(entry: _Entry) -> Response:
    coding = taken()
    response = Response(entry.body.coded(coding), headers=list(entry.headers))
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    mark(response, coding, entry.etag)
    return response


def _respond(entry: _Entry) -> Response:
    response = _answer(entry)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if request.if_none_match:
        response.make_conditional(request)
    return response


def remembered(
    name: str,
    scopes: tuple[str, ...],
    make: Callable[[], T],
    seconds: float = 300,
    follow: tuple[tuple[str, ...], Callable[[T, set[int]], T | None]] | None = None,
) -> T:
    """What `make()` gives, kept in this process while the `scopes` stand still, at most `seconds`.

    Inside `writing()` it is made anew each time. The version is read in the transaction that `make` reads in, before
    it: what is kept is never older than its version says.
    `follow`: scopes whose changed rows are known, and what makes a new value of the kept one and their ids (None: it
    cannot). The kept value may be in another thread's hands: it must be left as it is.
    """
    if mode.is_writing():
        return make()
    versions = _versions_here(scopes)
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


def drawn(name: str, scopes: tuple[str, ...], draw: Callable[[], str]) -> str:
    """A page of one reader's, of which only its gaps are theirs: the rest is kept as `remembered` keeps.

    Whoever waits for a message is drawn a page of their own.
    """
    if reader() is Reader.told:
        return draw()
    pieces, gaps = remembered(f"{name}:{base_url()}:{request.script_root}", scopes, lambda: _in_pieces(draw))
    shown = (str(gap.show(gap.what)) for gap in gaps)
    return "".join(chain.from_iterable(zip_longest(pieces, shown, fillvalue="")))


def _in_pieces(draw: Callable[[], str]) -> tuple[list[str], tuple[Gap, ...]]:
    with of_the_key(base_url(), (), ()) as kept:
        kept.filled = True
        pieces, gaps = kept.cut(draw().encode())
    return [piece.decode() for piece in pieces], gaps


def _followed(
    then: Versions, now: Versions, value: T, scopes: Collection[str], step: Callable[[T, set[int]], T | None]
) -> T | None:
    """The value brought from the versions `then` to `now`; None when more than rows of `scopes` changed."""
    before = {(scope, part): number for scope, part, number in then}
    after = {(scope, part): number for scope, part, number in now}
    moved = {key: (before.get(key, 0), number) for key, number in after.items() if before.get(key, 0) != number}
    if before.keys() - after.keys() or any(scope not in scopes for scope, _part in moved):
        return None
    ids = changes.between(moved)
    return None if ids is None else step(value, ids)


def forget() -> None:
    """Drop every page and value this process keeps (tests)."""
    with _lock:
        _cache.clear()
        _values.clear()
