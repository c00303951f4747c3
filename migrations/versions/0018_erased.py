"""A participant erased: when, and a keyed hash of who it was

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

import kernel.db
from kernel.shelving import shelve_columns, take_back_columns
from kernel.text import email_key, sort_key


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('erased_at', kernel.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('erased_key', sa.String(length=26), server_default='', nullable=False))
    # What SQLite deleted before it overwrote what it deletes still lies in the file (see env.py).
    op.get_context().config.attributes['vacuum'] = True
    take_back_columns(revision, 'registration', 'erased_at', 'erased_key')
    _whole_identities()


def _whole_identities() -> None:
    """What was cut off at 400 letters counts now, as in registrations.tickets.identity_of."""
    table = sa.table('registration', *(sa.column(name) for name in ('id', 'identity', 'email', 'name')))
    connection = op.get_bind()
    cut = sa.select(table.c.id, table.c.email, table.c.name).where(sa.func.length(table.c.identity) == 400)
    for row_id, email, name in connection.execute(cut).all():
        whole = f'{email_key(email)}|{sort_key(name)}'
        if len(whole) > 400:
            identity = whole[:335] + '#' + hashlib.sha256(whole.encode()).hexdigest()
            connection.execute(sa.update(table).where(table.c.id == row_id).values(identity=identity))


def downgrade() -> None:
    shelve_columns(revision, 'registration', 'erased_at', 'erased_key')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_column('erased_key')
        batch_op.drop_column('erased_at')
