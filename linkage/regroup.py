"""Join and divide groups of records as people have judged. Plain Python without a database: few groups are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Sets:
    """Disjoint sets of numbers; a set is named by its lowest member."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def find(self, node: int) -> int:
        """The name of the set that holds a number."""
        while (above := self._above.get(node, node)) != node:
            node = above
        return node

    def join(self, a: int, b: int) -> None:
        """Make one set of two."""
        a, b = self.find(a), self.find(b)
        self._above[max(a, b)] = min(a, b)


def regroup(
    before: dict[int, int],
    together: Iterable[tuple[int, int]],
    apart: Iterable[tuple[int, int]],
    pairs: Iterable[tuple],
) -> dict[int, int]:
    """Return the new group of each node, by node.

    `before` has the old groups. Those that hold the two nodes of a pair in `together` are joined. Then a group that
    holds both nodes of a pair in `apart` is divided. The caller must make sure that `together` and `apart` do not
    contradict each other. `pairs` (a, b, *key) is the evidence, and the lowest key is the best: a node that nobody has
    judged goes to the side with which it has the best pair. A group is named by its lowest node, so that the same
    judgements give the same names.
    """
    groups, same = Sets(), Sets()
    for node, label in before.items():
        groups.join(node, label)
    for a, b in together:
        groups.join(a, b)
        same.join(a, b)
    enemies: dict[int, set[int]] = defaultdict(set)
    for a, b in apart:
        if groups.find(a) == groups.find(b):
            enemies[same.find(a)].add(same.find(b))
            enemies[same.find(b)].add(same.find(a))
    blocks: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for node in sorted(before):
        blocks[groups.find(node)][same.find(node)].append(node)
    best: dict[tuple[int, int], tuple] = {}
    for a, b, *key in pairs:
        ends = same.find(a), same.find(b)
        for pair in (ends, ends[::-1]):
            best[pair] = min(best.get(pair, (float("inf"),)), tuple(key))
    after = {}
    for members in blocks.values():
        for part in _parts(list(members), enemies, best):
            nodes = [node for block in part for node in members[block]]
            after |= dict.fromkeys(nodes, min(nodes))
    return after


def _parts(blocks: list[int], enemies: dict[int, set[int]], best: dict[tuple[int, int], tuple]) -> list[list[int]]:
    """Divide the blocks of one group into parts without enemies; without any enemies the group stays one part.

    A block is a set of nodes that judgements hold together, named by its lowest node. `enemies` are the blocks from
    which a judgement separates it, `best` the best evidence between two blocks.
    """
    sides: list[list[int]] = []

    def pull(block: int) -> list[tuple]:
        """The sides to which a block may go and for which it has evidence, as (evidence, position), the best first."""
        found = []
        for at, side in enumerate(sides):
            evidence = [best[block, other] for other in side if (block, other) in best]
            if evidence and not enemies[block] & set(side):
                found.append((min(evidence), at))
        return sorted(found)

    judged = [block for block in blocks if enemies[block]]
    for block in judged:
        if found := pull(block):
            sides[found[0][1]].append(block)
        else:
            sides.append([block])
    if not sides:
        return [blocks]
    rest = [block for block in blocks if not enemies[block]]
    while rest:
        # The block with the best evidence goes first, since it may be the only link of others to its side. A block
        # without any evidence goes to the first side.
        offers = [(found[0], block) for block in rest if (found := pull(block))]
        (_, at), block = min(offers) if offers else ((None, 0), rest[0])
        sides[at].append(block)
        rest.remove(block)
    return sides
