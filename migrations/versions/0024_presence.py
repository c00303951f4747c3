"""Minutes of presence in sections; who is in at the door gives up the name

Revision ID: 0027
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

SOURCES = sa.Enum('link', 'export', 'word', 'hand', name='source', native_enum=False, length=32)


def upgrade() -> None:
    _rename('presence', 'inside')
    op.create_table('presence_hour',
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('source', SOURCES, nullable=False),
    sa.Column('bits', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_presence_hour_registration_id')),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_presence_hour_section_id')),
    sa.PrimaryKeyConstraint('registration_id', 'section_id', 'hour', 'source', name=op.f('pk_presence_hour'))
    )
    op.create_index('ix_presence_hour_section', 'presence_hour', ['section_id', 'hour'])
    op.create_table('section_joining',
    sa.Column('section_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('phone', sa.String(length=40), server_default='', nullable=False),
    sa.Column('audio_url', sa.String(length=500), server_default='', nullable=False),
    sa.Column('word', sa.String(length=40), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['section_id'], ['section.id'], name=op.f('fk_section_joining_section_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('section_id', name=op.f('pk_section_joining'))
    )
    op.create_table('presence_rule',
    sa.Column('forum_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('minutes', sa.Integer(), server_default='15', nullable=False),
    sa.Column('word_counts', sa.Boolean(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['forum_id'], ['forum.id'], name=op.f('fk_presence_rule_forum_id')),
    sa.PrimaryKeyConstraint('forum_id', name=op.f('pk_presence_rule'))
    )


def downgrade() -> None:
    op.drop_table('presence_rule')
    op.drop_table('section_joining')
    op.drop_table('presence_hour')
    _rename('inside', 'presence')


def _rename(old: str, new: str) -> None:
    """With the index, and on PostgreSQL the constraints, that are called after the table."""
    op.drop_index(f'ix_{old}_forum_id', old)
    op.rename_table(old, new)
    op.create_index(f'ix_{new}_forum_id', new, ['forum_id'])
    if op.get_bind().dialect.name == 'postgresql':
        for name in sa.inspect(op.get_bind()).get_foreign_keys(new):
            _rename_constraint(new, name['name'], old)
        _rename_constraint(new, f'pk_{old}', old)


def _rename_constraint(table: str, name: str, old: str) -> None:
    op.execute(f'ALTER TABLE {table} RENAME CONSTRAINT {name} TO {name.replace(old, table, 1)}')
