"""The tables `search_<kind>` of both databases behind one shape: FTS5 or tsvector, four fields of falling weight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, text

from kernel import bits
from kernel.db import db
from kernel.search.questions import Phrase, Want
from kernel.search.words import stems, surfaces

FIELDS = ("title", "tags", "lead", "body")
EVERYWHERE = len(FIELDS)
PREFIX_FROM = 4
"""Shorter stems match only whole: «дом» must not find «домен»."""


class Document(NamedTuple):
    """What is indexed. `tags` are words people use for it, `lead` is what is read first, `body` the rest."""

    id: int
    title: str
    body: str
    tags: str = ""
    lead: str = ""


class Pattern(NamedTuple):
    """Documents with every want in the first `fields` fields; `prefix`: words that begin alike are enough."""

    wants: Sequence[Want]
    fields: int = EVERYWHERE
    prefix: bool = False


def table(kind: str) -> Fts5 | Tsvector:
    return Fts5(kind) if _dialect() == "sqlite" else Tsvector(kind)


def _dialect() -> str:
    return db.session.get_bind().dialect.name


class _Table(ABC):
    key = "id"

    def __init__(self, kind: str) -> None:
        self.name = f"search_{kind}"
        self.words = f"search_{kind}_words"

    @abstractmethod
    def exists(self) -> bool: ...

    @abstractmethod
    def _definition(self) -> list[str]: ...

    @abstractmethod
    def _match(self) -> str: ...

    @abstractmethod
    def _expression(self, pattern: Pattern) -> str: ...

    @abstractmethod
    def _gather(self) -> str: ...

    def make(self) -> None:
        if self.exists():
            return
        self.drop()  # one of an earlier shape
        words = f"CREATE TABLE IF NOT EXISTS {self.words} (word VARCHAR(64) PRIMARY KEY)"
        for statement in [*self._definition(), words]:
            db.session.execute(text(statement))

    def drop(self) -> None:
        for name in (self.name, self.words):
            db.session.execute(text(f"DROP TABLE IF EXISTS {name}"))

    def _keep_words(self, document: Document) -> None:
        """Remember how its words are written: the vocabulary that mistyped words are compared with."""
        known = {
            word for part in (document.title, document.tags, document.lead, document.body) for word in surfaces(part)
        }
        rows = [{"word": word} for word in sorted(known) if 4 <= len(word) <= 64 and word.isalpha()]
        if rows:  # in one order, so that two writers cannot wait for each other
            db.session.execute(text(f"INSERT INTO {self.words} (word) VALUES (:word) ON CONFLICT DO NOTHING"), rows)

    def delete(self, document_id: int) -> None:
        db.session.execute(text(f"DELETE FROM {self.name} WHERE {self.key} = :id"), {"id": document_id})

    def sets(self, patterns: Sequence[Pattern]) -> list[int]:
        """For each pattern the set of documents that answer it. One statement."""
        parts, values = [], {}
        for number, pattern in enumerate(patterns):
            parts.append(
                f"SELECT {number}, {self._gather()} FROM {self.name} WHERE {self._match().format(f':m{number}')}"
            )
            values[f"m{number}"] = self._expression(pattern)
        rows = {row[0]: row[1] for row in db.session.execute(text(" UNION ALL ".join(parts)), values)}
        return [_as_bits(rows[number]) for number in range(len(patterns))]

    def texts(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The stems of each field, a space on either side of each."""
        statement = text(f"SELECT {self.key}, {', '.join(FIELDS)} FROM {self.name} WHERE {self.key} IN :ids")
        rows = db.session.execute(statement.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)})
        return {row[0]: tuple(f" {part} " for part in row[1:]) for row in rows}

    def vocabulary(self, shortest: int, longest: int) -> list[str]:
        """How words of these lengths are written in the documents."""
        statement = text(f"SELECT word FROM {self.words} WHERE length(word) BETWEEN :shortest AND :longest")
        return list(db.session.scalars(statement, {"shortest": shortest, "longest": longest}))


def _as_bits(gathered: str | Iterable[int] | None) -> int:
    if not gathered:
        return 0
    return bits.from_ids(map(int, gathered.split(",")) if isinstance(gathered, str) else gathered)


def _fields(document: Document) -> tuple[list[str], ...]:
    return tuple(stems(part) for part in (document.title, document.tags, document.lead, document.body))


class Fts5(_Table):
    """SQLite: an FTS5 table whose rowid is the document's id."""

    key = "rowid"

    def exists(self) -> bool:
        question = text("SELECT 1 FROM sqlite_master WHERE name = :name")
        return db.session.execute(question, {"name": self.words}).first() is not None

    def _definition(self) -> list[str]:
        tokens = "tokenize = 'unicode61 remove_diacritics 0'"
        return [f"CREATE VIRTUAL TABLE IF NOT EXISTS {self.name} USING fts5({', '.join(FIELDS)}, {tokens})"]

    def put(self, document: Document) -> None:
        self.delete(document.id)
        values = dict(zip(FIELDS, (" ".join(part) for part in _fields(document)), strict=True))
        columns = ", ".join(f":{name}" for name in FIELDS)
        db.session.execute(
            text(f"INSERT INTO {self.name} (rowid, {', '.join(FIELDS)}) VALUES (:id, {columns})"),
            {"id": document.id, **values},
        )
        self._keep_words(document)

    def _gather(self) -> str:
        return "group_concat(rowid)"

    def _match(self) -> str:
        return self.name + " MATCH {}"

    def _expression(self, pattern: Pattern) -> str:
        def phrase(words: Phrase) -> str:
            marked = (f'"{word}"' + ("*" if pattern.prefix and len(word) >= PREFIX_FROM else "") for word in words)
            return f"({' AND '.join(marked)})"

        def want(one: Want) -> str:
            others = (f'"{" ".join(words)}"' for words in one.others)
            return f"({' OR '.join([phrase(one.phrase), *others])})"

        every = " AND ".join(map(want, pattern.wants))
        return every if pattern.fields == EVERYWHERE else f"{{{' '.join(FIELDS[: pattern.fields])}}} : ({every})"


class Tsvector(_Table):
    """PostgreSQL: a tsvector made of our own stems, the fields as its weights A to D, and the stems beside it."""

    def exists(self) -> bool:
        question = "SELECT 1 FROM pg_class WHERE relname = :name AND relnamespace = current_schema()::regnamespace"
        return db.session.execute(text(question), {"name": self.words}).first() is not None

    def make(self) -> None:
        if not self.exists():
            db.session.execute(text("SELECT pg_advisory_xact_lock(710211)"))  # two writers may come here at once
            super().make()

    def _definition(self) -> list[str]:
        columns = "".join(f", {name} TEXT NOT NULL" for name in FIELDS)
        return [
            f"CREATE TABLE IF NOT EXISTS {self.name} (id INTEGER PRIMARY KEY, words tsvector NOT NULL{columns})",
            f"CREATE INDEX IF NOT EXISTS ix_{self.name}_words ON {self.name} USING gin (words)",
        ]

    def put(self, document: Document) -> None:
        fields, lexemes, place = _fields(document), [], 0
        for weight, part in zip("ABCD", fields, strict=True):
            lexemes += [f"'{word}':{place + nth}{weight}" for nth, word in enumerate(part[:4000], 1)]
            place += len(part[:4000]) + 1  # a gap: a phrase does not run on into the next field
        columns = ", ".join(FIELDS)
        db.session.execute(
            text(
                f"INSERT INTO {self.name} (id, words, {columns})"
                f" VALUES (:id, CAST(:words AS tsvector), {', '.join(f':{name}' for name in FIELDS)})"
                f" ON CONFLICT (id) DO UPDATE SET words = excluded.words,"
                f" {', '.join(f'{name} = excluded.{name}' for name in FIELDS)}"
            ),
            {
                "id": document.id,
                "words": " ".join(lexemes),
                **dict(zip(FIELDS, (" ".join(part) for part in fields), strict=True)),
            },
        )
        self._keep_words(document)

    def _gather(self) -> str:
        return "array_agg(id)"

    def _match(self) -> str:
        return "words @@ CAST({} AS tsquery)"

    def _expression(self, pattern: Pattern) -> str:
        weights = "" if pattern.fields == EVERYWHERE else "ABCD"[: pattern.fields]

        def phrase(words: Phrase) -> str:
            marked = []
            for word in words:
                marks = ("*" if pattern.prefix and len(word) >= PREFIX_FROM else "") + weights
                marked.append(f"'{word}'" + (f":{marks}" if marks else ""))
            return f"({' & '.join(marked)})"

        def want(one: Want) -> str:
            others = (
                " <-> ".join(f"'{word}'" + (f":{weights}" if weights else "") for word in words) for words in one.others
            )
            return f"({' | '.join([phrase(one.phrase), *(f'({other})' for other in others)])})"

        return " & ".join(map(want, pattern.wants))
