"""The passes: functions from a graph to a new graph, in one tuple a level; and what each saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from symdiff.graph import Graph
from symdiff.op import Attrs, Op
from symdiff.optimize.canonical import CANONICAL
from symdiff.optimize.regrouping import regrouped
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.engine import Firing, Rewriter
from symdiff.rewriting.folding import fold
from symdiff.rewriting.rule import index
from symdiff.transplant import rebuilt
from symdiff.types import Type


class Work:
    """What the passes did so far: rules fired, constants folded, equal nodes merged."""

    def __init__(self) -> None:
        self.firings: list[Firing] = []
        self.folded = 0
        self.merged = 0


class Saving(NamedTuple):
    """What a pass did, and how often."""

    what: str
    times: int


Pass: TypeAlias = Callable[[Graph, Work], Graph]


def simplify(graph: Graph, work: Work) -> Graph:
    """One walk that folds constants, merges equal nodes, and applies the rules until none fires.

    Everything a node is made of is in its final form when the node is reached, so one walk is enough.
    """
    rewriter: list[Rewriter] = []

    def visit(new: Graph, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
        if not rewriter:
            rewriter.append(Rewriter(new, index(STABLE + CANONICAL, new.language), work.firings))
        folded = fold(new.arena, op, inputs, attrs, type_)
        if folded is not None:
            work.folded += 1
            return folded
        if op.commutative and inputs[0] != inputs[1] and new.arena.find(op, inputs[::-1], attrs) is not None:
            work.merged += 1
            inputs = inputs[::-1]
        return rewriter[0].simplify(new.arena.add(op, inputs, attrs, type_))

    return rebuilt(graph, visit)


def regroup(graph: Graph, work: Work) -> Graph:
    """Factors out of sums, matrix chains in their cheapest order; where that saves something, all rules once more."""
    return regrouped(graph, STABLE + CANONICAL, work.firings)


def remove_dead(graph: Graph, work: Work) -> Graph:
    """Leave behind the nodes that no output needs."""
    return rebuilt(graph)


LEVELS: Final[dict[str, tuple[Pass, ...]]] = {
    "none": (),
    "default": (simplify, regroup, remove_dead),
    "fast": (simplify, regroup, remove_dead),
}
"""`none` keeps the graph exactly as written; `fast` has no rules of its own yet."""


def optimise(graph: Graph, level: str) -> tuple[Graph, list[Saving], list[Firing]]:
    """Run a level's passes: the new graph, what they saved, and the log of rules that fired."""
    work = Work()
    for step in LEVELS[level]:
        graph = step(graph, work)
    savings = [
        Saving("rules fired", len(work.firings)),
        Saving("constants folded", work.folded),
        Saving("commuted nodes merged", work.merged),
    ]
    return graph, savings, work.firings
