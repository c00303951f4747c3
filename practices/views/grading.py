"""The expert's work: what waits for a grade, and the questions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import actor, requires, shows_form
from kernel.forms import form_page
from kernel.listing import paginate
from kernel.permissions import Permission
from kernel.transaction import writing
from practices import display, labels
from practices.grading import operations, queries
from practices.grading.forms import GradeForm
from practices.grading.labels import ANSWER_LABELS, QUESTION_LABELS
from practices.models import Practice
from practices.views.base import blueprint
from practices.views.last_list import remember_list


@blueprint.get("/manage/grading")
@requires(Permission.GRADE_PRACTICES)
def grading() -> ResponseReturnValue:
    remember_list()
    done = request.args.get("graded") == "yes"
    statement = queries.graded_statement(actor()) if done else queries.waiting_statement(actor())
    orders = {"published": (Practice.published_at, Practice.name_key), "name": Practice.name_key}
    listing = paginate(statement, orders, default="name" if done else "published", tie=Practice.id)
    return render_template("practices/grading/list.html", listing=listing, done=done, labels=labels)


@blueprint.route("/manage/grading/<slug>", methods=["GET", "POST"])
@requires(Permission.GRADE_PRACTICES)
@shows_form
def grade(slug: str) -> ResponseReturnValue:
    practice = queries.practice_to_grade(actor(), slug)
    grades = queries.latest_grades(practice.id)
    mine = next((one for one in grades if one.user_id == actor().id), None)
    form = GradeForm()
    if not form.validate_on_submit():
        if mine is not None and not form.is_submitted():
            form.show(mine)
        return form_page(
            "practices/grading/grade.html",
            form,
            practice=practice,
            mine=mine,
            grades=grades,
            questions=QUESTION_LABELS,
            answers=ANSWER_LABELS,
            labels=labels,
            display=display,
        )
    with writing():
        operations.grade(
            practice,
            form.level(),
            form.grounds.data or "",
            form.scores(),
            by=actor(),
            comment=form.comment.data or "",
        )
    flash(_("Thank you. Readers see it in words, without figures or names."), "ok")
    return redirect(url_for("practices.grading"), 303)
