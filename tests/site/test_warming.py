"""What is prepared before the processes are forked."""

from __future__ import annotations

from app import create_app
from home.warming import warm_up
from kernel import pages
from kernel.db import db
from kernel.transaction import writing
from practices.facets import catalogue
from tests import factories


def test_the_first_page_of_a_process_does_not_build_the_catalogue(app, count_queries):
    with writing():
        factories.practice("Семейный диспетчер", slug="dispatcher")
        pages.bump(rows={"catalogue": []})
    pages.forget()
    warm_up(app)
    db.session.rollback()
    with count_queries() as counted:
        assert [fact.name_key for fact in catalogue().facts.values()] == ["семейный диспетчер"]
    assert counted.number == 1  # the versions


def test_a_database_that_does_not_answer_is_no_reason_not_to_start(app, tmp_path):
    elsewhere = create_app(app.config | {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/no/such/place.sqlite3"})
    pages.forget()
    warm_up(elsewhere)
    pages.forget()
