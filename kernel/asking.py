"""«Sure?» without JavaScript: a button that carries its question is answered by a page with it, before its view runs.

`post_button(confirm=…)` sends the question along; the page's own button sends confirm=yes and everything else again.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import ValidationError

from kernel.access import SAFE_METHODS
from kernel.keys import check_form_token


class Doubtful(Exception):
    """What is wanted is possible, but doubtful: `texts` say why. It is done when `signature` comes back with it."""

    def __init__(self, texts: Sequence[str], signature: str) -> None:
        super().__init__(" ".join(texts))
        self.texts, self.signature = texts, signature


def confirmed() -> str:
    """The signature of the doubts that whoever sent the form has confirmed."""
    return request.form.get("sure", "")


FIELDS_OF_THE_QUESTION = ("csrf_token", "confirm", "question", "answer", "sure")


def init_app(app: Flask) -> None:
    """Call after `access.init_app`: only those who may do the deed are asked."""
    app.before_request(_ask)


def _ask() -> ResponseReturnValue | None:
    if request.method in SAFE_METHODS or request.mimetype != "application/x-www-form-urlencoded":
        return None
    if request.form.get("confirm") != "ask" or not request.form.get("question"):
        return None
    try:
        check_form_token(request.form.get("csrf_token"))
    except ValidationError:
        return None  # the view says so itself
    return question_page(request.form["question"], request.form.get("answer", ""))


def question_page(question: str, answer: str, reasons: Sequence[str] = (), sure: str = "") -> str:
    """A page whose button sends the request's form again, with confirm=yes and the doubts that it is `sure` of."""
    hidden = {name: text for name, text in request.form.items() if name not in FIELDS_OF_THE_QUESTION}
    return render_template(
        "components/ask.html",
        question=question,
        answer=answer,
        reasons=reasons,
        hidden=hidden | {"confirm": "yes"} | ({"sure": sure} if sure else {}),
        back=_back(),
    )


def _back() -> str:
    """The page that was left, if it is ours."""
    came = urlsplit(request.referrer or "")
    return (came.path + (f"?{came.query}" if came.query else "")) if came.netloc == request.host else "/"
