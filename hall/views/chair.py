"""What a moderator and an assistant do beside the running order: questions of the hall and of the screens."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from hall import operations, queries
from hall.blueprint import blueprint
from hall.models import QuestionState
from kernel.access import actor, requires
from kernel.permissions import Permission
from kernel.transaction import writing
from programme.work.queries import section_for


@blueprint.post("/running-order/<slug>/<section_slug>/questions/<int:question_id>")
@requires(Permission.OPEN_HALL)
def question_state(slug: str, section_slug: str, question_id: int) -> ResponseReturnValue:
    section = section_for(actor(), slug, section_slug)
    state = next((one for one in QuestionState if one.value == request.form.get("state")), None)
    if state is None:
        raise NotFound()
    question = queries.question_of(section.id, question_id)
    with writing():
        operations.settle_question(question, state)
    return redirect(url_for("programme_work.section", slug=slug, section_slug=section_slug, _anchor="questions"), 303)
