"""Authors' links, comments, confirmations, grades, questions; a working copy beside a published passport

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op
import kernel.db
from kernel.shelving import shelve_columns, take_back_columns


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


COLUMNS = ('contact_public', 'readiness', 'graded_at', 'working', 'archive_reason')


def upgrade() -> None:
    op.create_table('practice_author',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('practice_id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('link_hash', sa.String(length=40), nullable=False),
    sa.Column('revoked_at', kernel.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('sent', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('created_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_author_practice_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_author')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_practice_author_link_hash')),
    sa.UniqueConstraint('practice_id', name=op.f('uq_practice_author_practice_id')),
    sa.UniqueConstraint('uuid', name=op.f('uq_practice_author_uuid'))
    )
    op.create_table('practice_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('practice_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('from_author', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=255), nullable=False),
    sa.Column('was', sa.String(length=64), nullable=False),
    sa.Column('created_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', kernel.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_comment_practice_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_comment'))
    )
    with op.batch_alter_table('practice_comment', schema=None) as batch_op:
        batch_op.create_index('ix_practice_comment_open', ['practice_id', 'resolved_at'], unique=False)

    op.create_table('practice_confirmation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('practice_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('by_name', sa.String(length=255), nullable=False),
    sa.Column('asked_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('base', sa.JSON(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('answer', sa.Enum('waiting', 'confirmed', 'remark', 'withdrawn', name='answer', native_enum=False, length=32), nullable=False),
    sa.Column('answered_at', kernel.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_confirmation_practice_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_confirmation'))
    )
    with op.batch_alter_table('practice_confirmation', schema=None) as batch_op:
        batch_op.create_index('ix_practice_confirmation_answer', ['practice_id', 'answer'], unique=False)

    op.create_table('practice_grade',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('practice_id', sa.Integer(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('user_name', sa.String(length=255), nullable=False),
    sa.Column('evidence', sa.Enum('described', 'monitored', 'compared', 'replicated', name='evidence', native_enum=False, length=32), nullable=False),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('evidence_score', sa.Integer(), nullable=False),
    sa.Column('supports', sa.Integer(), nullable=False),
    sa.Column('usability', sa.Integer(), nullable=False),
    sa.Column('need', sa.Integer(), nullable=False),
    sa.Column('fit', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('created_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('capacity BETWEEN 1 AND 5', name=op.f('ck_practice_grade_capacity')),
    sa.CheckConstraint('evidence_score BETWEEN 1 AND 5', name=op.f('ck_practice_grade_evidence_score')),
    sa.CheckConstraint('fit BETWEEN 1 AND 5', name=op.f('ck_practice_grade_fit')),
    sa.CheckConstraint('need BETWEEN 1 AND 5', name=op.f('ck_practice_grade_need')),
    sa.CheckConstraint('supports BETWEEN 1 AND 5', name=op.f('ck_practice_grade_supports')),
    sa.CheckConstraint('usability BETWEEN 1 AND 5', name=op.f('ck_practice_grade_usability')),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_grade_practice_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_practice_grade_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_grade'))
    )
    with op.batch_alter_table('practice_grade', schema=None) as batch_op:
        batch_op.create_index('ix_practice_grade_user', ['practice_id', 'user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_practice_grade_user_id'), ['user_id'], unique=False)

    op.create_table('practice_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('practice_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('organisation', sa.String(length=255), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', kernel.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['practice_id'], ['practice.id'], name=op.f('fk_practice_question_practice_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_question'))
    )
    with op.batch_alter_table('practice_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_practice_question_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_practice_question_practice_id'), ['practice_id'], unique=False)

    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contact_public', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('readiness', sa.Enum('early', 'with_support', 'ready', name='readiness', native_enum=False, length=32), nullable=True))
        batch_op.add_column(sa.Column('graded_at', kernel.db.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('working', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('archive_reason', sa.String(length=255), server_default='', nullable=False))
        batch_op.create_index(batch_op.f('ix_practice_readiness'), ['readiness'], unique=False)

    take_back_columns(revision, 'practice', *COLUMNS)
    add_consent_texts()


CONSENTS = sa.table(
    'consent_text',
    sa.column('id', sa.Integer()),
    sa.column('kind', sa.String()),
    sa.column('language', sa.String()),
    sa.column('version', sa.Integer()),
    sa.column('body', sa.Text()),
    sa.column('created_at', kernel.db.UTCDateTime(timezone=True)),
)
KINDS = ('authorship', 'question')


def add_consent_texts() -> None:
    """An installation that has its wordings gets the two new ones; an empty database gets all of them at set-up.

    They stay after a step down, with the consents given to them.
    """
    known = set(op.get_bind().scalars(sa.select(CONSENTS.c.kind)))
    if not known or known.issuperset(KINDS):
        return
    folder = Path(__file__).resolve().parents[2] / 'accounts' / 'data'
    for kind in KINDS:
        for language in ('ru', 'en'):
            body = (folder / f'{kind}.{language}.md').read_text(encoding='utf-8').strip()
            row = {'kind': kind, 'language': language, 'version': 1, 'body': body, 'created_at': datetime.now(UTC)}
            op.get_bind().execute(CONSENTS.insert().values(row))


def downgrade() -> None:
    shelve_columns(revision, 'practice', *COLUMNS)
    with op.batch_alter_table('practice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_practice_readiness'))
        batch_op.drop_column('archive_reason')
        batch_op.drop_column('working')
        batch_op.drop_column('graded_at')
        batch_op.drop_column('readiness')
        batch_op.drop_column('contact_public')

    with op.batch_alter_table('practice_question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_practice_question_practice_id'))
        batch_op.drop_index(batch_op.f('ix_practice_question_created_at'))

    op.drop_table('practice_question')
    with op.batch_alter_table('practice_grade', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_practice_grade_user_id'))
        batch_op.drop_index('ix_practice_grade_user')

    op.drop_table('practice_grade')
    with op.batch_alter_table('practice_confirmation', schema=None) as batch_op:
        batch_op.drop_index('ix_practice_confirmation_answer')

    op.drop_table('practice_confirmation')
    with op.batch_alter_table('practice_comment', schema=None) as batch_op:
        batch_op.drop_index('ix_practice_comment_open')

    op.drop_table('practice_comment')
    op.drop_table('practice_author')