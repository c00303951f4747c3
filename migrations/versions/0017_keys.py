"""Rows remember which server key made the hashes of their secrets; secrets of a former key stay known

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import sqlalchemy as sa
from alembic import op
from flask import current_app

from kernel.shelving import shelve_columns, take_back_columns


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

TABLES = {
    'registration': ('link', 'link_generation'),
    'practice_author': ('author', 'generation'),
    'quarter_ask': ('quarter', 'link_generation'),
}


def upgrade() -> None:
    op.create_table(
        'former_secret',
        sa.Column('hash', sa.String(length=40), nullable=False),
        sa.Column('purpose', sa.String(length=20), nullable=False),
        sa.Column('uuid', sa.String(length=36), nullable=False),
        sa.Column('generation', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('hash', name=op.f('pk_former_secret')),
    )
    op.create_index(op.f('ix_former_secret_uuid'), 'former_secret', ['uuid'])
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('key_id', sa.String(length=8), server_default='', nullable=False))
        take_back_columns(revision, table, 'key_id')
        remember(table)


def downgrade() -> None:
    for table in TABLES:
        shelve_columns(revision, table, 'key_id')
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('key_id')
    op.drop_index(op.f('ix_former_secret_uuid'), table_name='former_secret')
    op.drop_table('former_secret')


def remember(table: str) -> None:
    """Each row's key, by trying: the key may have been changed before rows remembered it."""
    purpose, generation = TABLES[table]
    config, bind = current_app.config, op.get_bind()
    keys = [config['SECRET_KEY'], *config.get('SECRET_KEY_FALLBACKS', ())]
    rows = bind.execute(sa.text(f'SELECT id, uuid, {generation}, link_hash, key_id FROM {table}')).all()
    found = []
    for row in rows:
        text = f'{purpose}\0{row[1]}\0{row[2]}'.encode()
        for key in keys:
            if hashed(key, text) == row[3]:
                made_by = hashlib.sha256(f'key of tirazh\0{key}'.encode()).hexdigest()[:8]
                if made_by != row[4]:
                    found.append({'row': row[0], 'made_by': made_by})
                break
    if found:
        bind.execute(sa.text(f'UPDATE {table} SET key_id = :made_by WHERE id = :row'), found)


def hashed(key: str, text: bytes) -> str:
    made = base64.b32encode(hmac.new(key.encode(), text, hashlib.sha256).digest()[:16]).decode().rstrip('=')
    return hashlib.sha256(made.encode()).hexdigest()[:40]
