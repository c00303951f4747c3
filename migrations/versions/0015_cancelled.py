"""A cancelled item that visitors had seen stays in the programme, struck out

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.shelving import shelve_columns, take_back_columns


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

# The newest cancellation in the log, and what was said of the forum's programme before it.
CANCELLED = (
    "SELECT max(gone.id) FROM activity_entry AS gone "
    "WHERE gone.action = 'slot.cancelled' AND gone.subject_type = 'slot' AND gone.subject_id = slot.id"
)
BEFORE = "said.subject_type = 'forum' AND said.subject_id = slot.forum_id AND said.id < ({})".format(CANCELLED)
PUBLISHED = (
    f"SELECT said.action FROM activity_entry AS said WHERE {BEFORE} "
    "AND said.action IN ('programme.published', 'programme.hidden') ORDER BY said.id DESC LIMIT 1"
)
OPENED = f"SELECT 1 FROM activity_entry AS said WHERE {BEFORE} AND said.action = 'forum.status'"


def upgrade() -> None:
    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('announced', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        f"UPDATE slot SET announced = true WHERE cancelled AND ({PUBLISHED}) = 'programme.published' AND EXISTS ({OPENED})"
    )
    take_back_columns(revision, 'slot', 'announced')
    # Copies of pages and calendars that leave out, or still hold, what was cancelled are stale.
    op.execute(
        "UPDATE content_version SET number = number + 1 WHERE scope IN ('speakers', 'forums') OR scope LIKE 'forum:%'"
    )


def downgrade() -> None:
    shelve_columns(revision, 'slot', 'announced')
    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.drop_column('announced')
