"""Sessions signed out of, why an account is closed, the place of an act

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from kernel.shelving import shelve_columns, take_back_columns


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

LIE_IN_A_FORUM = ('registration', 'section', 'slot', 'venue')


def upgrade() -> None:
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ended_sessions', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('suspension_reason', sa.String(length=500), server_default='', nullable=False))
    with op.batch_alter_table('activity_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('within', sa.String(length=48), server_default='', nullable=False))
        batch_op.create_index(batch_op.f('ix_activity_entry_within'), ['within'], unique=False)
    for table in ('forum', 'series'):
        op.execute(
            f"UPDATE activity_entry SET within = '{table}:' || subject_id "
            f"WHERE subject_type = '{table}' AND subject_id IS NOT NULL"
        )
    for table in LIE_IN_A_FORUM:
        op.execute(
            f"UPDATE activity_entry SET within = coalesce((SELECT 'forum:' || forum_id FROM {table} "
            f"WHERE {table}.id = activity_entry.subject_id), '') WHERE subject_type = '{table}'"
        )
    op.execute(
        "UPDATE activity_entry SET within = coalesce((SELECT 'forum:' || venue.forum_id FROM room "
        "JOIN venue ON venue.id = room.venue_id WHERE room.id = activity_entry.subject_id), '') "
        "WHERE subject_type = 'room'"
    )
    take_back_columns(revision, 'activity_entry', 'within')
    take_back_columns(revision, 'user_account', 'ended_sessions', 'suspension_reason')


def downgrade() -> None:
    shelve_columns(revision, 'user_account', 'ended_sessions', 'suspension_reason')
    shelve_columns(revision, 'activity_entry', 'within')
    with op.batch_alter_table('activity_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activity_entry_within'))
        batch_op.drop_column('within')
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.drop_column('suspension_reason')
        batch_op.drop_column('ended_sessions')
