"""Where a series may lie: an organiser's rights reach as far as it, so it moves only to where they reach already."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

from accounts.enums import Role, ScopeKind
from accounts.models import User
from accounts.scopes import reach
from forum.models import Series
from kernel.db import db
from kernel.transaction import writing
from territories.queries import regions
from tests import factories
from tests.client import PageClient

EDIT = "/manage/series/prosemyu/edit"


@dataclass(frozen=True)
class OwnSeries:
    """A series of one municipality and its organiser."""

    series: Series
    person: User
    client: PageClient


@pytest.fixture
def own(app, sign_in) -> OwnSeries:
    with writing():
        series = factories.series(territory_id=factories.territory(factories.TAYSHET).id)
        person = factories.organiser(series)
    return OwnSeries(series=series, person=person, client=sign_in(person))


def fields(own, oktmo: str, **changes: str) -> dict[str, str]:
    page = own.client.get(EDIT).get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page).group(1)
    territory = str(factories.territory(oktmo).id)
    return {"name": "«ПроСемью»", "territory": territory, "version": version} | changes


def offered(page: str) -> list[str]:
    select = re.search(r'<select[^>]*name="territory".*?</select>', page, re.DOTALL).group(0)
    return re.findall(r'<option[^>]*value="(\d+)"', select)


@pytest.mark.parametrize("oktmo", [factories.REGION, factories.TULUN])
def test_an_organiser_does_not_widen_their_own_rights(own, oktmo):
    before = reach(own.person.scopes("adoption:adoption:view"))
    answer = own.client.submit(EDIT, fields(own, oktmo, name="Новое имя"))
    page = answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert answer.status_code == 422
    assert "Выберите территорию из списка" in page
    assert 'value="Новое имя"' in page
    db.session.rollback()
    assert own.series.territory_id == factories.territory(factories.TAYSHET).id
    assert reach(own.person.scopes("adoption:adoption:view")) == before


def test_only_what_is_reached_already_is_offered(own):
    page = own.client.get(EDIT).get_data(as_text=True)
    assert offered(page) == [str(factories.territory(factories.TAYSHET).id)]


def test_the_rest_of_the_series_is_changed_as_before(own):
    answer = own.client.submit(EDIT, fields(own, factories.TAYSHET, name="Новое имя"))
    assert answer.status_code == 302
    db.session.rollback()
    assert own.series.name == "Новое имя"


def test_whoever_organises_in_the_region_moves_a_series_within_it(own):
    with writing():
        wider = factories.series("wider", territory_id=factories.territory(factories.REGION).id)
        factories.give(own.person, Role.organiser, ScopeKind.series, wider.id)
    assert own.client.submit(EDIT, fields(own, factories.TULUN)).status_code == 302
    db.session.rollback()
    assert own.series.territory_id == factories.territory(factories.TULUN).id


def test_an_administrator_moves_it_anywhere(own, sign_in):
    with writing():
        administrator = factories.administrator()
    own = replace(own, client=sign_in(administrator))
    assert own.client.submit(EDIT, fields(own, factories.REGION)).status_code == 302
    db.session.rollback()
    assert own.series.territory_id == factories.territory(factories.REGION).id


def test_a_territory_outside_the_choice_is_not_lost_by_saving(own):
    other = next(one for one in regions() if one.oktmo != factories.REGION)
    with writing():
        own.series.territory_id = other.id
    assert offered(own.client.get(EDIT).get_data(as_text=True))[-1] == str(other.id)


@pytest.mark.parametrize("value", ["", "0", "999999999", "нет"])
def test_a_forged_territory_is_refused_at_the_field(own, value):
    assert own.client.submit(EDIT, fields(own, factories.TAYSHET, territory=value)).status_code == 422
