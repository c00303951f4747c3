"""A speaker's name is public by a consent only

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

AGREED = (
    "SELECT consent.subject_id FROM consent JOIN consent_text ON consent_text.id = consent.text_id "
    "WHERE consent_text.kind = 'publication' AND consent.subject_type = 'speaker' AND consent.withdrawn_at IS NULL"
)


def upgrade() -> None:
    op.execute(f"UPDATE speaker SET hidden = true WHERE id NOT IN ({AGREED})")
    # Copies of pages and calendars that still name them are stale.
    op.execute(
        "UPDATE content_version SET number = number + 1 "
        "WHERE scope IN ('site', 'speakers', 'forums') OR scope LIKE 'forum:%'"
    )


def downgrade() -> None:
    """Names stay hidden: a step back is nobody's consent."""
