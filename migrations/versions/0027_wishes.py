"""Requests of those who may not begin an adoption themselves

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kernel.db


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

STATES = sa.Enum('waiting', 'begun', 'declined', name='wishstate', native_enum=False, length=32)


def upgrade() -> None:
    op.create_table('wish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('practice_id', sa.Integer(), nullable=False),
    sa.Column('territory_id', sa.Integer(), nullable=False),
    sa.Column('organisation', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('state', STATES, nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('adoption_id', sa.Integer(), nullable=True),
    sa.Column('created_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_wish_practice_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_wish_territory_id')),
    sa.ForeignKeyConstraint(['adoption_id'], ['adoption.id'], name=op.f('fk_wish_adoption_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wish')),
    sa.UniqueConstraint('code', name=op.f('uq_wish_code'))
    )
    for column in ('practice_id', 'email', 'adoption_id', 'created_at'):
        op.create_index(f'ix_wish_{column}', 'wish', [column])
    op.create_index('ix_wish_territory_state', 'wish', ['territory_id', 'state'])


def downgrade() -> None:
    op.drop_table('wish')
