"""How adoption shows itself on lower pages: the practice, the territory, the front page."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from markupsafe import Markup

from accounts.scopes import reach
from adoption import counts, labels, queries, spread
from adoption.cabinet import launches
from adoption.cabinet import queries as cabinet_queries
from adoption.cabinet.desk import next_step
from adoption.models import State
from adoption.picture import figures
from forum.facts import Fact
from forum.models import Forum
from kernel.access import SignedIn, actor
from kernel.i18n import number
from kernel.pages import TOTALS
from kernel.permissions import Permission
from practices.models import Practice
from territories.map.queries import real_map, tiles
from territories.models import Level, Territory


def practice_spread(practice: Practice) -> str | Markup:
    """Where the practice works: the map and a list. Three queries."""
    cells = spread.cells(practices=[practice.id])
    places = figures.region_tiles()
    names = queries.territories_by_id(cell.territory_id for cell in cells)
    by_state = {
        state: [(names[cell.territory_id], cell) for cell in cells if cell.state is state] for state in reversed(State)
    }
    for rows in by_state.values():
        rows.sort(key=lambda row: row[0].name_key)
    return render_template(
        "adoption/panels/spread.html",
        practice=practice,
        cells=cells,
        tiles=figures.practice_map(cells, places, practice.territory_id),
        real=figures.region_map(),
        on_map=practice.territory_id in {place.id for place in places},
        by_state=by_state,
        demo=any(cell.demo for cell in cells),
        labels=labels,
        day=queries.today(),
    )


OWN_MUNICIPALITIES_TOLD = 5
"""So many municipalities of one's own are told of on a practice's page; whoever has more looks into the lists."""


class Offered(NamedTuple):
    """A practice that can be taken."""

    id: int
    slug: str

    @classmethod
    def of(cls, practice: Practice) -> Offered | None:
        return cls(practice.id, practice.slug) if practice.is_public else None


def own_municipality(practice: Offered) -> str | Markup:
    """Whether the reader's own municipality has taken the practice, and «Беру к себе» for those that have not."""
    if not current_user.is_authenticated or not actor().scopes(Permission.START_ADOPTIONS):
        return ""
    territories = queries.territories_for(actor(), Permission.START_ADOPTIONS)
    if not 0 < len(territories) <= OWN_MUNICIPALITIES_TOLD:
        return ""
    taken = queries.taken_in(practice.id, territories)
    rows = [(place, [one for one in taken if one.territory_id == place.id]) for place in territories]
    return Markup(render_template("adoption/panels/own.html", practice=practice, rows=rows, labels=labels))


PRACTICES_ON_A_TERRITORY = 50
"""So many practices of a state stand on a territory's page."""


def territory_main(territory: Territory) -> str | Markup:
    """What works here, by state and name, with the number of organisations. Two queries for a municipality."""
    if territory.level is not Level.municipality:
        return _region(territory)
    cells = spread.cells(territory_id=territory.id)
    by_practice = {cell.practice_id: cell for cell in cells}
    rows = [(slug, name, by_practice[one]) for one, (slug, name) in queries.named(by_practice).items()]
    by_state = {state: [row for row in rows if row[2].state is state] for state in reversed(State)}
    return render_template(
        "adoption/panels/territory.html",
        territory=territory,
        by_state=by_state,
        demo=any(cell.demo for cell in cells),
        taken=bool(cells),
        most=PRACTICES_ON_A_TERRITORY,
        labels=labels,
    )


def _region(territory: Territory) -> str | Markup:
    if territory.level is not Level.region:
        return ""
    places = tiles(territory.id)
    if not places:
        return ""
    here = counts.in_region(territory)
    return render_template(
        "adoption/panels/map.html",
        tiles=figures.whole_map(here.going, here.waiting, places),
        real=real_map(territory.id),
        day=queries.today(),
        demo=here.demo,
        listed="open",
    )


def taken_from(forum: Forum) -> list[Fact]:
    """What the forum led to: requests that name it, and how many of them have been launched."""
    asked, launched = queries.taken_at(forum.id)
    if not asked:
        return []
    return [
        Fact(
            number(asked),
            ngettext("request to take a practice over", "requests to take a practice over", asked),
            _("requests to take a practice over"),
        ),
        Fact(
            number(launched),
            _("of them work: the launch is confirmed and nothing was stopped"),
            _("practices at work by these requests, the launch confirmed"),
        ),
    ]


def home_map() -> str | Markup:
    """Nothing while nothing goes on. Tiles: in half a screen a true map would hide the towns and weigh more."""
    going = counts.going()
    tiles = figures.whole_map(going, counts.waiting(), figures.region_tiles()) if going else []
    if not tiles:
        return ""
    return render_template(
        "adoption/panels/map.html",
        tiles=tiles,
        real=None,
        day=queries.today(),
        demo=queries.any_demo(),
        listed="folded",
    )


def home_figures() -> str | Markup:
    going = counts.going()
    if not going:
        return ""
    made = figures.figures(going, figures.region_tiles(), counts.totals())
    return render_template(
        "adoption/panels/figures.html",
        figures=made,
        day=queries.today(),
        demo=queries.any_demo(),
        seconds=TOTALS,
    )


LAUNCHES, STANDING = 5, 10


def to_confirm(user: SignedIn) -> str | Markup:
    """A curator's screen: launches to confirm, and who has stood still for so long that somebody should call."""
    if not user.scopes(Permission.CONFIRM_LAUNCHES) or user.scopes(Permission.EDIT_USERS):
        return ""
    standing = cabinet_queries.standing(reach(user.scopes(Permission.CONFIRM_LAUNCHES)), queries.today())
    adoptions = queries.by_ids([stay.adoption_id for stay in standing[:STANDING]])
    return Markup(
        render_template(
            "adoption/panels/curator.html",
            waiting=[(one, launches.proof(one)) for one in cabinet_queries.unconfirmed_launches(user, LAUNCHES)],
            labels=labels,
            number=cabinet_queries.unconfirmed(user),
            rule=labels.standing_rule(),
            standing=[(adoptions[stay.adoption_id], stay.days) for stay in standing[:STANDING]],
            next_step=next_step,
            stand=len(standing),
        )
    )


def figures_of_mine(user: SignedIn) -> str | Markup:
    """An analyst's screen: the figures of their territories and where to take them from. An approver reads the same."""
    analyses, approves = user.scopes(Permission.OPEN_FIGURES), user.scopes(Permission.OPEN_APPROVAL)
    if not analyses and not approves:
        return ""
    counts = cabinet_queries.counts_for(user)
    return Markup(
        render_template(
            "adoption/panels/analyst.html",
            counts=counts,
            labels=labels,
            total=sum(counts.values()),
            approves=bool(approves),
            day=queries.today(),
        )
    )
