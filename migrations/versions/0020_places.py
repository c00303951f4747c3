"""Where a participant or a speaker comes from, as written, when the list of places does not have it

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.shelving import shelve_columns, take_back_columns


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('registration', 'appearance'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('place', sa.String(length=255), server_default='', nullable=False))
        take_back_columns(revision, table, 'place')


def downgrade() -> None:
    for table in ('registration', 'appearance'):
        shelve_columns(revision, table, 'place')
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('place')
