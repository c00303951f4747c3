"""Groups at one screen, questions to moderators, feedback, «I cannot hear»

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kernel.db


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

STATES = sa.Enum('new', 'asked', 'hidden', name='questionstate', native_enum=False, length=32)


def upgrade() -> None:
    op.create_table('viewing_point',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('forum_id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=True),
    sa.Column('territory_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=255), server_default='', nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['forum_id'], ['forum.id'], name=op.f('fk_viewing_point_forum_id')),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_viewing_point_registration_id')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_viewing_point_territory_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_viewing_point')),
    sa.UniqueConstraint('registration_id', name=op.f('uq_viewing_point_registration_id'))
    )
    op.create_index('ix_viewing_point_forum_id', 'viewing_point', ['forum_id'])
    op.create_table('hall_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', STATES, nullable=False),
    sa.Column('at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_hall_question_registration_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_hall_question_section_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hall_question'))
    )
    op.create_index('ix_hall_question_section', 'hall_question', ['section_id', 'at'])
    op.create_index('ix_hall_question_registration_id', 'hall_question', ['registration_id'])
    op.create_table('section_feedback',
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.Integer(), nullable=False),
    sa.Column('at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_section_feedback_registration_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_section_feedback_section_id')),
    sa.PrimaryKeyConstraint('registration_id', 'section_id', name=op.f('pk_section_feedback'))
    )
    op.create_index('ix_section_feedback_section_id', 'section_feedback', ['section_id'])
    op.create_table('section_trouble',
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_section_trouble_registration_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_section_trouble_section_id')),
    sa.PrimaryKeyConstraint('registration_id', 'section_id', 'hour', name=op.f('pk_section_trouble'))
    )
    op.create_index('ix_section_trouble_section_id', 'section_trouble', ['section_id'])


def downgrade() -> None:
    for table in ('section_trouble', 'section_feedback', 'hall_question', 'viewing_point'):
        op.drop_table(table)
