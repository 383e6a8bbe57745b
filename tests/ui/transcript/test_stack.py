from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from chatdesk.ui.transcript.stack import Stack

HEIGHTS = st.lists(st.integers(0, 500), max_size=30)
CHANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 500)), max_size=20)


@given(heights=HEIGHTS, changes=CHANGES, tail=HEIGHTS)
def test_tops_are_sums_of_the_heights_above_whatever_changed(
    heights: list[int], changes: list[tuple[int, int]], tail: list[int]
) -> None:
    stack = Stack(heights)
    for index, height in changes:
        if index < len(heights):
            assert stack.total == sum(heights)
            stack[index] = height
            heights[index] = height
    cut = len(heights) // 2
    stack.replace_from(cut, tail)
    heights[cut:] = tail
    stack.append(7)
    heights.append(7)
    assert [stack.top(index) for index in range(len(heights) + 1)] == [0, *accumulate(heights)]
    for index, height in enumerate(heights):
        if height:
            assert stack.at(stack.top(index)) == index
            assert stack.at(stack.top(index) + height - 1) == index
    assert stack.at(-5) == 0
    assert stack.at(stack.total + 5) == len(heights) - 1
