"""The organiser's list: territories that occur, and who watched, from indexes alone

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_registration_forum_territory', 'registration', ['forum_id', 'territory_id'])
    op.create_index('ix_attendance_watched', 'attendance', ['forum_id', 'kind', 'registration_id', 'minutes'])


def downgrade() -> None:
    op.drop_index('ix_attendance_watched', table_name='attendance')
    op.drop_index('ix_registration_forum_territory', table_name='registration')
