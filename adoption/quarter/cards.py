"""Questions as cards of one page: shown, filled in, kept; for the cabinet, the link and answers on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from adoption import labels as adoption_labels
from adoption import rules as adoption_rules
from adoption.cabinet.desk import next_step
from adoption.labels import EXIT_LABELS, REASON_LABELS, stage_line
from adoption.quarter import labels, operations, queries, rules
from adoption.quarter.forms import CHOOSE, AnswerForm
from adoption.quarter.models import Answer, AnswerKind, Question
from adoption.quarter.operations import AnswerRefused, Outcome, Overtaken, Source
from adoption.quarter.rules import Said
from adoption.queries import today
from kernel.access import Actor
from kernel.transaction import write


@dataclass
class Card:
    """A question as its page shows it."""

    question: Question
    before: Answer | None
    """The last answer with a number from an earlier quarter."""
    form: AnswerForm
    doubtful: bool = False
    """The number typed asks for a tick that it is right."""

    @property
    def current(self) -> Answer | None:
        return self.question.current

    @property
    def moot(self) -> bool:
        """The adoption was interrupted elsewhere: nothing is left to ask."""
        current = self.current
        stopped_here = current is not None and current.kind is AnswerKind.stopped
        return self.question.adoption.exit is not None and not stopped_here

    @property
    def served_before(self) -> int | None:
        if self.before is not None:
            return self.before.served
        return self.question.adoption.units if self.current is None else None

    def unchanged(self, said: Said | None) -> bool:
        """Whether the form says just what it was opened with."""
        opened = next((one for one in self.question.answers if one.id == self.form.opened_with()), None)
        if opened is None or said is None:
            return False
        kept = (opened.kind, opened.served, opened.staff, opened.note, opened.exit, opened.exit_reason)
        return kept == (said.kind, said.served, said.staff, said.note, said.exit, said.reason)

    def faults(self) -> bool:
        """Check what was typed and say each fault at its field. True when there is one."""
        form = self.form
        form.validate()
        if form.chosen() is None:
            form.blame("said", labels.FAULTS[rules.Fault.no_answer])
            return True
        if form.errors:
            return True
        said = form.answer()
        for name, fault in rules.faults(said, self.question.adoption.stage):
            form.blame(name, labels.FAULTS[fault])
        doubts = rules.doubts(said, self.served_before)
        self.doubtful = bool(doubts)
        signed = rules.signature(doubts, said, self.served_before)
        if doubts and form.sure.data != signed:
            form.sure.wait(signed)
            for doubt in doubts:
                form.blame("served", labels.doubt(doubt, self.served_before))
        return bool(form.errors)


def card(question: Question, before: Answer | None, *, sent: bool, wanted: str = "") -> Card:
    """The card of a question: with what was sent, else with the answer there is; `wanted`: a choice made on the way."""
    current = question.current
    form = AnswerForm(formdata=request.form if sent else None, prefix=f"{question.code}-")
    stage = question.adoption.stage
    form.exit.choices = [
        CHOOSE,
        *((exit.value, adoption_labels.EXIT_VERBS[exit]) for exit in adoption_rules.exits_open(stage, None)),
    ]
    if not sent:
        form.seen.data = str(current.id if current else 0)
        form.said.data = current.kind.value if current else None
        if current is not None:
            form.served.data, form.staff.data, form.note.data = current.served, current.staff, current.note
            form.exit.data = current.exit.value if current.exit else ""
            form.reason.data = current.exit_reason.value if current.exit_reason else ""
        if wanted in {kind.value for kind in AnswerKind}:
            form.said.data = wanted
    return Card(question, before, form)


@dataclass
class Result:
    """What became of the answers sent: how many were kept, and whether something is left to correct."""

    kept: list[Question] = field(default_factory=list)
    wrong: bool = False
    overtaken: bool = False

    @property
    def status(self) -> int:
        return 409 if self.overtaken else 422


def make_cards(questions: Sequence[Question], *, sent: bool) -> list[Card]:
    before = queries.served_before(questions)
    wanted = {request.args.get("question", ""): request.args.get("answer", "")}
    return [
        card(question, before.get(question.adoption_id), sent=sent, wanted=wanted.get(question.code, ""))
        for question in questions
    ]


def keep(cards: Sequence[Card], source: Source, by: Actor) -> Result:
    """Keep every answer that is in order; the others say at their fields what is wrong, with what was typed."""
    result = Result()
    good: list[Card] = []
    for one in cards:
        if one.moot or not one.question.ask.round.is_open or not one.form.touched():
            continue
        said = one.form.answer() if one.form.chosen() else None
        if one.unchanged(said):
            continue
        if one.faults():
            result.wrong = True
        else:
            good.append(one)
    if good:
        _keep_good(good, source, by, result)
    return result


def _keep_good(good: list[Card], source: Source, by: Actor, result: Result) -> None:
    entries = [(one.question, one.form.answer(), one.form.opened_with()) for one in good]
    found = write(lambda: operations.answer_each(entries, source, by=by))
    for one in good:
        outcome = found[one.question.id]
        if isinstance(outcome, Overtaken):
            result.wrong = result.overtaken = True
            _say_overtaken(one, outcome.current)
        elif isinstance(outcome, AnswerRefused):
            result.wrong = True
            for name, fault in outcome.faults:
                one.form.blame(name, labels.FAULTS[fault])
        elif outcome is not Outcome.same:
            result.kept.append(one.question)


def _say_overtaken(one: Card, current: Answer | None) -> None:
    one.form.seen.data = str(current.id if current else 0)
    said = str(labels.ANSWER_LABELS[current.kind]) if current else ""
    one.form.blame(
        "said",
        _(
            "While the page stood open, somebody answered: “%(said)s”. "
            "If yours is right, save it again: it will replace theirs.",
            said=said,
        ),
    )


def say_kept(result: Result) -> str:
    """The sentence about what was kept."""
    number = len(result.kept)
    if not number:
        text: str = _("Nothing has changed: the answers are the same.")
    else:
        text = ngettext("Saved: %(num)s answer.", "Saved: %(num)s answers.", number)
    return text


def context(cards: Sequence[Card], result: Result | None = None) -> dict[str, object]:
    """What the questions' templates need."""
    fresh = set() if result is None else {question.id for question in result.kept}
    for one in cards:
        if one.question.id in fresh:  # shown as it is kept, not as it was typed
            one.form = card(one.question, one.before, sent=False).form
    left = [one for one in cards if queries.is_waiting(one.question)]
    return {
        "cards": cards,
        "left": left,
        "waiting": len(left),
        "partly": 0 < len(left) < sum(not one.moot for one in cards),
        "lost_file": any(file.filename for file in request.files.values()),
        "result": result,
        "say_kept": say_kept,
        "labels": labels,
        "rules": rules,
        "AnswerKind": AnswerKind,
        "stage_line": stage_line,
        "exit_labels": EXIT_LABELS,
        "reason_labels": REASON_LABELS,
        "next_step": next_step,
        "late": [one for one in cards if rules.is_late(one.question.ask.round.due, today())],
        "today": today(),
    }
