"""Headers every answer carries, and the proxy's word about the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

import flask
from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import current_user
from itsdangerous import BadData
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import cached_property

from kernel.keys import weakness

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _policy(**changes: str) -> str:
    return "; ".join(f"{name} {value}" for name, value in (POLICY | changes).items())


PERMISSIONS = "camera=(self), microphone=(), geolocation=()"
CSP = _policy()
# The scanner compiles WebAssembly; nothing else in the product does.
CSP_SCANNER = _policy(**{"script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self' blob:"})


class Request(flask.Request):
    """A request whose texts are without NUL: no database column takes it, and nobody types it."""

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:
        environ["PATH_INFO"] = environ.get("PATH_INFO", "").replace("\0", "")
        super().__init__(environ, populate_request, shallow)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return _without_nul(super().args)

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = _without_nul(self.__dict__["form"])


def _without_nul(texts: MultiDict[str, str]) -> MultiDict[str, str]:
    every = list(texts.items(multi=True))
    if not any("\0" in value for _name, value in every):
        return texts
    return ImmutableMultiDict((name, value.replace("\0", "")) for name, value in every)


RENEW = timedelta(minutes=10)
"""A session's cookie is signed anew when it is older: a volunteer scans a ticket every second."""


SLACK = timedelta(minutes=5)
"""Clocks of machines differ by less, and an answer under way is made in less."""
USER_IN_SESSION = "_user_id"
MESSAGES = "_flashes"


class Reader(Enum):
    """Who asks for a public page."""

    anybody = "anybody"
    """Not signed in: whether or not there is a session, nothing in it shows on a public page."""
    signed_in = "signed in"
    told = "told"
    """A message waits in the session."""


def reader() -> Reader:
    """By the session alone: that somebody is named there does not say that the session still holds."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return Reader.anybody
    if MESSAGES in session:
        return Reader.told
    return Reader.signed_in if USER_IN_SESSION in session else Reader.anybody


def renew() -> None:
    """Look whether an old session still holds, so that its cookie is signed anew, where nothing else looks."""
    if _held().is_old():
        _ = current_user.is_authenticated


class Session(SecureCookieSession):
    signed: datetime | None = None
    """When its cookie was made; None before there is one."""
    came_for: str | None = None
    """Whose session the cookie says it is."""
    known = False
    """Whether this request has looked whether that still holds: see `vouch`."""

    def is_old(self) -> bool:
        return self.signed is not None and datetime.now(UTC) - self.signed > RENEW


def vouch() -> None:
    """Whoever the session names was found, and it has not been ended: its cookie may be signed anew."""
    _held().known = True


def _held() -> Session:
    return cast(Session, session._get_current_object())  # type: ignore[attr-defined]


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, with the signer made once and not twice a request, renewed now and then.

    A name is signed anew only in a request that has looked whether the session still holds: a copy of an ended one,
    shown again and again where nobody looks, would outlive the memory of its end.
    """

    def __init__(self) -> None:
        self.signer: Any = None

    def open_session(self, app: Flask, request: flask.Request) -> Session:
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return Session()
        longest = app.permanent_session_lifetime.total_seconds()
        try:
            held, signed = self.get_signing_serializer(app).loads(cookie, return_timestamp=True)
        except BadData:
            return Session()
        if not -SLACK.total_seconds() <= (datetime.now(UTC) - signed).total_seconds() <= longest:
            return Session()
        opened = Session(held)
        opened.signed, opened.came_for = signed, held.get(USER_IN_SESSION)
        return opened

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        held = cast(Session, session)
        return held.modified or (held.is_old() and held.known and held.permanent)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        held = cast(Session, session)
        named = held.came_for is not None and held.get(USER_IN_SESSION) == held.came_for
        if held.modified and named and not held.known and not current_user.is_authenticated:
            held.pop(USER_IN_SESSION, None)
        super().save_session(app, session, response)

    def get_signing_serializer(self, app: Flask) -> Any:
        if self.signer is None:
            self.signer = super().get_signing_serializer(app)
            *before, now = self.signer.secret_keys  # by a key that everybody can guess anybody would sign a session
            self.signer.secret_keys = [*(key for key in before if not weakness(key.decode())), now]
        return self.signer


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.request_class = Request
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.after_request(_headers)


def allow_scanner() -> None:
    """Let this answer's page run the barcode scanner."""
    g.csp = CSP_SCANNER


def allow_player(origin: str) -> None:
    """Let this answer's page show another site's player, and the player fill the screen."""
    g.csp = _policy(**{"frame-src": origin})
    g.permissions = ", ".join(
        [PERMISSIONS, *(f'{name}=(self "{origin}")' for name in ("autoplay", "fullscreen", "picture-in-picture"))]
    )


def client_address() -> str:
    """The client's address as far as trusted proxies tell."""
    return request.remote_addr or "unknown"


def client_network() -> str:
    """Whom limits count as one client: an IPv4 address, or the /64 that every home and phone has of IPv6."""
    address = client_address()
    if ":" not in address:
        return address
    import ipaddress  # noqa: PLC0415  (only where IPv6 comes in)

    try:
        found = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{ipaddress.IPv6Address(int(found) >> 64 << 64)}/64"


def same_site() -> bool:
    """Whether the browser says that a page of ours sent this; true when it says nothing."""
    origin = request.headers.get("Origin")
    fetched = request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = {request.host_url.rstrip("/"), current_app.config["PUBLIC_URL"]}
    return fetched in ("same-origin", "none") and (origin is None or origin in ours)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", g.get("csp", CSP))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = g.get("permissions", PERMISSIONS)
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("token_page"):
        headers["X-Robots-Tag"] = "noindex, nofollow"
    if g.get("token_page") or not headers.get("Cache-Control", "").startswith("public"):
        headers["Cache-Control"] = "private, no-store"  # only what a view calls public may be kept by anybody
    return response
