"""A participant erased: when, and a keyed hash of who it was

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kernel.db
from kernel.shelving import shelve_columns, take_back_columns


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


def downgrade() -> None:
    shelve_columns(revision, 'registration', 'erased_at', 'erased_key')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_column('erased_key')
        batch_op.drop_column('erased_at')
