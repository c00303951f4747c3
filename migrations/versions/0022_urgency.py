"""Jobs and letters know who waits for them

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.shelving import shelve_columns, take_back_columns


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgency', sa.Integer(), server_default='1', nullable=False))
    with op.batch_alter_table('activity_letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgency', sa.Integer(), server_default='1', nullable=False))
        batch_op.drop_index('ix_activity_letter_due')
        batch_op.create_index('ix_activity_letter_due', ['status', 'urgency', 'next_at'])
    for table in ('job', 'activity_letter'):
        take_back_columns(revision, table, 'urgency')


def downgrade() -> None:
    for table in ('job', 'activity_letter'):
        shelve_columns(revision, table, 'urgency')
    with op.batch_alter_table('activity_letter', schema=None) as batch_op:
        batch_op.drop_index('ix_activity_letter_due')
        batch_op.create_index('ix_activity_letter_due', ['status', 'next_at'])
        batch_op.drop_column('urgency')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_column('urgency')
