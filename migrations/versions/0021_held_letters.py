"""Letters that wait for the mail server, and use up no attempt

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kernel.db
from kernel.shelving import shelve_columns, take_back_columns


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('activity_letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held_since', kernel.db.UTCDateTime(timezone=True), nullable=True))
    take_back_columns(revision, 'activity_letter', 'held_since')


def downgrade() -> None:
    shelve_columns(revision, 'activity_letter', 'held_since')
    with op.batch_alter_table('activity_letter', schema=None) as batch_op:
        batch_op.drop_column('held_since')
