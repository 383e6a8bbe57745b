"""The map of a conversation: the shown path straight down, other versions beside it, long runs folded."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.branches import BranchNode, BranchTree
from chatdesk.core.messages import ReplyStatus, Role
from chatdesk.core.tree_rows import TreeRow, tree_rows


def node(name: str, parent: str | None, place: int, *, is_deleted: bool = False) -> BranchNode:
    return BranchNode(name, parent, Role.USER, float(place), ReplyStatus.COMPLETE, name, is_deleted=is_deleted)


def tree(edges: str, leaf: str | None, deleted: str = "") -> BranchTree:
    """`-a ab ac`: each pair is a parent and a child, in order of age."""
    nodes = tuple(
        node(pair[1], None if pair[0] == "-" else pair[0], place, is_deleted=pair[1] in deleted)
        for place, pair in enumerate(edges.split())
    )
    return BranchTree("c", nodes, leaf)


def drawn(rows: list[TreeRow]) -> list[str]:
    """Each row as its lane in dots, its name, `*` on the path, and what is folded or which version it is."""
    return [
        "." * row.lane
        + (f"{row.folded} more" if row.folded else row.node.id)
        + ("*" if row.is_on_path else "")
        + (f" {row.version}/{row.versions}" if row.versions > 1 else "")
        + (" gone" if row.node.is_deleted else "")
        for row in rows
    ]


def test_the_path_runs_straight_and_other_versions_come_before_it() -> None:
    rows = tree_rows(tree("-a ab bc cd ae ef", "f"))
    assert drawn(rows) == ["a*", ".b 1/2", ".c", ".d", "e* 2/2", "f*"]
    assert [row.is_first for row in rows] == [False, True, False, False, False, False]
    assert [row.is_last for row in rows] == [False, False, False, True, False, True]
    assert [row.is_beside_path for row in rows] == [False, True, True, True, False, False]


def test_another_path_runs_straight_when_it_is_shown() -> None:
    assert drawn(tree_rows(tree("-a ab bc cd ae ef", "d"))) == ["a*", ".e 2/2", ".f", "b* 1/2", "c*", "d*"]


def test_without_the_path_the_newest_version_goes_on_straight() -> None:
    assert drawn(tree_rows(tree("-a ab ac -d", "d"))) == [".a 1/2", "..b 1/2", ".c 2/2", "d* 2/2"]


def test_messages_of_different_roles_are_no_versions_of_each_other() -> None:
    said = [node("a", None, 0), node("b", "a", 1), replace(node("c", "a", 2), role=Role.TOOL)]
    assert drawn(tree_rows(BranchTree("c", tuple(said), "c"))) == ["a*", ".b", "c*"]


def test_nothing_makes_no_rows() -> None:
    assert tree_rows(BranchTree("c", (), None)) == []


def test_of_what_was_deleted_only_the_top_is_listed() -> None:
    assert drawn(tree_rows(tree("-a ab bc cd ae", "e", deleted="bcd"))) == ["a*", ".b gone", "e*"]


def test_everything_may_be_deleted() -> None:
    assert drawn(tree_rows(tree("-a ab", None, deleted="ab"))) == [".a gone"]


def test_long_runs_are_folded_up_to_where_there_is_something_to_choose() -> None:
    edges = "-a ab bc cd de ef fg gh hi gj"
    assert drawn(tree_rows(tree(edges, "j"))) == ["a*", "5 more*", "g*", ".h 1/2", ".i", "j* 2/2"]
    unfolded = drawn(tree_rows(tree(edges, "j"), {"b"}))
    assert unfolded == ["a*", "b*", "c*", "d*", "e*", "f*", "g*", ".h 1/2", ".i", "j* 2/2"]


def test_the_path_passes_a_folded_run_beside_it() -> None:
    rows = tree_rows(tree("-a ab bc cd de ef fg ah", "h"))
    assert drawn(rows) == ["a*", ".b 1/2", ".4 more", ".g", "h* 2/2"]
    assert [row.is_beside_path for row in rows] == [False, True, True, True, False]


def test_a_message_whose_parent_is_gone_for_good_is_left_out() -> None:
    assert drawn(tree_rows(tree("-a xb", "a"))) == ["a*"]


@given(st.data())
def test_every_living_message_is_on_exactly_one_row_and_lanes_join(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 40))
    nodes: list[BranchNode] = []
    for place in range(count):
        parent = data.draw(st.sampled_from([None, *nodes])) if nodes else None
        nodes.append(node(f"n{place}", None if parent is None else parent.id, place))
    leaf = data.draw(st.sampled_from([None, *(each.id for each in nodes)]))
    rows = tree_rows(BranchTree("c", tuple(nodes), leaf))
    assert sum(row.folded or 1 for row in rows) == count
    ids = {each.id for each in nodes}
    assert sorted(row.node.id for row in tree_rows(BranchTree("c", tuple(nodes), leaf), ids)) == sorted(ids)
    if leaf is not None:
        assert all(row.lane == 0 for row in rows if row.is_on_path)
    for before, row in pairwise(rows):
        assert row.lane <= before.lane + 1


def test_ten_thousand_messages_in_a_row_are_three_rows() -> None:
    chain = tuple(node(f"n{place}", f"n{place - 1}" if place else None, place) for place in range(10_000))
    assert [row.folded for row in tree_rows(BranchTree("c", chain, "n9999"))] == [0, 9998, 0]
