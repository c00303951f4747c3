"""What people read for stages, states, exits, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from adoption.models import Adoption, Confirmer, Exit, ExitReason, Stage, State
from adoption.rules import HOLD, SETTLE, Doubt, Fault, may_hold_from
from adoption.stall import ENOUGH_TO_BE_USUAL, TIMES
from kernel.i18n import day
from kernel.text import quoted

if TYPE_CHECKING:
    from adoption.spread import Cell

STAGE_LABELS = {
    Stage.interest: _l("Request sent"),
    Stage.assessment: _l("Fit assessed"),
    Stage.preparation: _l("Prepared"),
    Stage.staffing: _l("Staff trained"),
    Stage.safeguards: _l("Check of the essentials agreed"),
    Stage.launched: _l("Launched"),
    Stage.operating: _l("Works steadily"),
    Stage.sustained: _l("Made permanent"),
}
STAGE_HINTS = {
    Stage.interest: _l("The request has gone to the author."),
    Stage.assessment: _l("Needs, means and people are weighed; somebody answers for it."),
    Stage.preparation: _l("The plan is agreed and the order is signed."),
    Stage.staffing: _l("People are named and trained."),
    Stage.safeguards: _l("It is agreed who checks that the core is kept, and how."),
    Stage.launched: _l("The first result has come."),
    Stage.operating: _l("It goes on regularly, and the core has been checked once."),
    Stage.sustained: _l("Posts, budget or an act of law hold it."),
}
CONFIRMED_LABELS = {
    Confirmer.author: _l("Launch confirmed by the author"),
    Confirmer.mentor: _l("Launch confirmed by the mentor"),
    Confirmer.curator: _l("Launch confirmed by the region"),
}
REFUSED_LABELS = {
    Confirmer.author: _l("The author has not confirmed the launch"),
    Confirmer.mentor: _l("The mentor has not confirmed the launch"),
    Confirmer.curator: _l("The region has not confirmed the launch"),
}
NEXT_STEPS = {
    Stage.interest: _l("Weigh whether the practice fits: need, money, people; name who answers for it"),
    Stage.assessment: _l("Agree a plan and sign the order"),
    Stage.preparation: _l("Name the people and train them"),
    Stage.staffing: _l("Agree how you will check that the core is kept"),
    Stage.safeguards: _l("Begin, and write down the first result"),
    Stage.launched: _l("Work regularly and check the core once"),
    Stage.operating: _l("Make it permanent: posts, budget or an act of law"),
    Stage.sustained: _l("Nothing: the practice holds by itself"),
}
"""What to do after a stage, in plain words."""
WAITS = {
    Stage.interest: _l("Under consideration"),
    Stage.assessment: _l("In preparation"),
    Stage.preparation: _l("Finding and training people"),
    Stage.staffing: _l("Agreeing how the core is checked"),
    Stage.safeguards: _l("Waiting for the first result"),
    Stage.launched: _l("Waiting for steady work"),
    Stage.operating: _l("At work without being made permanent"),
}
"""What goes on between a stage and the next, for «… for 62 days»."""
ASKS = {
    Stage.interest: _l("Ask whether the practice suits them and who will answer for it."),
    Stage.assessment: _l("Ask whether the order is signed."),
    Stage.preparation: _l("Ask who will do the work and when they will be trained."),
    Stage.staffing: _l("Ask who will check that the core is kept, and how."),
    Stage.safeguards: _l("Ask what keeps them from beginning."),
    Stage.launched: _l("Ask whether it goes on regularly and whether the core has been checked."),
    Stage.operating: _l("Ask what will hold it: posts, budget or an act."),
}
"""The question that moves a stage on."""
UNCONFIRMED_WAITS = _l("Waiting for the launch to be confirmed")
UNCONFIRMED_ASK = _l("Look at what shows it: confirm it, or say what is missing.")
STATE_LABELS = {
    State.think: _l("Thinking"),
    State.ready: _l("Preparing"),
    State.works: _l("Working"),
    State.firm: _l("Established"),
}
REPORTED = _l("Launch reported, being confirmed")
"""Said to work, and nobody from outside has confirmed it yet: publicly it is still being prepared."""
REACHED_LABELS = {
    State.ready: _l("Began to prepare"),
    State.works: _l("Have it working"),
    State.firm: _l("Made it permanent"),
}
"""The lines of the curve: each contains the ones after it."""
EXIT_LABELS = {
    Exit.declined: _l("Declined"),
    Exit.paused: _l("Paused"),
    Exit.stopped: _l("Stopped"),
}
EXIT_VERBS = {
    Exit.declined: _l("We will not take it"),
    Exit.paused: _l("Pause"),
    Exit.stopped: _l("Stop"),
}
REASON_LABELS = {
    ExitReason.leadership: _l("Leadership has changed or decided otherwise"),
    ExitReason.approvals: _l("Approvals were not given"),
    ExitReason.money: _l("No money"),
    ExitReason.staff: _l("No people"),
    ExitReason.no_need: _l("No need"),
    ExitReason.other_practice: _l("Another practice was chosen"),
    ExitReason.other: _l("Another reason"),
}
FAULTS = {
    Fault.nothing: _l("Tick the stage you have reached."),
    Fault.gap: _l("Stages go one after another: tick the ones before it too."),
    Fault.future: _l("This date has not come yet."),
    Fault.order: _l("This is earlier than the stage before it."),
    Fault.no_date: _l("Give the date."),
    Fault.no_evidence: _l("Say what shows it: the number of the act, a link or a file."),
    Fault.closed: _l("The work is interrupted. Resume it first."),
    Fault.unconfirmed: _l("The launch has to be confirmed first: by the author, a mentor or the region."),
    Fault.too_soon: _l(
        "Too soon: a practice is called permanent when %(days)s days have passed since its first result.",
        days=HOLD.days,
    ),
}
HISTORY_LABELS = {
    "adoption.started": _l("The practice was taken"),
    "adoption.started_on_behalf": _l("practice taken over on behalf of the municipality"),
    "wish.left": _l("request left"),
    "wish.begun": _l("request taken up"),
    "wish.declined": _l("request declined"),
    "adoption.moved": _l("Moved on"),
    "adoption.moved_back": _l("Moved back"),
    "adoption.exited": _l("The work was interrupted"),
    "adoption.resumed": _l("Resumed"),
    "adoption.confirmed": _l("The launch was confirmed"),
    "adoption.refused": _l("The launch was not confirmed"),
    "adoption.changed": _l("Contact or aim changed"),
    "adoption.rebooked": _l("The organisation was corrected"),
    "adoption.answered": _l("The quarterly question was answered"),
}


def stage_line(adoption: Adoption) -> str:
    """The stage as it was told; what nobody has confirmed is said to be so."""
    told = str(STAGE_LABELS[adoption.stage])
    return f"{told} ({str(REPORTED).lower()})" if adoption.launch_waits else told


def hold_rule(adoption: Adoption) -> str:
    """When the practice may be called permanent there, with the number of days."""
    since = may_hold_from(adoption.steps)
    if since is None:
        text: str = _(
            "Possible %(days)s days after the first result, once the launch is confirmed from outside.", days=HOLD.days
        )
    else:
        text = _(
            "Possible from %(day)s: %(days)s days after the first result, which is confirmed.",
            day=day(since, "digits"),
            days=HOLD.days,
        )
    return text


def doubt_line(doubt: Doubt) -> str:
    """«В один день, 12.03.2027: „Подготовка“, „Кадры обучены“»."""
    stages = ", ".join(quoted(str(STAGE_LABELS[stage])) for stage in doubt.stages)
    if doubt.day is not None:
        text: str = _("On one day, %(day)s: %(stages)s.", day=day(doubt.day, "digits"), stages=stages)
    elif doubt.evidence:
        text = _("Shown by the same, %(evidence)s: %(stages)s.", evidence=quoted(doubt.evidence), stages=stages)
    else:
        text = _("Shown by the same file: %(stages)s.", stages=stages)
    return text


def reported_line(cell: Cell) -> str:
    """«запуск заявлен, подтверждается», of several organisations with how many."""
    if cell.all == 1:
        text: str = _("launch reported, being confirmed")
    else:
        text = _("launch reported, being confirmed: %(number)s", number=cell.reported)
    return text


LOG_ACTIONS = {
    "adoption.started": _l("practice taken over"),
    "adoption.moved": _l("stage noted"),
    "adoption.moved_back": _l("adoption moved back"),
    "adoption.exited": _l("adoption interrupted"),
    "adoption.resumed": _l("adoption resumed"),
    "adoption.confirmed": _l("launch confirmed"),
    "adoption.refused": _l("launch not confirmed"),
    "adoption.changed": _l("adoption's data changed"),
    "adoption.rebooked": _l("adoption's organisation corrected"),
}


def standing_rule() -> str:
    """What standing still means, printed beside it."""
    return _(
        "Standing still: in its stage more than %(times)s times as long as usual. Usual is the median of those who "
        "went on, when at least %(enough)s did. A launched practice is left in peace for %(launched)s days, a working "
        "one for %(operating)s.",
        times=TIMES,
        enough=ENOUGH_TO_BE_USUAL,
        launched=SETTLE[Stage.launched].days,
        operating=SETTLE[Stage.operating].days,
    )
