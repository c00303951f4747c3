"""What every template may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, has_request_context, request
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from markupsafe import Markup

from kernel.abbreviations import abbreviations
from kernel.feature import registry
from kernel.forms import form_token
from kernel.i18n import spoken
from kernel.links import page_url
from kernel.text import Lines, cited, dial, one_line, typograph


@lru_cache(maxsize=512)
def prose(text: str) -> Markup:
    """Data text as safe HTML: Markdown without raw HTML, images or tables; Russian typesetting."""
    import nh3  # noqa: PLC0415  (loaded with the first text shown)
    from markdown_it import MarkdownIt  # noqa: PLC0415

    parser = MarkdownIt("zero").enable(["list", "emphasis", "link", "newline", "paragraph", "escape"])
    html = parser.render(typograph(text))
    return Markup(
        nh3.clean(
            html,
            tags={"p", "ul", "ol", "li", "em", "strong", "a", "br"},
            attributes={"a": {"href"}},
            url_schemes={"https", "http", "mailto", "tel"},
            link_rel="nofollow noopener",
        )
    )


def pairs(things: Iterable[object], value: str, label: str) -> list[tuple[object, object]]:
    """Two attributes of each thing: the options of a select."""
    return [(getattr(thing, value), getattr(thing, label)) for thing in things]


def fragment(template: str, **context: object) -> str:
    """A piece of a page by itself, without what only whole pages need (navigation, languages)."""
    return current_app.jinja_env.get_template(template).render(context)


def drawn(template: str, macro: str, *things: Hashable) -> Markup:
    """What a macro makes of plain values, remembered by them: a change is another value, and so drawn anew.

    The macro may know nothing but `things`, the language and where the site is; enumerations and texts, no models.
    """
    draw = _drawn.__wrapped__ if current_app.debug else _drawn  # a template may be at work
    return draw(template, macro, spoken(), request.script_root if has_request_context() else "", things)


@lru_cache(maxsize=4096)
def _drawn(template: str, macro: str, language: str, root: str, things: tuple[Hashable, ...]) -> Markup:
    made: Markup = getattr(current_app.jinja_env.get_template(template).module, macro)(*things)
    return made


class _Unindented(Extension):
    """Pages are sent without the indentation of their templates. Line ends stay: they are white space between words."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE) if name and name.endswith(".html") else source


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder, for the next start. Where they cannot be kept or read they are compiled again."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # unreadable or cut short: pickle has many words for it
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def plain_text(template: str, **context: object) -> str:
    """A letter's plain text. What is put into it is one line: the lines of a letter are those of its template.

    A value that is nothing but line ends stays, and so does what is `cited`.
    """
    current_app.update_template_context(context)
    environment: Environment = current_app.extensions["tirazh.plain-text"]
    return environment.get_template(template).render(context)


def _inserted(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Lines) or not value.strip("\n"):
        return value
    return one_line(value)


def init_app(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _Compiled(str(app.config["VAR"] / "templates"))
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.add_extension(_Unindented)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["prose"] = prose
    app.jinja_env.filters["dial"] = dial
    app.jinja_env.filters["pairs"] = pairs
    app.jinja_env.filters["cited"] = cited
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    # What is compiled for it differs: a cache of what the other environment compiled would be the wrong one.
    app.extensions["tirazh.plain-text"] = app.jinja_env.overlay(finalize=_inserted, bytecode_cache=None)
    app.add_template_global(form_token, "csrf_token")
    app.add_template_global(abbreviations)
    app.add_template_global(drawn)
    app.context_processor(_navigation)


Maker = Callable[[], Iterable[object]]


def _navigation() -> dict[str, object]:
    links: dict[str, object] = {name: _Lazy(make) for name, make in registry().links.items()}
    if not has_request_context():  # a letter
        return links
    return links | {"sign_out_url": page_url("sign-out"), "cabinet_url": page_url("work")}


class _Lazy:
    """A list that `make()` returns, made only when a template asks."""

    def __init__(self, make: Maker) -> None:
        self.make = make
        self.made: list[object] | None = None

    def _items(self) -> list[object]:
        if self.made is None:
            self.made = list(self.make())
        return self.made

    def __iter__(self) -> Iterator[object]:
        return iter(self._items())

    def __len__(self) -> int:
        return len(self._items())
