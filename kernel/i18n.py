"""Languages: Russian at `/…`, English under `/en/…`; dates and numbers as each writes them.

Messages are English in the code; `translations/ru/<feature>.po` hold the Russian, one file per
feature, joined into one catalogue by `flask translations compile`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cached_property
from wsgiref.types import StartResponse, WSGIEnvironment
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.numbers import format_decimal
from babel.support import Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, force_locale
from flask_babel import gettext as _

from kernel.text import DASH, NBSP, inner, typograph
from kernel.zones import local

LANGUAGES = ("ru", "en")
_forced: ContextVar[str | None] = ContextVar("language", default=None)


class _Messages(Domain):  # type: ignore[misc]
    """Flask-Babel's catalogue, found by language at once: a page asks some three hundred times."""

    def __init__(self) -> None:
        super().__init__()
        self.by_language: dict[str, Translations] = {}

    def get_translations(self) -> Translations:
        code = spoken()
        if code not in self.by_language:
            self.by_language[code] = super().get_translations()
        return self.by_language[code]


class _Babel(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> _Messages:
        return _Messages()


babel = _Babel()


class LanguagePrefix:
    """Move `/en` from the path into SCRIPT_NAME, so that every address made in the request keeps it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/en" or path.startswith("/en/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/en"
            environ["PATH_INFO"] = path[3:] or "/"
            environ["tirazh.language"] = "en"
        return self.application(environ, start_response)


def language() -> str:
    """The reader's language, by the address of the request."""
    return str(request.environ.get("tirazh.language", "ru")) if has_request_context() else "ru"


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak `code` ("ru" or "en") for a letter or document made outside a request."""
    token = _forced.set(code)
    try:
        with force_locale(code):
            yield
    finally:
        _forced.reset(token)


def spoken() -> str:
    """The language in force now, forced or of the request."""
    return _forced.get() or language()


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "ru"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.config["VAR"] / "translations")
    babel.init_app(app, locale_selector=language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: babel.domain_instance.get_translations().ugettext(text),
        ngettext=lambda one, many, n: babel.domain_instance.get_translations().ungettext(one, many, n),
        newstyle=True,
    )
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_env.filters.update(
        day=day,
        day_range=day_range,
        clock=clock,
        moment=moment,
        moment_short=moment_short,
        number=number,
        typograph=typograph,
        inner=inner,
    )
    app.context_processor(lambda: {"language": spoken(), "language_urls": language_urls()})


def language_urls() -> dict[str, str]:
    """This page's address in each language."""
    if not request:
        return {}
    path = request.full_path.rstrip("?")
    root = request.script_root.removesuffix("/en")
    return {"ru": root + path, "en": f"{root}/en{path}"}


def day(value: date, style: str = "long") -> str:
    """«22 апреля 2027 года»; style "short" → «22 апреля», "digits" → «22.04.2027». Of a moment: its day here."""
    tongue = spoken()
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = local(value).date()
    if style == "digits":
        return value.strftime("%d.%m.%Y")
    if tongue == "ru":
        pattern = f"d{NBSP}MMMM" + (f" y{NBSP}'года'" if style == "long" else "")
    else:
        pattern = f"d{NBSP}MMMM" + (" y" if style == "long" else "")
    return babel_date(value, pattern, locale=tongue)


def day_range(start: date, end: date) -> str:
    """«22 апреля 2027 года» or «3–8 июня 2024 года»."""
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day(end)}"
    if start.year == end.year:
        return f"{day(start, 'short')}{DASH}{day(end)}"
    return f"{day(start)}{DASH}{day(end)}"


def clock(value: time | datetime) -> str:
    """«09:30»."""
    return f"{value.hour:02}:{value.minute:02}"  # a list asks a hundred times: six times as fast as strftime


def moment(value: datetime, zone: str = "") -> str:
    """A UTC moment shown in `zone`, or in the region's: «21 ноября 2026 года, 14:05»."""
    here = _in(zone, value)
    return f"{day(here.date())}, {clock(here)}"


def moment_short(value: datetime, zone: str = "") -> str:
    """«21.11.2026 14:05»."""
    here = _in(zone, value)
    return f"{here.day:02}.{here.month:02}.{here.year:04} {clock(here)}"


def _in(zone: str, value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(zone)) if zone else local(value)


def number(value: float) -> str:
    """«2 900» in Russian (non-breaking space), "2,900" in English."""
    return format_decimal(value, locale=spoken())


__all__ = ["LANGUAGES", "_", "clock", "day", "day_range", "language", "moment", "number", "speaking", "spoken"]
