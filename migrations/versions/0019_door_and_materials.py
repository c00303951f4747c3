"""A code typed at the door is found by a key of its own; materials of talks

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kernel.db
from kernel.keys import keys
from kernel.secrets import token, token_hash
from kernel.shelving import shelve_columns, take_back_columns


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('short_hash', sa.String(length=40), server_default='', nullable=False))
        batch_op.create_index('ix_registration_short', ['forum_id', 'short_hash'], unique=False)
    take_back_columns(revision, 'registration', 'short_hash')
    _fill()  # after what was shelved: a code may have been renewed meanwhile
    op.create_table('talk_material',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('created_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_talk_material_file_id_stored_file')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_talk_material_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_material'))
    )
    with op.batch_alter_table('talk_material', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_material_slot_id'), ['slot_id'], unique=False)


def _fill() -> None:
    names = ('id', 'uuid', 'code_generation', 'key_id', 'short_hash')
    table = sa.table('registration', *(sa.column(name) for name in names))
    connection = op.get_bind()
    rows = connection.execute(sa.select(table.c.id, table.c.uuid, table.c.code_generation, table.c.key_id)).all()
    found = [
        {'row': row_id, 'hash': token_hash(token('code', uuid, generation, key)[:8])}
        for row_id, uuid, generation, key in rows
        if key in keys()
    ]
    if found:
        filled = sa.update(table).where(table.c.id == sa.bindparam('row')).values(short_hash=sa.bindparam('hash'))
        connection.execute(filled, found)


def downgrade() -> None:
    op.drop_table('talk_material')
    shelve_columns(revision, 'registration', 'short_hash')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_index('ix_registration_short')
        batch_op.drop_column('short_hash')
