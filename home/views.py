"""Front page, the work areas' first screen, robots and sitemap."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from kernel.access import public, signed_in
from kernel.links import base_url
from kernel.pages import warm

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
@warm("site", "adoption", "catalogue", "forums", seconds=60)
def front() -> ResponseReturnValue:
    return render_template("home/front.html")


@blueprint.get("/work")
@signed_in
def work() -> ResponseReturnValue:
    return render_template("home/work.html")


@blueprint.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    hidden = ("/my/", "/manage/", "/door/", "/cabinet/", "/login", "/work", "/invitation/", "/dev/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in hidden), f"Sitemap: {base_url()}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    if current_app.config["ENVIRONMENT"] == "production":
        raise NotFound()
    return render_template("styleguide.html")
