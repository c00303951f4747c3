"""Launches counted when confirmed, refused with a reason; a telephone; the log of territories

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import kernel.db
from kernel.shelving import shelve_columns, take_back_columns


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

LIE_IN_A_TERRITORY = (
    ('adoption', 'territory_id'),
    ('organisation', 'territory_id'),
    ('practice', 'territory_id'),
    ('quarter_round', 'region_id'),
)
CONFIRMED_THERE = (
    'SELECT 1 FROM adoption WHERE adoption.practice_id = practice_spread.practice_id '
    'AND adoption.territory_id = practice_spread.territory_id AND adoption.exit IS NULL '
    'AND adoption.confirmed AND adoption.stage IN ({})'
)
CONFIRMER = sa.Enum('author', 'mentor', 'curator', name='confirmer', native_enum=False, length=32)

REFUSED = ('refusal', 'refused_as', 'refused_by_id', 'refused_at')


def upgrade() -> None:
    with op.batch_alter_table('adoption', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contact_phone', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('confirmed', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index('ix_adoption_stage_confirmed', ['stage', 'confirmed'], unique=False)
    with op.batch_alter_table('adoption_step', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refused_at', kernel.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('refused_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('refused_as', CONFIRMER, nullable=True))
        batch_op.add_column(sa.Column('refusal', sa.Text(), server_default='', nullable=False))
        batch_op.create_foreign_key(
            batch_op.f('fk_adoption_step_refused_by_id'), 'user_account', ['refused_by_id'], ['id']
        )
    take_back_columns(revision, 'adoption', 'contact_phone')
    take_back_columns(revision, 'adoption_step', *REFUSED)
    op.execute(
        "UPDATE adoption SET confirmed = true WHERE EXISTS (SELECT 1 FROM adoption_step "
        "WHERE adoption_step.adoption_id = adoption.id AND adoption_step.stage = 'launched' "
        "AND adoption_step.withdrawn_at IS NULL AND adoption_step.confirmed_at IS NOT NULL)"
    )
    # What the catalogue says of where a practice works: where a launch was confirmed.
    works = CONFIRMED_THERE.format("'launched', 'operating', 'sustained'")
    op.execute(f"UPDATE practice_spread SET state = 'ready' WHERE state IN ('works', 'firm') AND NOT EXISTS ({works})")
    firm = CONFIRMED_THERE.format("'sustained'")
    op.execute(f"UPDATE practice_spread SET state = 'works' WHERE state = 'firm' AND NOT EXISTS ({firm})")
    for table, column in LIE_IN_A_TERRITORY:
        op.execute(
            f"UPDATE activity_entry SET within = coalesce((SELECT 'territory:' || {column} FROM {table} "
            f"WHERE {table}.id = activity_entry.subject_id), '') WHERE subject_type = '{table}'"
        )
    take_back_columns(revision, 'activity_entry', 'within')


def downgrade() -> None:
    shelve_columns(revision, 'activity_entry', 'within')
    shelve_columns(revision, 'adoption_step', *REFUSED)
    shelve_columns(revision, 'adoption', 'contact_phone')
    op.execute("UPDATE activity_entry SET within = '' WHERE within LIKE 'territory:%'")
    with op.batch_alter_table('adoption_step', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_adoption_step_refused_by_id'), type_='foreignkey')
        for column in REFUSED:
            batch_op.drop_column(column)
    with op.batch_alter_table('adoption', schema=None) as batch_op:
        batch_op.drop_index('ix_adoption_stage_confirmed')
        batch_op.drop_column('confirmed')
        batch_op.drop_column('contact_phone')
