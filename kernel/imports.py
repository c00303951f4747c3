"""Imports of files: a preview with a verdict per row, then one transaction, repeatable without doubles.

A feature's importer turns a file into a `Plan`; the preview keeps the file on the server with its
hash, and confirmation computes the plan again from the same file before carrying it out.

Nothing is a wall: rows with errors wait for their repair, rows with a doubt for one tick, and the others come in.
What was left out can be downloaded with what is wrong beside it, repaired and loaded.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import uuid4

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from kernel.db import Columns, IntPk, Model, db, utcnow
from kernel.documents.headings import Known
from kernel.documents.sheets import Column, Table, xlsx
from kernel.files import BYTES_OF_A_FILE, FileRefused, StoredFile, Upload, check, discard
from kernel.text import clean
from kernel.transaction import writing

A = TypeVar("A")
P = TypeVar("P", bound="AnyPlan")
PREVIEWS_KEPT = timedelta(days=7)


class Verdict(enum.Enum):
    create = "create"
    change = "change"
    same = "same"
    error = "error"
    doubt = "doubt"
    """Would come in, but nobody has confirmed what is doubtful about it."""


@dataclass
class Row:
    """A row of the file: its number there, what it is called, and what would happen to it."""

    number: int
    title: str
    verdict: Verdict
    messages: list[str] = field(default_factory=list)
    """Errors, or what would change, in the reader's language."""
    warnings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What is possible and yet hardly meant: confirmed once, by a tick at the load."""
    action: object = None
    """Which of the plan's actions carries the row out; needed by rows with doubts."""
    about: str = ""
    """What else would come in, for whoever looks before it does."""

    @property
    def is_doubtful(self) -> bool:
        return bool(self.doubts) and self.verdict in (Verdict.create, Verdict.change)

    @property
    def stands(self) -> str:
        """The verdict's code as the preview says it: in doubt before it will be added or changed."""
        return Verdict.doubt.value if self.is_doubtful else self.verdict.value


@dataclass
class Plan(Generic[A]):
    """What an import would do. `actions` is the importer's own business, run by its `carry_out`."""

    rows: list[Row]
    actions: list[A]
    absent: list[str] = field(default_factory=list)
    """What is here but not in the file: listed, never deleted."""
    creates: list[str] = field(default_factory=list)
    """Other objects the import would create (sections, rooms, organisations)."""
    notes: list[str] = field(default_factory=list)
    """What of the file was not read, in the reader's language."""

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)

    @property
    def errors(self) -> int:
        return self.count(Verdict.error)

    @property
    def doubtful(self) -> list[Row]:
        """Rows that would come in, and doubtfully."""
        return [row for row in self.rows if row.is_doubtful]

    @property
    def left(self) -> list[Row]:
        """Rows that do not come in as they are: with an error, or in doubt."""
        return [row for row in self.rows if row.verdict in (Verdict.error, Verdict.doubt) or row.is_doubtful]

    @property
    def signature(self) -> str:
        """What a tick confirms: just these doubts of these rows."""
        told = "\n".join(f"{row.number}|{row.title}|{'|'.join(row.doubts)}" for row in self.doubtful)
        return blake2b(told.encode(), digest_size=8).hexdigest() if told else ""

    def confirm_doubts(self) -> None:
        """Somebody has looked at the doubts: the rows come in."""
        for row in self.doubtful:
            row.warnings, row.doubts = row.warnings + row.doubts, []

    def leave_doubts(self) -> None:
        """Keep the doubtful rows out; they stay in the plan as such."""
        left = self.doubtful
        out = {id(row.action) for row in left}
        self.actions = [action for action in self.actions if id(action) not in out]
        for row in left:
            row.verdict = Verdict.doubt

    def summary(self) -> str:
        """`created N, changed N, skipped N, errors N`: the command's last line."""
        skipped = self.count(Verdict.same) + self.count(Verdict.doubt)
        return (
            f"created {self.count(Verdict.create)}, changed {self.count(Verdict.change)}, "
            f"skipped {skipped}, errors {self.errors}"
        )


AnyPlan: TypeAlias = Plan[Any]


def with_oddities(rows: list[Row], table: Table) -> list[Row]:
    """The rows with what their reading found odd; those that could not be read stand among them as errors."""
    for row in rows:
        row.warnings += table.doubts.get(row.number, [])
    unread = [Row(number, "—", Verdict.error, [text]) for number, text in table.faults.items()]
    return sorted([*rows, *unread], key=lambda row: row.number) if unread else rows


class ImportPreview(Model):
    """An uploaded file waiting for its confirmation."""

    __tablename__ = "import_preview"

    id: Mapped[IntPk]
    uuid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    kind: Mapped[str] = mapped_column(String(32))
    scope_id: Mapped[int | None]
    user_id: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    applied_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship()


def preview_for(uuid: str, kind: str, scope_id: int | None, user_id: int) -> ImportPreview:
    """The user's own preview of this kind and scope. Raises NotFound."""
    found = db.session.scalar(
        select(ImportPreview).where(
            ImportPreview.uuid == uuid,
            ImportPreview.kind == kind,
            ImportPreview.scope_id == scope_id,
            ImportPreview.user_id == user_id,
        )
    )
    if found is None:
        raise NotFound()
    return found


def checked_table(file: FileStorage) -> Upload:
    """An uploaded XLSX or CSV; reading a CSV, which has no signature, is its check. Raises FileRefused."""
    name = clean(Path((file.filename or "").replace("\\", "/")).name)[:200]
    if not name.lower().endswith((".csv", ".txt")):
        return check(file, {".xlsx", ".csv"})
    body = file.stream.read(BYTES_OF_A_FILE + 1)
    if len(body) > BYTES_OF_A_FILE:
        raise FileRefused(_("The file is larger than 10 MB. Choose a smaller one."))
    if not body:
        raise FileRefused(_("The file is empty. Choose another one."))
    return Upload(name, "text/csv", body)


def keep_preview(kind: str, scope_id: int | None, user_id: int, stored: StoredFile) -> ImportPreview:
    """Keep an uploaded file until its import is confirmed; `user_id` 0: whoever holds a personal link."""
    db.session.add(stored)
    db.session.flush()
    preview = ImportPreview(kind=kind, scope_id=scope_id, user_id=user_id, file_id=stored.id)
    db.session.add(preview)
    db.session.flush()
    return preview


def take(preview: ImportPreview) -> bool:
    """Mark the preview as carried out; False when it was already, also by a request a moment ago.

    Call first inside `writing()`: the row stays locked until the commit.
    """
    statement = select(ImportPreview.applied_at).where(ImportPreview.id == preview.id).with_for_update()
    there = db.session.execute(statement).first()
    if there is None or there.applied_at is not None:  # gone: somebody named in the file was erased just now
        return False
    preview.applied_at = utcnow()
    db.session.flush()
    return True


def shown(plan: AnyPlan) -> Columns:
    """What a preview's page draws: the plan, and its rows narrowed to one verdict by `?only=`."""
    only = request.args.get("only", "")
    return {"plan": plan, "only": only, "rows": [row for row in plan.rows if only in ("", row.stands)]}


def settle(plan: P, preview: ImportPreview) -> P:
    """The plan as the sender of the form confirmed it: doubts that nobody ticked are left out.

    What is left out may still come in from the same page, so the file is not done with. Call after `take`.
    """
    if plan.signature == request.form.get("sure", ""):
        plan.confirm_doubts()
    else:
        plan.leave_doubts()
    if plan.left:
        preview.applied_at = None
    return plan


def left_out(table: Table, known: Known, plan: AnyPlan, always: Collection[str] = ()) -> bytes:
    """A workbook of the rows that did not come in, with what is wrong beside each: repaired, it is loaded as it is.

    `known` maps columns to the headings they are read by; those of `always` are there to be filled in, though the file
    had none. Of a row that could not be read the reason stands alone.
    """
    used = [name for name in known if name in always or any(name in values for _number, values in table.rows)]
    columns = [Column(str(known[name][0]), 28) for name in used] + [Column(_("What to put right"), 60)]
    written: dict[int, dict[str, object]] = dict(table.rows)
    rows = [
        [
            *(written.get(row.number, {}).get(name) for name in used),
            " ".join(row.messages if row.verdict is Verdict.error else row.doubts),
        ]
        for row in plan.left
    ]
    return xlsx(_("Left out"), columns, rows)


def tell(plan: AnyPlan | None, preview_url: str, done_url: str) -> str:
    """Say what has become of a file (None: it had been carried out before); returns where to go: to what was left."""
    if plan is None:
        flash(_("This file has been loaded already."), "info")
    else:
        done = _(
            "Done: %(created)d added, %(changed)d changed, %(same)d as before.",
            created=plan.count(Verdict.create),
            changed=plan.count(Verdict.change),
            same=plan.count(Verdict.same),
        )
        wrong = ngettext(
            "%(num)d row with an error is left out.", "%(num)d rows with errors are left out.", plan.errors
        )
        waiting = plan.count(Verdict.doubt)
        doubtful = ngettext("%(num)d doubtful row is left out.", "%(num)d doubtful rows are left out.", waiting)
        flash(" ".join([done] + [wrong] * bool(plan.errors) + [doubtful] * bool(waiting)), "ok")
    return preview_url if plan is not None and plan.left else done_url


def forget_old() -> None:
    """Delete files brought in a week ago, carried out or not: they hold names and addresses, and fill the disk."""
    while _forget_some():
        pass


def _forget_some() -> int:
    old = select(ImportPreview.id, ImportPreview.file_id, StoredFile.uuid).join(ImportPreview.file)
    with writing():
        rows = db.session.execute(old.where(ImportPreview.created_at < utcnow() - PREVIEWS_KEPT).limit(1000)).all()
        db.session.execute(delete(ImportPreview).where(ImportPreview.id.in_([row.id for row in rows])))
        discard([(row.file_id, row.uuid) for row in rows])
    return len(rows)
