"""Versions of content in parts: a region's writers do not wait for another region's

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

KEYS = {'content_version': ['scope'], 'content_change': ['scope', 'number', 'row_id']}


def upgrade() -> None:
    for table, key in KEYS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('part', sa.String(length=20), server_default='', nullable=False))
            batch_op.drop_constraint(f'pk_{table}', type_='primary')
            batch_op.create_primary_key(f'pk_{table}', [key[0], 'part', *key[1:]])
        bar = "instr(scope, '|')" if op.get_bind().dialect.name == 'sqlite' else "strpos(scope, '|')"
        op.execute(
            f"UPDATE {table} SET part = substr(scope, {bar} + 1), scope = substr(scope, 1, {bar} - 1) WHERE {bar} > 0"
        )


def downgrade() -> None:
    """A part becomes a scope that nobody reads, `scope|part`; the step up takes it back."""
    for table, key in KEYS.items():
        op.execute(f"UPDATE {table} SET scope = scope || '|' || part WHERE part <> ''")
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(f'pk_{table}', type_='primary')
            batch_op.drop_column('part')
            batch_op.create_primary_key(f'pk_{table}', key)
