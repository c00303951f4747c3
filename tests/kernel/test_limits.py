from __future__ import annotations

import pytest
from sqlalchemy import func, select
from werkzeug.exceptions import TooManyRequests

from kernel import limits
from kernel.db import db
from kernel.limits import Counting, Limit, RateWindow
from kernel.transaction import writing

pytestmark = pytest.mark.differs
FEW, MANY = Limit("few", 2, 3600), Limit("many", 9, 3600)


def hits() -> list[int]:
    return sorted(db.session.scalars(select(RateWindow.hits)))


def test_several_limits_are_counted_in_one_statement(app, count_queries):
    with count_queries() as counted:
        limits.count((FEW, "anna"), (MANY, "anna"), (MANY, "boris"), (MANY, "boris"))
    assert counted.number == 1
    assert hits() == [1, 1, 2]


def test_the_one_that_is_over_refuses_all_and_nothing_is_counted(app):
    limits.count((FEW, "anna"), (FEW, "anna"), (MANY, "anna"))
    with pytest.raises(TooManyRequests):
        limits.count((FEW, "anna"), (MANY, "anna"))
    assert hits() == [1, 2]


def test_which_are_full_is_asked_in_one_statement_and_counts_nothing(app, count_queries):
    limits.count((FEW, "anna"), (FEW, "anna"), (MANY, "anna"))
    with count_queries() as counted:
        assert limits.full((FEW, "anna"), (MANY, "anna"), (FEW, "boris")) == [(FEW, "anna")]
    assert counted.number == 1
    assert hits() == [1, 2]


def test_hits_that_go_along_are_judged_after_the_next_statement(app):
    limits.count((FEW, "anna"), (FEW, "anna"))
    with pytest.raises(TooManyRequests), writing():
        counting = Counting((FEW, "anna"))
        counting.send()
        db.session.scalar(select(func.count()).select_from(RateWindow))
        counting.judge()
    assert hits() == [2]


def test_no_limits_ask_nothing(app, count_queries):
    with count_queries() as counted, writing():
        counting = Counting()
        counting.send()
        counting.judge()
    assert counted.number == 0
