from __future__ import annotations

from datetime import timedelta
from functools import partial
from operator import add

import pytest
from sqlalchemy import func, select

from kernel.db import db, set_clock, utcnow
from kernel.files import GRACE, StoredFile, Upload, _path, write
from kernel.imports import PREVIEWS_KEPT, ImportPreview, forget_old
from kernel.jobs import run_due
from kernel.transaction import writing

pytestmark = pytest.mark.differs


def test_what_was_brought_in_is_kept_for_a_week(app):
    """A list of participants would lie in the folder for ever, and every upload by a personal link with it."""
    files = [write(Upload(name, "text/csv", b"a")) for name in ("old.csv", "new.csv", "document.pdf")]
    with writing():
        for file, age in zip(
            files, (PREVIEWS_KEPT + timedelta(hours=1), PREVIEWS_KEPT - timedelta(hours=1)), strict=False
        ):
            db.session.add(ImportPreview(kind="practices", user_id=1, file=file, created_at=utcnow() - age))
        db.session.add(files[2])
    paths = [_path(file.uuid) for file in files]
    for turn in range(2):
        forget_old()
        assert paths[0].exists() is (turn == 0)  # a backup under way finds it
        set_clock(partial(add, utcnow(), GRACE))
        run_due()
        assert [path.exists() for path in paths] == [False, True, True]
        assert db.session.scalars(select(StoredFile.name).order_by(StoredFile.id)).all() == ["new.csv", "document.pdf"]
        assert db.session.scalar(select(func.count()).select_from(ImportPreview)) == 1
