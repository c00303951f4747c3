"""In production one host: that of PUBLIC_URL. What a request says of itself is anybody's word."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from markupsafe import escape

from kernel.i18n import spoken

ANSWERED_ANYWHERE = {"healthz"}
"""A load balancer asks each machine by its own address."""
_PORT = re.compile(r":\d*$")
log = logging.getLogger("tirazh")


class OneHost:
    """Tell the application the host of PUBLIC_URL whatever was asked for, and whether that was another one.

    So nothing that is built from the request's host leads elsewhere. Ports are not compared: nginx's `$host` has none.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]], address: str) -> None:
        self.application = application
        self.host = _ascii(urlsplit(address).netloc)
        self.name = _name(self.host)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ.get("HTTP_HOST", "")
        if _name(asked) != self.name:
            environ["tirazh.foreign_host"] = asked
        environ["HTTP_HOST"] = self.host
        return self.application(environ, start_response)


def _ascii(host: str) -> str:
    """«форум.рф» as browsers send it."""
    name, port = host.rpartition(":")[::2] if _PORT.search(host) else (host, "")
    known = name if name.startswith("[") else name.encode("idna").decode()
    return f"{known}:{port}" if port else known


def _name(host: str) -> str:
    return _PORT.sub("", host).lower().rstrip(".")


def init_app(app: Flask) -> None:
    if app.config["ENVIRONMENT"] == "production":
        app.wsgi_app = OneHost(app.wsgi_app, app.config["PUBLIC_URL"])  # type: ignore[method-assign]
        app.before_request(_refuse)


def _refuse() -> Response | None:
    """A page without links of ours: relative ones would lead to the host that is not."""
    asked = request.environ.get("tirazh.foreign_host")
    if asked is None or request.endpoint in ANSWERED_ANYWHERE:
        return None
    log.warning("asked for as %r: the address is %s", asked[:100], current_app.config["PUBLIC_URL"])
    title, advice = _("This site has another address"), _("Open it here:")
    address = escape(current_app.config["PUBLIC_URL"])
    return Response(
        f'<!doctype html>\n<html lang="{spoken()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>'
        f'<body><main><h1>{title}</h1><p>{advice} <a href="{address}/">{address}</a></p></main></body></html>\n',
        400,
    )
