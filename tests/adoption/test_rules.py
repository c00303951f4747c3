from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adoption import rules
from adoption.models import Exit, Stage, StageStep, State
from adoption.rules import Doubt, Fault, Reached

TODAY = date(2027, 3, 1)
stages = st.sampled_from(list(Stage))
days = st.dates(date(2025, 1, 1), date(2028, 1, 1))
steps = st.lists(st.builds(Reached, stages, st.none() | days, st.sampled_from(["", "приказ № 1"])), max_size=8)


@given(stages, days, steps)
def test_a_move_without_faults_keeps_order_and_dates(stage, last, wanted):
    if rules.faults(stage, last, wanted, TODAY):
        return
    assert [step.stage for step in wanted] == rules.ahead(stage)[: len(wanted)]
    dates = [last, *[step.on for step in wanted]]
    assert dates == sorted(dates)
    assert max(dates[1:]) <= TODAY
    assert all(step.evidence for step in wanted if step.stage in rules.EVIDENCED)


@given(stages, st.integers(0, 7), st.integers(0, 30))
def test_a_proper_move_has_no_faults(stage, count, gap):
    wanted = [
        Reached(known, TODAY - timedelta(days=400) + timedelta(days=gap * place), "приказ")
        for place, known in enumerate(rules.ahead(stage)[:count])
    ]
    found = rules.faults(stage, TODAY - timedelta(days=400), wanted, TODAY, hold_from=TODAY - timedelta(days=400))
    assert found == ([] if wanted else [(None, Fault.nothing)])


def test_each_fault_is_named():
    may = date(2026, 5, 1)
    assert rules.faults(Stage.interest, may, [], TODAY) == [(None, Fault.nothing)]
    assert rules.faults(Stage.interest, may, [Reached(Stage.staffing, may)], TODAY) == [(Stage.staffing, Fault.gap)]
    assert rules.faults(Stage.interest, may, [Reached(Stage.assessment, None)], TODAY) == [
        (Stage.assessment, Fault.no_date)
    ]
    tomorrow = TODAY + timedelta(days=1)
    assert rules.faults(Stage.interest, may, [Reached(Stage.assessment, tomorrow)], TODAY) == [
        (Stage.assessment, Fault.future)
    ]
    april = date(2026, 4, 1)
    assert rules.faults(Stage.interest, may, [Reached(Stage.assessment, april)], TODAY) == [
        (Stage.assessment, Fault.order)
    ]
    bare = [Reached(Stage.preparation, may)]
    assert rules.faults(Stage.assessment, may, bare, TODAY) == [(Stage.preparation, Fault.no_evidence)]
    assert rules.faults(Stage.interest, may, bare, TODAY, closed=True) == [(None, Fault.closed)]


def test_permanent_is_what_has_a_confirmed_launch_and_its_time():
    may = date(2026, 5, 1)
    wanted = [Reached(Stage.sustained, may, "приказ")]
    assert rules.HOLD.days == 180
    assert rules.faults(Stage.operating, may, wanted, TODAY) == [(Stage.sustained, Fault.unconfirmed)]
    later = may + timedelta(days=1)
    assert rules.faults(Stage.operating, may, wanted, TODAY, hold_from=later) == [(Stage.sustained, Fault.too_soon)]
    assert rules.faults(Stage.operating, may, wanted, TODAY, hold_from=may) == []
    begun = StageStep(stage=Stage.launched, reached_on=may)
    assert rules.may_hold_from([begun]) is None
    begun.confirmed_at = datetime(2026, 6, 1, tzinfo=UTC)
    assert rules.may_hold_from([begun]) == date(2026, 10, 28)


def test_shared_days_and_evidence_are_doubts_the_day_of_the_request_is_not():
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    steps = [
        StageStep(stage=Stage.interest, reached_on=may, evidence="", evidence_url=""),
        StageStep(stage=Stage.assessment, reached_on=may, evidence="", evidence_url=""),
        StageStep(stage=Stage.preparation, reached_on=june, evidence="Приказ № 15-п", evidence_url=""),
    ]
    assert rules.doubts(steps[:1], [Reached(Stage.assessment, may)]) == []
    assert rules.doubts(steps, [Reached(Stage.staffing, june + timedelta(days=1), "обучены 4 человека")]) == []
    told = [Reached(Stage.staffing, june, "приказ №15-п")]
    both = (Stage.preparation, Stage.staffing)
    assert rules.doubts(steps, told) == [Doubt(both, day=june), Doubt(both, evidence="Приказ № 15-п")]


def test_a_link_or_a_file_is_evidence_too():
    may = date(2026, 5, 1)
    for shown in (
        Reached(Stage.preparation, may, url="https://example.org"),
        Reached(Stage.preparation, may, has_file=True),
    ):
        assert rules.faults(Stage.assessment, may, [shown], TODAY) == []


@given(st.lists(st.sampled_from(list(State))))
def test_the_furthest_state_is_the_greatest(states):
    assert rules.furthest(states) == (max(states, key=list(State).index) if states else None)


@given(stages)
def test_back_and_ahead_divide_the_way(stage):
    assert [*reversed(rules.back_targets(stage)), stage, *rules.ahead(stage)] == list(Stage)


@given(st.lists(st.integers(0, 2000)))
def test_the_median_has_as_many_below_as_above(values):
    middle = rules.median(values)
    if not values:
        assert middle is None
        return
    assert sum(value < middle for value in values) <= len(values) / 2
    assert sum(value > middle for value in values) <= len(values) / 2


def test_withdrawn_steps_do_not_count():
    gone = StageStep(stage=Stage.launched, reached_on=date(2026, 11, 1), withdrawn_at=datetime(2026, 12, 1, tzinfo=UTC))
    begun = StageStep(stage=Stage.interest, reached_on=date(2026, 6, 1))
    assert rules.reached_dates([begun, gone]) == {Stage.interest: date(2026, 6, 1)}
    again = StageStep(stage=Stage.launched, reached_on=date(2026, 12, 1))
    assert rules.reached_dates([begun, gone, again])[Stage.launched] == date(2026, 12, 1)


def test_a_working_practice_is_left_in_peace_for_a_while():
    assert rules.waits(Stage.interest, TODAY, TODAY) is True
    assert rules.waits(Stage.launched, TODAY - timedelta(days=89), TODAY) is False
    assert rules.waits(Stage.launched, TODAY - timedelta(days=90), TODAY) is True
    assert rules.waits(Stage.operating, TODAY - timedelta(days=179), TODAY) is False
    assert rules.waits(Stage.sustained, None, TODAY) is False


def test_one_declines_before_it_works_and_stops_after_it_began():
    assert rules.exits_open(Stage.interest, None) == [Exit.paused, Exit.declined]
    assert rules.exits_open(Stage.staffing, None) == [Exit.paused, Exit.declined, Exit.stopped]
    assert rules.exits_open(Stage.operating, None) == [Exit.paused, Exit.stopped]
    assert rules.exits_open(Stage.operating, Exit.paused) == []
