"""`flask translations`: extract messages of each feature, check and compile them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import Translations
from flask import Flask, current_app
from flask.cli import AppGroup

from kernel.feature import registry
from kernel.i18n import babel

cli = AppGroup("translations", help="Messages of the interface.")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"jinja2": {"extensions": "jinja2.ext.do,jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
OPTIONS |= {pattern: OPTIONS["jinja2"] for pattern, method in METHODS if method == "jinja2"}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "lazy_gettext": None, "_l": None}
SHARED_TEMPLATES = ("components", "layouts", "errors", "styleguide.html")


def _root() -> Path:
    return Path(current_app.root_path)


def _features() -> list[str]:
    """Folders with code of ours, lowest layer first, so that a shared message is kept once, below."""
    return [feature.name for feature in registry().features]


def _extract(feature: str) -> Catalog:
    catalog = Catalog(locale="ru", project="Тираж", fuzzy=False)
    places = [_root() / feature]
    templates = _root() / "templates"
    places += [templates / name for name in SHARED_TEMPLATES] if feature == "kernel" else [templates / feature]
    for place in places:
        if place.is_file():
            found = extract_file(place)
        elif place.is_dir():
            found = [
                (str(place / name), line, message, comments, context)
                for name, line, message, comments, context in extract_from_dir(
                    place, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
                )
            ]
        else:
            continue
        for name, _line, message, comments, context in found:
            where = Path(name).relative_to(_root()).as_posix()
            catalog.add(message, None, [(where, 0)], auto_comments=comments, context=context)
    return catalog


def extract_file(path: Path) -> list[tuple[str, int, object, list[str], str | None]]:
    from babel.messages.extract import extract  # noqa: PLC0415  (only this rare path needs it)

    with path.open("rb") as file:
        rows = extract("jinja2", file, KEYWORDS, options=OPTIONS["jinja2"])
        return [(str(path), line, message, comments, context) for line, message, comments, context in rows]


def _po(feature: str) -> Path:
    return _root() / "translations" / "ru" / f"{feature}.po"


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="ru")
    with path.open("rb") as file:
        return read_po(file, locale="ru")


def _key(message: object) -> object:
    return message.id if isinstance(message.id, str) else message.id[0]  # type: ignore[attr-defined]


@cli.command("extract")
def extract_messages() -> None:
    """Bring every translations/ru/<feature>.po up to date with the code."""
    known: dict[object, object] = {}
    for feature in _features():
        for message in _read(_po(feature)):
            if message.id and message.string:
                known.setdefault(_key(message), message.string)
    seen: set[object] = set()
    for feature in _features():
        fresh = Catalog(locale="ru", project="Тираж", fuzzy=False)
        for message in _extract(feature):
            if not message.id or _key(message) in seen:
                continue
            seen.add(_key(message))
            string = known.get(_key(message), "")
            if not isinstance(message.id, str) and isinstance(string, str):
                string = ("", "", "")
            if isinstance(message.id, str) and not isinstance(string, str):
                string = ""
            fresh.add(message.id, string, message.locations, context=message.context)
        buffer = io.BytesIO()
        write_po(buffer, fresh, sort_output=True, omit_header=True, include_lineno=False, width=110)
        body = buffer.getvalue().strip()
        if body:
            _po(feature).write_bytes(PO_HEADER.encode() + body + b"\n")
        elif _po(feature).exists():
            _po(feature).unlink()


PO_HEADER = """msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

"""  # noqa: E501


def joined() -> Catalog:
    """All Russian messages as one catalogue."""
    catalog = Catalog(locale="ru", fuzzy=False)
    for path in sorted((_root() / "translations" / "ru").glob("*.po")):
        for message in _read(path):
            if message.id and message.string and not message.fuzzy:
                catalog.add(message.id, message.string, context=message.context)
    return catalog


def missing() -> list[str]:
    """Messages of the code without a Russian text, and fuzzy ones, as "feature: message"."""
    translated = joined()
    faults = []
    for feature in _features():
        for message in _extract(feature):
            if not message.id:
                continue
            found = translated.get(message.id, message.context)
            strings = found.string if found else ""
            strings = (strings,) if isinstance(strings, str) else strings
            if not all(strings):
                faults.append(f"{feature}: {_key(message)}")
        faults += [f"{feature}: fuzzy {_key(m)}" for m in _read(_po(feature)) if m.fuzzy and m.id]
    return faults


@cli.command("check")
def check() -> None:
    """Fail when a message has no Russian text."""
    faults = missing()
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.ClickException(f"{len(faults)} messages are not translated")


def compile_catalog(app: Flask) -> Path:
    """Write var/translations/ru/LC_MESSAGES/messages.mo; returns its path."""
    with app.app_context():
        target = Path(current_app.config["VAR"]) / "translations" / "ru" / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            write_mo(file, joined())
        temporary.replace(target)
        return target


def init_app(app: Flask) -> None:
    """Compile the catalogue when a translation is newer than what was compiled; for this process only where it cannot
    be written."""
    compiled = Path(app.config["VAR"]) / "translations" / "ru" / "LC_MESSAGES" / "messages.mo"
    sources = list((Path(app.root_path) / "translations" / "ru").glob("*.po"))
    try:
        if not compiled.exists() or max(path.stat().st_mtime for path in sources) > compiled.stat().st_mtime:
            compile_catalog(app)
    except OSError:
        with app.app_context():
            _keep_in_memory()


def _keep_in_memory() -> None:
    made = io.BytesIO()
    write_mo(made, joined())
    made.seek(0)
    babel.domain_instance.by_language["ru"] = Translations(made)


@cli.command("compile")
def compile_messages() -> None:
    """Join and compile the catalogue."""
    click.echo(compile_catalog(current_app._get_current_object()).name)  # type: ignore[attr-defined]
