"""Front page, the work areas' first screen, robots and sitemap."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accounts.settings import site
from forum import queries as forums
from home.navigation import work_links
from home.queries import any_published, published_slugs
from home.styleguide import parts as styleguide_parts
from kernel.access import actor, public, signed_in
from kernel.links import base_url
from kernel.pages import TOTALS, warm
from kernel.panels import panels
from practices.labels import GROUP_LABELS
from practices.models import TargetGroup
from practices.scopes import CATALOGUE, HOME
from territories.queries import current

blueprint = Blueprint("home", __name__)
FRONT_GROUPS = (TargetGroup.large, TargetGroup.disabled_child, TargetGroup.svo, TargetGroup.student)


@blueprint.get("/")
@public
@warm("site", HOME, CATALOGUE, "forums", seconds=TOTALS / 2)
def front() -> ResponseReturnValue:
    groups = [(group.value, GROUP_LABELS[group]) for group in FRONT_GROUPS]
    return render_template(
        "home/front.html",
        coming=forums.coming_forums(),
        last=forums.last_finished(),
        groups=groups,
        region=current(site().region),
        published=any_published(),
    )


@blueprint.get("/work")
@signed_in
def work() -> ResponseReturnValue:
    """What waits for whoever signs in. With nothing to wait for and one area, straight there."""
    waiting, areas = panels("work.tasks", user=actor()), work_links()[1:]
    if len(areas) == 1 and (areas[0].waiting_list or not waiting):
        return redirect(areas[0].href)
    return render_template("home/work.html", waiting=waiting, areas=areas)


@blueprint.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    hidden = (
        "/my/",
        "/manage/",
        "/door/",
        "/cabinet/",
        "/login",
        "/work",
        "/searches",
        "/running-order/",
        "/profile/",
        "/invitation/",
        "/answer/",
        "/launch/",
        "/author/",
        "/dev/",
    )
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in hidden), f"Sitemap: {base_url()}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    if current_app.config["ENVIRONMENT"] == "production":
        raise NotFound()
    return render_template("styleguide.html", **styleguide_parts())


@blueprint.get("/sitemap.xml")
@public
@warm("site", "forums", "catalogue", seconds=3600)
def sitemap() -> ResponseReturnValue:
    paths = ["/", "/forums/", "/practices/", "/adoption/", "/territories/", "/privacy"]
    for forum in forums.public_forums():
        paths.append(url_for("forum.forum", slug=forum.slug))
        if forum.programme_published:
            paths.append(url_for("programme.programme", slug=forum.slug))
    paths += [url_for("practices.practice", slug=slug) for slug in published_slugs()]
    body = render_template("home/sitemap.xml", base=base_url(), paths=paths)
    return Response(body, mimetype="application/xml")
