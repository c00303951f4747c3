"""A sign that ends a word is a part of a name's key: «Семья+» is not «Семья»

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from kernel.text import sort_key
from registrations.details import identity_of


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

KEYS = (
    ('territory', 'name', 'name_key', 255),
    ('speaker', 'name', 'name_key', 255),
    ('registration', 'name', 'name_key', 255),
    ('registration', 'organisation', 'organisation_key', 255),
    ('series', 'name', 'name_key', 255),
    ('forum', 'name', 'name_key', 255),
    ('section', 'name', 'name_key', 255),
    ('slot', 'title', 'title_key', 255),
    ('user_account', 'name', 'name_key', 255),
    ('organisation', 'name', 'name_key', 255),
    ('practice', 'name', 'name_key', 255),
    ('saved_search', 'name', 'name_key', 120),
)
"""Table, what was typed, its key, its length."""


def upgrade() -> None:
    _remake(sort_key)
    registration = _table('registration', 'name', 'email', 'identity', 'erased_at')
    for row in _rows(registration, registration.c.name, registration.c.erased_at.is_(None)):
        _set(registration, row.id, identity=identity_of(row.email, row.name))
    speaker = _table('speaker', 'name', 'identity_key')
    for row in _rows(speaker, speaker.c.name):
        _name, mark, place = row.identity_key.partition(' @ ')
        _set(speaker, row.id, identity_key=f'{sort_key(row.name)}{mark}{place}')


def downgrade() -> None:
    """Identities stay: the steps before compare them, and two people must not become one."""
    _remake(lambda name: sort_key(re.sub('[+#]', ' ', name)))


def _remake(key_of: Callable[[str], str]) -> None:
    for name, source, key, length in KEYS:
        table = _table(name, source, key)
        for row in _rows(table, table.c[source]):
            _set(table, row.id, **{key: key_of(getattr(row, source))[:length]})


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, sa.column('id'), *map(sa.column, columns))


def _rows(table: sa.TableClause, source: sa.ColumnClause, *where: object) -> list[sa.Row]:
    signed = sa.or_(source.contains('+'), source.contains('#'))
    return op.get_bind().execute(sa.select(table).where(signed, *where)).all()


def _set(table: sa.TableClause, row_id: int, **values: object) -> None:
    op.get_bind().execute(sa.update(table).where(table.c.id == row_id).values(values))
