"""Sample documents belong to editions; a card may be accepted before its publication

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from kernel.shelving import drop_shelf, has_shelf, shelf_of, shelve_columns, take_back_columns


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

STATES = ('draft', 'current', 'leaving', 'past')

sample = sa.table(
    'sample_document',
    sa.column('id', sa.Integer), sa.column('practice_id', sa.Integer), sa.column('kind', sa.String),
    sa.column('title', sa.String), sa.column('position', sa.Integer), sa.column('state', sa.String),
    sa.column('created_at', sa.DateTime),
)
practice = sa.table(
    'practice',
    sa.column('id', sa.Integer), sa.column('admission', sa.String), sa.column('published_at', sa.DateTime),
    sa.column('working', sa.JSON(none_as_null=True)),
)
edition = sa.table(
    'practice_edition',
    sa.column('id', sa.Integer), sa.column('practice_id', sa.Integer), sa.column('number', sa.Integer),
    sa.column('published_at', sa.DateTime), sa.column('content', sa.JSON),
)
author = sa.table(
    'practice_author',
    sa.column('id', sa.Integer), sa.column('practice_id', sa.Integer), sa.column('sent', sa.JSON(none_as_null=True)),
)
confirmation = sa.table(
    'practice_confirmation',
    sa.column('id', sa.Integer), sa.column('practice_id', sa.Integer),
    sa.column('base', sa.JSON), sa.column('content', sa.JSON),
)
PASSPORTS = {practice: ['working'], edition: ['content'], author: ['sent'], confirmation: ['base', 'content']}


def upgrade() -> None:
    kind = sa.Enum(*STATES, name='documentstate', native_enum=False, length=32)
    with op.batch_alter_table('sample_document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('state', kind, server_default='draft', nullable=False))
    public = sa.or_(practice.c.admission == 'published', practice.c.published_at.is_not(None))
    op.execute(
        sa.update(sample)
        .where(sample.c.practice_id.in_(sa.select(practice.c.id).where(public)))
        .values(state='current')
    )
    take_back_columns(revision, 'sample_document', 'state')
    _name_documents()
    _take_back_accepted()
    _take_back_documents()


def _name_documents() -> None:
    """Until now a document was there for readers at once: each edition had those attached before the next one."""
    found: dict[int, list[Any]] = {}
    rows = op.get_bind().execute(sa.select(sample).order_by(sample.c.position, sample.c.id))
    for row in rows:
        found.setdefault(row.practice_id, []).append(row)

    def kept(practice_id: int, before: Any = None) -> list[dict[str, Any]]:
        rows = found.get(practice_id, [])
        return [
            {'id': row.id, 'kind': row.kind, 'title': row.title}
            for row in rows
            if before is None or row.created_at < before
        ]

    ends: dict[tuple[int, int], Any] = {}
    editions = op.get_bind().execute(sa.select(edition)).all()
    for row in editions:
        ends[(row.practice_id, row.number - 1)] = row.published_at
    for row in editions:
        documents = kept(row.practice_id, ends.get((row.practice_id, row.number)))
        content = row.content | {'documents': documents}
        op.execute(sa.update(edition).where(edition.c.id == row.id).values(content=content))
    for row in op.get_bind().execute(sa.select(author).where(author.c.sent.is_not(None))).all():
        sent = row.sent | {'documents': kept(row.practice_id)}
        op.execute(sa.update(author).where(author.c.id == row.id).values(sent=sent))
    for row in op.get_bind().execute(sa.select(confirmation)).all():
        documents = {'documents': kept(row.practice_id)}
        base = row.base | documents if row.base else row.base
        op.execute(
            sa.update(confirmation)
            .where(confirmation.c.id == row.id)
            .values(base=base, content=row.content | documents)
        )


def _take_back_accepted() -> None:
    """Cards accepted before a step down, unless the release before has decided about them."""
    if has_shelf('practice', revision):
        accepted = f"SELECT id FROM {shelf_of('practice', revision)} WHERE admission = 'accepted'"
        op.execute(f"UPDATE practice SET admission = 'accepted' WHERE admission = 'submitted' AND id IN ({accepted})")


def _take_back_documents() -> None:
    """What each passport said of its documents before a step down; the rest of it may have changed since."""
    for table, names in PASSPORTS.items():
        if not has_shelf(table.name, revision):
            continue
        columns = [sa.column(name, table.c[name].type) for name in ('id', *names)]
        kept = op.get_bind().execute(sa.select(sa.table(shelf_of(table.name, revision), *columns))).all()
        before = {row.id: row for row in kept}
        for row in op.get_bind().execute(sa.select(table).where(table.c.id.in_(before))).all():
            values = {name: _documents_of(getattr(row, name), getattr(before[row.id], name), name) for name in names}
            op.execute(sa.update(table).where(table.c.id == row.id).values(values))
        drop_shelf(revision, table.name)


def _documents_of(now: Any, before: Any, name: str) -> Any:
    if not before or 'documents' not in before or (now is None and name != 'working'):
        return now
    return (now or {}) | {'documents': before['documents']}


def downgrade() -> None:
    """The release before knows no editions of documents: it shows all of them."""
    shelve_columns(revision, 'sample_document', 'state')
    for table, names in PASSPORTS.items():
        shelve_columns(revision, table.name, *names, *(['admission'] if table is practice else []))
    with op.batch_alter_table('sample_document', schema=None) as batch_op:
        batch_op.drop_column('state')
    op.execute(sa.update(practice).where(practice.c.admission == 'accepted').values(admission='submitted'))

    def without(value: Any) -> Any:
        return {name: item for name, item in value.items() if name != 'documents'} if value else value

    for table, names in PASSPORTS.items():
        _rewrite(table, names, (lambda value: without(value) or None) if table is practice else without)


def _rewrite(table: Any, names: list[str], change: Callable[[Any], Any]) -> None:
    for row in op.get_bind().execute(sa.select(table)).all():
        values = {name: change(getattr(row, name)) for name in names}
        if any(values[name] != getattr(row, name) for name in names):
            op.execute(sa.update(table).where(table.c.id == row.id).values(values))
