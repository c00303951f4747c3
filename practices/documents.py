"""Sample documents brought in as Markdown and kept as .docx."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kernel.access import Actor
from kernel.documents.word import DOCX, to_docx
from kernel.files import StoredFile
from kernel.text import slugify
from practices.models import DocumentKind, Practice
from practices.operations import add_document, publish_documents, store
from practices.queries import practice_by_key


def load_documents(rows: Iterable[dict[str, str]], folder: Path, *, by: Actor | None = None) -> int:
    """Attach sample documents: rows as in demo/sample_documents.csv, files relative to `folder`.

    Call inside `writing()`. Readers have them at once, in a new edition of each practice. A title the practice
    has already is passed over. Returns how many were added.
    """
    added, changed = 0, {}
    for row in rows:
        practice = practice_by_key(row["practice"])
        if practice is None:
            raise LookupError(f"no practice {row['practice']!r}")
        if any(sample.title == row["title"] for sample in practice.next_documents):
            continue
        stored = _stored(practice, row["title"], folder / row["file"])
        add_document(practice, DocumentKind(row["kind"]), row["title"], stored, by=by)
        changed[practice.id] = practice
        added += 1
    for practice in changed.values():
        publish_documents(practice)
    return added


def _stored(practice: Practice, title: str, path: Path) -> StoredFile:
    if path.suffix != ".md":
        raise LookupError(f"{path.name} is not a Markdown file")
    body = to_docx(path.read_text(encoding="utf-8"), title)
    return store(f"{slugify(title)}.docx", DOCX, body)
