"""Search in Russian text: one normaliser for both databases, a full-text table per kind of document.

A word becomes the stem of its lemma («детьми» → «ребенок» → «ребенок»), so any form of it finds any other.
The tables `search_<kind>` (FTS5 or tsvector) are made on demand, outside the migrations, and can always be
rebuilt: `flask search rebuild`. Highlights, synonyms and typing errors will come in here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import text

from kernel.db import db
from kernel.text import clean

MAX_TERMS = 12
MAX_QUERY = 200
PREFIX_FROM = 4
"""Shorter stems match only whole: «дом» must not find «домен»."""
_WORD = re.compile(r"[^\W_]+")
_STOP = frozenset(
    [
        "и",
        "в",
        "во",
        "на",
        "с",
        "со",
        "к",
        "ко",
        "по",
        "о",
        "об",
        "от",
        "до",
        "из",
        "за",
        "у",
        "не",
        "ни",
        "для",
        "при",
        "без",
        "как",
        "что",
        "это",
        "или",
        "а",
        "но",
        "же",
        "ли",
        "бы",
        "где",
        "кто",
        "то",
        "мы",
        "вы",
        "они",
        "the",
        "a",
        "an",
        "of",
        "for",
        "in",
        "on",
        "to",
        "and",
        "or",
        "with",
    ]
)


class Document(NamedTuple):
    """What is indexed: `title` (names and tags) weighs more than `body`."""

    id: int
    title: str
    body: str


Source = Callable[[], Iterable[Document]]
_sources: dict[str, Source] = {}


def source(kind: str) -> Callable[[Source], Source]:
    """Register the function that gives every document of `kind`, for rebuilding."""

    def register(give: Source) -> Source:
        _sources[kind] = give
        return give

    return register


@cache
def _tools() -> tuple[Any, Any]:
    import pymorphy3  # noqa: PLC0415  (dictionaries are loaded with the first word)
    import snowballstemmer  # noqa: PLC0415

    return pymorphy3.MorphAnalyzer(), snowballstemmer.stemmer("russian")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The form under which a word is kept and found: the stem of its lemma, ё as е."""
    word = word.casefold()
    if not word.isalpha():
        return word.replace("ё", "е")
    morphology, stemmer = _tools()
    lemma = str(morphology.parse(word)[0].normal_form).replace("ё", "е")
    return str(stemmer.stemWord(lemma))


def stems(sentence: str) -> list[str]:
    """Every word of `sentence` in its searchable form, in order."""
    return [stem(word) for word in _WORD.findall(clean(sentence))]


def terms(query: str) -> list[str]:
    """What a query asks for: its words without the empty ones, each once, at most MAX_TERMS."""
    words = [word.casefold() for word in _WORD.findall(clean(query[:MAX_QUERY]))]
    meaning = [word for word in words if word not in _STOP] or words
    return list(dict.fromkeys(stem(word) for word in meaning))[:MAX_TERMS]


def index(kind: str, document: Document) -> None:
    """Put a document into the index or bring it up to date, in the caller's transaction."""
    _make(kind)
    _table(kind).put(document)


def remove(kind: str, document_id: int) -> None:
    """Take a document out of the index."""
    if _exists(kind):
        db.session.execute(text(f"DELETE FROM search_{kind} WHERE {_table(kind).key} = :id"), {"id": document_id})


def search(kind: str, query: str, limit: int = 300) -> list[tuple[int, float]]:
    """(id, rank) of the documents that answer `query`, best first; rank is higher for better.

    Documents with every word in the title come first, then with every word anywhere, then those where words
    begin alike; when none has all the words, those with most of them. Any text may be asked.
    """
    wanted = terms(query)
    if not wanted or not _exists(kind):
        return []
    table = _table(kind)
    found: dict[int, float] = {}
    for tier, (title_only, prefix) in enumerate(((True, False), (False, False), (False, True))):
        _collect(found, table.find(wanted, title_only, prefix, every=True, limit=limit), 3 - tier)
    if not found:
        _collect(found, table.find(wanted, False, True, every=False, limit=limit), 0)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _collect(found: dict[int, float], rows: Iterable[tuple[int, float]], tier: int) -> None:
    for document_id, score in rows:
        found.setdefault(document_id, tier * 1000 + min(score, 999))


def rebuild(kind: str | None = None) -> dict[str, int]:
    """Make the index anew from the registered sources. Returns how many documents of each kind."""
    counts = {}
    for name, give in _sources.items():
        if kind not in (None, name):
            continue
        documents = list(give())
        _drop(name)
        for document in documents:
            index(name, document)
        counts[name] = len(documents)
    return counts


def _dialect() -> str:
    return db.session.get_bind().dialect.name


def _table(kind: str) -> _Fts5 | _Tsvector:
    return _Fts5(kind) if _dialect() == "sqlite" else _Tsvector(kind)


def _exists(kind: str) -> bool:
    if _dialect() == "sqlite":
        question = "SELECT 1 FROM sqlite_master WHERE name = :name"
    else:
        question = "SELECT 1 FROM pg_class WHERE relname = :name AND relnamespace = current_schema()::regnamespace"
    return db.session.execute(text(question), {"name": f"search_{kind}"}).first() is not None


def _make(kind: str) -> None:
    if _exists(kind):
        return
    if _dialect() != "sqlite":  # two writers may come here at once
        db.session.execute(text("SELECT pg_advisory_xact_lock(710211)"))
    for statement in _table(kind).definition():
        db.session.execute(text(statement))


def _drop(kind: str) -> None:
    db.session.execute(text(f"DROP TABLE IF EXISTS search_{kind}"))


class _Fts5:
    """SQLite: an FTS5 table whose rowid is the document's id."""

    key = "rowid"

    def __init__(self, kind: str) -> None:
        self.name = f"search_{kind}"

    def definition(self) -> list[str]:
        tokens = "tokenize = 'unicode61 remove_diacritics 0'"
        return [f"CREATE VIRTUAL TABLE IF NOT EXISTS {self.name} USING fts5(title, body, {tokens})"]

    def put(self, document: Document) -> None:
        db.session.execute(text(f"DELETE FROM {self.name} WHERE rowid = :id"), {"id": document.id})
        db.session.execute(
            text(f"INSERT INTO {self.name} (rowid, title, body) VALUES (:id, :title, :body)"),
            {"id": document.id, "title": " ".join(stems(document.title)), "body": " ".join(stems(document.body))},
        )

    def find(
        self, wanted: list[str], title_only: bool, prefix: bool, *, every: bool, limit: int
    ) -> list[tuple[int, float]]:
        words = [f'"{word}"' + ("*" if prefix and len(word) >= PREFIX_FROM else "") for word in wanted]
        match = (" AND " if every else " OR ").join(words)
        rows = db.session.execute(
            text(
                f"SELECT rowid, -bm25({self.name}, 10.0, 1.0) AS score FROM {self.name}"
                f" WHERE {self.name} MATCH :match ORDER BY score DESC, rowid LIMIT :limit"
            ),
            {"match": f"{{title}} : ({match})" if title_only else match, "limit": limit},
        )
        return [(row[0], float(row[1])) for row in rows]


class _Tsvector:
    """PostgreSQL: a tsvector made of our own stems, title as weight A, body as D."""

    key = "id"

    def __init__(self, kind: str) -> None:
        self.name = f"search_{kind}"

    def definition(self) -> list[str]:
        return [
            f"CREATE TABLE IF NOT EXISTS {self.name} (id INTEGER PRIMARY KEY, words tsvector NOT NULL)",
            f"CREATE INDEX IF NOT EXISTS ix_{self.name}_words ON {self.name} USING gin (words)",
        ]

    def put(self, document: Document) -> None:
        title, body = stems(document.title), stems(document.body)
        lexemes = [f"'{word}':{place}A" for place, word in enumerate(title[:8000], 1)]
        lexemes += [f"'{word}':{place}" for place, word in enumerate(body[:8000], len(title) + 1)]
        db.session.execute(
            text(
                f"INSERT INTO {self.name} (id, words) VALUES (:id, CAST(:words AS tsvector))"
                " ON CONFLICT (id) DO UPDATE SET words = excluded.words"
            ),
            {"id": document.id, "words": " ".join(lexemes)},
        )

    def find(
        self, wanted: list[str], title_only: bool, prefix: bool, *, every: bool, limit: int
    ) -> list[tuple[int, float]]:
        words = []
        for word in wanted:
            marks = ("*" if prefix and len(word) >= PREFIX_FROM else "") + ("A" if title_only else "")
            words.append(f"'{word}'" + (f":{marks}" if marks else ""))
        rows = db.session.execute(
            text(
                f"SELECT id, ts_rank(words, CAST(:match AS tsquery)) AS score FROM {self.name}"
                " WHERE words @@ CAST(:match AS tsquery) ORDER BY score DESC, id LIMIT :limit"
            ),
            {"match": (" & " if every else " | ").join(words), "limit": limit},
        )
        return [(row[0], float(row[1])) for row in rows]
