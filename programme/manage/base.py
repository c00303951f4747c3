"""What the organiser's pages share."""

from __future__ import annotations

from flask import Blueprint, Response

from kernel.links import page_is

blueprint = Blueprint("programme_desk", __name__)
page_is("forum.programme-desk", "programme_desk.programme")
EDIT = "forum:programme:edit"


def attachment(body: bytes, mimetype: str, name: str) -> Response:
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})
