"""Headers every answer carries, and the proxy's word about the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

import flask
from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import cached_property

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


CSP = _policy()
# The scanner compiles WebAssembly; nothing else in the product does.
CSP_SCANNER = _policy(**{"script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self' blob:"})


class Request(flask.Request):
    """A request whose texts are without NUL: no database column takes it, and nobody types it."""

    def __init__(self, environ: WSGIEnvironment, *args: Any, **kwargs: Any) -> None:
        environ["PATH_INFO"] = environ.get("PATH_INFO", "").replace("\0", "")
        super().__init__(environ, *args, **kwargs)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return _without_nul(super().args)

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = _without_nul(self.__dict__["form"])


def _without_nul(texts: MultiDict[str, str]) -> Any:
    every = list(texts.items(multi=True))
    if not any("\0" in value for _name, value in every):
        return texts
    return ImmutableMultiDict((name, value.replace("\0", "")) for name, value in every)


RENEW = timedelta(minutes=10)
"""A session's cookie is signed anew when it is older: a volunteer scans a ticket every second."""


class Session(SecureCookieSession):
    signed: datetime | None = None
    """When its cookie was made; None before there is one."""


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, with the signer made once and not twice a request, renewed now and then."""

    def __init__(self) -> None:
        self.signer: Any = None

    def open_session(self, app: Flask, request: flask.Request) -> Session:
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return Session()
        longest = app.permanent_session_lifetime.total_seconds()
        try:
            held, signed = self.get_signing_serializer(app).loads(cookie, max_age=longest, return_timestamp=True)
        except BadSignature:
            return Session()
        session = Session(held)
        session.signed = signed
        return session

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        signed = cast(Session, session).signed
        return session.modified or (session.permanent and signed is not None and datetime.now(UTC) - signed > RENEW)

    def get_signing_serializer(self, app: Flask) -> Any:
        if self.signer is None:
            self.signer = super().get_signing_serializer(app)
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


def client_address() -> str:
    """The client's address as far as trusted proxies tell."""
    return request.remote_addr or "unknown"


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
    headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("token_page"):
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex, nofollow"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store"
    return response
