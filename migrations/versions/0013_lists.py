"""Lists read an index and not the rows: participants, their counts, municipalities by name

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_registration_forum_words', 'registration', ['forum_id', 'name_key', 'organisation_key', 'email']
    )
    op.drop_index('ix_registration_forum_name', 'registration')
    op.create_index(
        'ix_registration_forum_counts', 'registration', ['forum_id', 'status', 'format', 'territory_id']
    )
    op.drop_index('ix_registration_forum_status', 'registration')
    op.create_index('ix_territory_level_name', 'territory', ['level', 'valid_to', 'name_key'])


def downgrade() -> None:
    op.drop_index('ix_territory_level_name', 'territory')
    op.create_index('ix_registration_forum_status', 'registration', ['forum_id', 'status', 'format'])
    op.drop_index('ix_registration_forum_counts', 'registration')
    op.create_index('ix_registration_forum_name', 'registration', ['forum_id', 'name_key'])
    op.drop_index('ix_registration_forum_words', 'registration')
