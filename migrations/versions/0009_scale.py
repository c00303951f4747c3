"""Which rows changed with each version of a scope; an index that holds what facets need

Revision ID: 0009_scale
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0009_scale'
down_revision = '0008'
branch_labels = None
depends_on = None

FACTS = ['admission', 'id', 'name_key', 'published_at', 'sphere', 'evidence', 'readiness', 'territory_id']


def upgrade() -> None:
    op.create_table('content_change',
    sa.Column('scope', sa.String(length=120), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'number', 'row_id', name=op.f('pk_content_change'))
    )
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.create_index('ix_practice_facts', FACTS, unique=False)


def downgrade() -> None:
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.drop_index('ix_practice_facts')

    op.drop_table('content_change')
