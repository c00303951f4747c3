"""A role without a scope is held once: NULL is unlike NULL in the unique key

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

EVERYWHERE = sa.text('scope_id IS NULL')


def upgrade() -> None:
    # The oldest of equals stays: the others say nothing that it does not.
    op.execute(
        'DELETE FROM role_assignment WHERE scope_id IS NULL AND id NOT IN '
        '(SELECT min(id) FROM role_assignment WHERE scope_id IS NULL GROUP BY user_id, role, scope_kind)'
    )
    op.create_index(
        'uq_role_assignment_everywhere',
        'role_assignment',
        ['user_id', 'role', 'scope_kind'],
        unique=True,
        sqlite_where=EVERYWHERE,
        postgresql_where=EVERYWHERE,
    )


def downgrade() -> None:
    op.drop_index('uq_role_assignment_everywhere', 'role_assignment')
