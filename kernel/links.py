"""Whole addresses for letters, calendars and QR codes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, has_request_context, request, url_for
from werkzeug.routing import IntegerConverter
from werkzeug.routing import Rule as WerkzeugRule

from kernel.feature import registry
from kernel.i18n import spoken


class Rule(WerkzeugRule):
    """An address whose builder is compiled when it is first built.

    Werkzeug's own compiles at once: 234 addresses then take 62 ms of the start's CPU instead of 16 (ADR 22).
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: WerkzeugRule, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build


class DatabaseInteger(IntegerConverter):
    """`<int:…>` in addresses: a number no database has is an address no page has."""

    regex = r"\d{1,9}"


def init_app(app: Flask) -> None:
    app.add_template_global(path_for, "url_for")
    app.add_template_global(page_url)


def page_url(name: str, **values: object) -> str:
    """The path of a page that an upper feature's manifest names: a lower one knows its name and not whose it is."""
    return path_for(registry().named_pages[name], **values)


def path_for(endpoint: str, **values: Any) -> str:
    """`url_for`, remembering what it built: a page of links spends a tenth of its time on building them."""
    if not has_request_context() or endpoint.startswith(".") or not all(map(_is_plain, values.items())):
        return url_for(endpoint, **values)
    return _built(request.script_root, endpoint, tuple(values.items()))


def _is_plain(value: tuple[str, object]) -> bool:
    return type(value[1]) in (str, int) and not value[0].startswith("_")


@lru_cache(maxsize=4096)
def _built(script_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def public_url(path: str, language: str | None = None) -> str:
    """The whole address of `path` ("/my/…") in the language in force, by PUBLIC_URL or the request's host."""
    prefix = "/en" if (language or spoken()) == "en" else ""
    return base_url() + prefix + path


def base_url() -> str:
    configured: str = current_app.config["PUBLIC_URL"]
    if configured:
        return configured
    if has_request_context():
        return request.host_url.rstrip("/")
    return "http://127.0.0.1:5000"


def is_local(address: str) -> bool:
    """Whether a `next=` address stays on this site."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or any(ord(c) < 32 for c in address):
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc
