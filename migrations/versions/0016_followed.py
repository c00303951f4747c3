"""Events follow what they hang on: a count for participants' calendars, and when a participant's plans changed

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.shelving import shelve_columns, take_back_columns


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('forum', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sequence', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    # Calendars fetched before hold the version of the forum and the sum of its items' sequences: it may only rise.
    op.execute(
        "UPDATE forum SET sequence = version + 1 + "
        "coalesce((SELECT sum(slot.sequence) FROM slot WHERE slot.forum_id = forum.id), 0)"
    )
    op.execute("UPDATE registration SET changed_at = coalesce(cancelled_at, confirmed_at)")
    take_back_columns(revision, 'forum', 'sequence')
    take_back_columns(revision, 'registration', 'changed_at')
    # Pages kept before do not show the room that an item has from its section.
    op.execute("UPDATE content_version SET number = number + 1 WHERE scope = 'forums' OR scope LIKE 'forum:%'")


def downgrade() -> None:
    shelve_columns(revision, 'registration', 'changed_at')
    shelve_columns(revision, 'forum', 'sequence')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_column('changed_at')
    with op.batch_alter_table('forum', schema=None) as batch_op:
        batch_op.drop_column('sequence')
