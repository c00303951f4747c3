from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel import bits

IDS = st.sets(st.integers(0, 3000))


@given(IDS)
def test_a_set_comes_back_as_it_went(ids: set[int]) -> None:
    made = bits.from_ids(ids)
    assert bits.to_ids(made) == sorted(ids)
    assert made.bit_count() == len(ids)


@given(IDS, IDS)
def test_numbers_intersect_as_sets_do(one: set[int], other: set[int]) -> None:
    assert bits.to_ids(bits.from_ids(one) & bits.from_ids(other)) == sorted(one & other)


@given(IDS, st.lists(st.integers(0, 4000), unique=True))
def test_the_order_given_is_kept(ids: set[int], order: list[int]) -> None:
    assert bits.in_order(bits.from_ids(ids), order) == [one for one in order if one in ids]
    assert bits.in_order(bits.from_ids(ids), order, 3) == [one for one in order if one in ids][:3]
