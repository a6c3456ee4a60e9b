from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.runtime.reach import Answer, Reach, judge

answers = st.lists(
    st.builds(Answer, has_name=st.booleans(), at=st.floats(0, 10), came=st.sampled_from([True, False, None])),
    max_size=5,
)


@given(answers, st.booleans(), st.floats(0, 10), st.floats(0, 10))
def test_asking_for_newer_answers_never_decides_more(
    heard: list[Answer], of_names: bool, one: float, other: float
) -> None:
    older, newer = (judge(heard, since=since, of_names=of_names) for since in sorted((one, other)))
    assert older is not None or newer is None


@given(answers, st.booleans())
def test_an_answer_from_a_name_settles_everything(heard: list[Answer], of_names: bool) -> None:
    assert judge([*heard, Answer(has_name=True, at=5, came=True)], since=5, of_names=of_names) is Reach.FINE


@given(answers, st.booleans(), st.floats(0, 10))
def test_the_order_of_the_targets_does_not_matter(heard: list[Answer], of_names: bool, since: float) -> None:
    assert judge(heard, since=since, of_names=of_names) is judge(heard[::-1], since=since, of_names=of_names)


@given(answers, st.booleans(), st.floats(0, 10))
def test_nobody_is_acquitted_while_an_answer_is_outstanding(heard: list[Answer], of_names: bool, since: float) -> None:
    outstanding = Answer(has_name=True, came=None)
    assert judge([*heard, outstanding], since=since, of_names=of_names) in (None, Reach.FINE)
