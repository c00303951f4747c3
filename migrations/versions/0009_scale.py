"""Which rows changed with each version of a scope; indexes that hold what facets and figures need

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

FACTS = ['admission', 'id', 'name_key', 'published_at', 'sphere', 'evidence', 'readiness', 'territory_id']

REACHED = ['stage', 'adoption_id', 'withdrawn_at', 'reached_on']


def upgrade() -> None:
    op.create_table('content_change',
    sa.Column('scope', sa.String(length=120), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'number', 'row_id', name=op.f('pk_content_change'))
    )
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.create_index('ix_practice_facts', FACTS, unique=False)
    with op.batch_alter_table('practice_spread', schema=None) as batch_op:
        batch_op.create_index('ix_practice_spread_practice', ['practice_id', 'territory_id', 'state'], unique=False)
    with op.batch_alter_table('adoption_step', schema=None) as batch_op:
        batch_op.create_index('ix_adoption_step_reached', REACHED, unique=False)
        batch_op.create_index('ix_adoption_step_recorded_at', ['recorded_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('adoption_step', schema=None) as batch_op:
        batch_op.drop_index('ix_adoption_step_recorded_at')
        batch_op.drop_index('ix_adoption_step_reached')
    with op.batch_alter_table('practice_spread', schema=None) as batch_op:
        batch_op.drop_index('ix_practice_spread_practice')
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.drop_index('ix_practice_facts')

    op.drop_table('content_change')
