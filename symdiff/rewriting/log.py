"""The log of rules that fired: which, on what, giving what, and what each saved."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from symdiff.arena import Arena
from symdiff.cost import flops
from symdiff.provenance import Place, describe
from symdiff.rewriting.rule import Rule
from symdiff.sizes import Dim

FARTHEST: Final = 200


class Firing(NamedTuple):
    """One application of a rule: in `graph`, node `before` became node `after`.

    The graph is the one that was rewritten on the way: nodes are only ever added to it, so both can be looked at.
    """

    rule: Rule
    graph: Any
    before: int
    after: int

    @property
    def place(self) -> Place | None:
        """The user's place of the node that was replaced."""
        return self.graph.arena.provenance[self.before].place

    @property
    def saved(self) -> tuple[int, Dim]:
        """Nodes, and floating-point operations, that are needed less; where nothing else needs what is replaced."""
        gone, new = difference(self.graph.arena, self.before, self.after)
        return len(gone) - len(new), flops(self.graph, gone) - flops(self.graph, new)


class Trouble(NamedTuple):
    """Rules that never came to an end at a node: how that was seen, and which they are."""

    what: str
    rules: tuple[Rule, ...]
    place: Place | None

    def __str__(self) -> str:
        return f"{' and '.join(rule.name for rule in self.rules)} {self.what}  {describe(self.place)}".rstrip()


def difference(arena: Arena, one: int, other: int) -> tuple[list[int], list[int]]:
    """The nodes that only `one`, and those that only `other`, depends on.

    From the last node down, for as long as there are any of one side: what both depend on is walked over only to
    see what it is made of, and no further than `FARTHEST` nodes, beyond which a node may be counted that both need.
    """
    sides: dict[int, int] = {one: 1}
    sides[other] = sides.get(other, 0) | 2
    queue = [-node for node in sides]
    heapq.heapify(queue)
    apart: tuple[list[int], list[int]] = ([], [])
    alone, walked = sum(side != 3 for side in sides.values()), 0
    while alone:
        node = -heapq.heappop(queue)
        side = sides[node]
        if side != 3:
            alone -= 1
            apart[side - 1].append(node)
        elif (walked := walked + 1) > FARTHEST:
            continue
        for parent in arena.nodes[node].inputs:
            before = sides.get(parent, 0)
            after = sides[parent] = before | side
            if not before:
                heapq.heappush(queue, -parent)
            alone += (after != 3) - (before in (1, 2))
    return apart


def counted(firings: Iterable[Firing]) -> Mapping[Rule, int]:
    """How often each rule fired, in the order of their first firings."""
    counts: dict[Rule, int] = {}
    for firing in firings:
        counts[firing.rule] = counts.get(firing.rule, 0) + 1
    return counts
