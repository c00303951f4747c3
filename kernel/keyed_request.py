"""What a kept page may know of the request that makes it: what its key holds, so that it suits everybody who asks.

The view runs on a request made of the key alone. Of the visitor's parameters only those are there that the view
names, in its order; asking for another one, or for a header, a cookie, an address, a session or who is signed in,
raises `NotInKey`. What is for one reader alone is left open: see `Gap`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIEnvironment

from flask import g, request
from flask.globals import request_ctx
from markupsafe import Markup
from werkzeug.datastructures import EnvironHeaders, ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from kernel.security import Request, Session

SAME = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME", "PATH_INFO", "tirazh.language")
HEADERS_OF_THE_KEY = {"host", "content-type", "content-length"}
"""What the key says of the host, and what a GET has not."""
Chosen = tuple[tuple[str, tuple[str, ...]], ...]


class NotInKey(RuntimeError):
    """A kept page asks for what its next visitor may bring otherwise."""


def _refuse(what: str) -> NoReturn:
    raise NotInKey(f"a kept page reads {what}: it would be answered to everybody. Name it in `@warm(query=…)`.")


class _Args(ImmutableMultiDict[str, str]):
    named: frozenset[str] = frozenset()

    def _check(self, name: str) -> None:
        if name not in self.named:
            _refuse(f"the parameter {name!r}")

    def __getitem__(self, name: str) -> str:
        self._check(name)
        return super().__getitem__(name)

    def getlist(self, name: str, *rest: object) -> list[Any]:
        self._check(name)
        return super().getlist(name, *rest)

    def __contains__(self, name: object) -> bool:
        self._check(str(name))
        return super().__contains__(name)


class _Headers(EnvironHeaders):
    def _get_key(self, key: str) -> str:
        if key.lower() not in HEADERS_OF_THE_KEY:
            _refuse(f"the header {key}")
        return super()._get_key(key)


class _Session(Session):
    def _fail(self, *_args: object, **_kwargs: object) -> NoReturn:
        _refuse("or changes a session")

    __getitem__ = __contains__ = get = _fail
    __setitem__ = __delitem__ = clear = pop = popitem = update = setdefault = _fail


class _Somebody:
    """Whoever reads: signed in or not, the page is the same."""

    def __getattr__(self, name: str) -> NoReturn:
        _refuse(f"who is signed in ({name})")


class Gap(NamedTuple):
    """A place in a kept page for what only its reader may see: never kept, made at each reading."""

    show: Callable[[object], Markup | str]
    what: object
    """Plain values, the same for every reader: they are kept beside the page."""


def left_open(show: Callable[[object], Markup | str], what: object) -> Markup | str:
    """In a page that is kept, a mark; elsewhere what `show(what)` gives."""
    asked = request._get_current_object()  # type: ignore[attr-defined]
    return asked.leave(Gap(show, what)) if isinstance(asked, KeptRequest) else show(what)


def each_their_own(show: Callable[[object], Markup | str], what: object) -> Markup | str:
    """Where every reader's gaps are filled, a mark; elsewhere, also in a page that is closed to some, `show(what)`."""
    asked = request._get_current_object()  # type: ignore[attr-defined]
    return asked.leave(Gap(show, what)) if isinstance(asked, KeptRequest) and asked.filled else show(what)


class KeptRequest(Request):
    """The request every visitor of the same key has in common."""

    def __init__(self, environ: WSGIEnvironment, named: frozenset[str]) -> None:
        super().__init__(environ)
        self.named = named
        self.headers = _Headers(environ)
        self.gaps: list[Gap] = []
        self.filled = False
        """Whether the gaps are filled for every reader (`kernel.pages.drawn`)."""
        self.secret = secrets.token_hex(16)
        """Nobody can write a mark into a text of theirs."""

    def leave(self, gap: Gap) -> Markup:
        self.gaps.append(gap)
        return Markup(f"<!--{self.secret}:{len(self.gaps) - 1}-->")

    def cut(self, body: bytes) -> tuple[tuple[bytes, ...], tuple[Gap, ...]]:
        """The page in pieces, and the gaps between them. Raises NotInKey when a mark stands there in other words."""
        if not self.gaps:
            return (body,), ()
        pieces = re.split(rb"<!--%s:(\d+)-->" % self.secret.encode(), body)
        if self.secret.encode() in b"".join(pieces[::2]):
            _refuse("a gap as text")
        return tuple(pieces[::2]), tuple(self.gaps[int(number)] for number in pieces[1::2])

    @cached_property
    def args(self) -> MultiDict[str, str]:
        found = _Args(super().args.items(multi=True))
        found.named = self.named
        return found

    @property
    def cookies(self) -> NoReturn:
        _refuse("cookies")

    @property
    def remote_addr(self) -> NoReturn:
        _refuse("the visitor's address")

    @remote_addr.setter
    def remote_addr(self, _value: object) -> None:
        """What the environment says is passed over."""


def _environ(base: str, chosen: Chosen) -> WSGIEnvironment:
    real = request_ctx.request.environ
    address = urlsplit(base)
    return {name: real[name] for name in SAME if name in real} | {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": urlencode([(name, value) for name, values in chosen for value in values]),
        "HTTP_HOST": address.netloc,
        "wsgi.url_scheme": address.scheme,
    }


OF_A_READER = ("_login_user", "csrf_token")
"""What others keep in `g` of who asks; each asks the session for it where it is not there."""


@contextmanager
def of_the_key(base: str, named: Sequence[str], chosen: Chosen) -> Iterator[KeptRequest]:
    """Inside, `request` and `session` are those of nobody in particular, asking `base` for `chosen` of what is `named`.

    `url_for` and the views' arguments stay: they follow from the path.
    """
    context = request_ctx._get_current_object()  # type: ignore[attr-defined]
    real, session = context.request, context._session
    own = {name: g.pop(name) for name in OF_A_READER if name in g}
    kept = KeptRequest(_environ(base, chosen), frozenset(named))
    kept.url_rule, kept.view_args = real.url_rule, real.view_args
    context.request, context._session, g._login_user = kept, _Session(), _Somebody()
    try:
        yield kept
    finally:
        context.request, context._session = real, session
        for name in OF_A_READER:
            g.pop(name, None)
        for name, value in own.items():
            setattr(g, name, value)
