"""Who holds a forum, and what the organiser says of it

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.shelving import shelve_columns, take_back_columns


revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('forum', schema=None) as batch_op:
        batch_op.add_column(sa.Column('co_organisers', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('partners', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('said_figures', sa.Text(), server_default='', nullable=False))

    take_back_columns(revision, 'forum', 'co_organisers', 'partners', 'said_figures')


def downgrade() -> None:
    shelve_columns(revision, 'forum', 'co_organisers', 'partners', 'said_figures')
    with op.batch_alter_table('forum', schema=None) as batch_op:
        batch_op.drop_column('said_figures')
        batch_op.drop_column('partners')
        batch_op.drop_column('co_organisers')
