"""A conversation's tree as rows: what the map of it lists, and where its lines run.

The path that is shown runs straight down in the first lane. Where messages have other versions, those come above the
version on the path, each with all that hangs below it, one lane further in. So a row needs no more than its lane: the
lanes before it run through, and a branch begins with an elbow from the lane before. Long runs without another version
are folded, or ten thousand messages would hide the few places where there is something to choose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from chatdesk.core.branches import BranchNode, BranchTree
    from chatdesk.core.messages import Role

# So many messages in a row are worth folding.
LEAST_FOLDED = 4


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A message of the tree, or a folded run of them, of which `node` is the first.

    `folded` counts the messages that are not listed, this one included; 0: the row is one message. `version` and
    `versions` are its number among its versions and their count. `is_first`: a branch begins here, `is_last`: it ends.
    `is_beside_path`: the path that is shown passes it in the first lane.
    """

    node: BranchNode
    lane: int
    is_on_path: bool
    version: int = 1
    versions: int = 1
    folded: int = 0
    is_first: bool = False
    is_last: bool = False
    is_beside_path: bool = False


def tree_rows(tree: BranchTree, unfolded: Container[str] = ()) -> list[TreeRow]:
    """The rows of a map from top to bottom; runs whose first message is `unfolded` are listed in full.

    Of what was deleted only the message is listed that can be restored, without what hangs below it.
    """
    children: dict[str | None, list[BranchNode]] = {}
    by_id = {node.id: node for node in tree.nodes}
    for node in tree.nodes:
        parent = by_id.get(node.parent_id) if node.parent_id is not None else None
        if node.is_deleted and parent is not None and parent.is_deleted:
            continue
        children.setdefault(node.parent_id, []).append(node)
    return list(_folded(_listed(children, _path(tree, by_id), tree.active_leaf_id), unfolded))


def _path(tree: BranchTree, by_id: dict[str, BranchNode]) -> frozenset[str]:
    path: set[str] = set()
    at = tree.active_leaf_id
    while at is not None and at in by_id and at not in path:
        path.add(at)
        at = by_id[at].parent_id
    return frozenset(path)


def _listed(
    children: dict[str | None, list[BranchNode]], path: frozenset[str], leaf_id: str | None
) -> Iterator[TreeRow]:
    """Every message, from the root on: at each, first its other versions with all below them."""
    waiting = _rows_of(children.get(None, ()), 0, path)
    waiting.reverse()
    goes_on = False  # the path, below the rows so far
    while waiting:
        row = waiting.pop()
        below = () if row.node.is_deleted else children.get(row.node.id, ())
        following = _rows_of(below, row.lane, path)
        if row.is_on_path:
            goes_on = row.node.id != leaf_id
        yield replace(row, is_last=not following, is_beside_path=goes_on and not row.is_on_path)
        waiting += reversed(following)


def _rows_of(messages: Sequence[BranchNode], lane: int, path: frozenset[str]) -> list[TreeRow]:
    """The messages that hang on one: the one that goes on in its lane comes last, the others one lane further in."""
    if len(messages) == 1 and not messages[0].is_deleted:  # nearly all of them
        return [TreeRow(messages[0], lane, messages[0].id in path)]
    living = [node for node in messages if not node.is_deleted]
    straight = next((node for node in living if node.id in path), living[-1] if living else None)
    counts = Counter(node.role for node in living)
    numbers: Counter[Role] = Counter()
    rows: list[TreeRow] = []
    for node in messages:
        numbers[node.role] += not node.is_deleted
        row = TreeRow(node, lane + 1, node.id in path, numbers[node.role], counts[node.role], is_first=True)
        if node.is_deleted:
            row = replace(row, version=1, versions=1)
        if node is not straight:
            rows.append(row)
        else:
            last = replace(row, lane=lane, is_first=False)
    return rows if straight is None else [*rows, last]


def _folded(rows: Iterator[TreeRow], unfolded: Container[str]) -> Iterator[TreeRow]:
    """`rows` with long runs of messages that go straight on replaced by one row each."""
    run: list[TreeRow] = []
    listed = [*rows]
    for place, row in enumerate(listed):
        following = listed[place + 1] if place + 1 < len(listed) else None
        is_inner = (
            place > 0
            and row.versions == 1
            and not (row.is_first or row.is_last or row.node.is_deleted)
            and following is not None
            and following.node.parent_id == row.node.id
            and following.versions == 1
            and not following.node.is_deleted
        )
        if is_inner:
            run.append(row)
            continue
        yield from _run(run, unfolded)
        run = []
        yield row
    yield from _run(run, unfolded)


def _run(run: list[TreeRow], unfolded: Container[str]) -> Iterator[TreeRow]:
    if len(run) < LEAST_FOLDED or run[0].node.id in unfolded:
        yield from run
    else:
        yield replace(run[0], folded=len(run))
