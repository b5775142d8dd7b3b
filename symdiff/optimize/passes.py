"""The passes: functions from a graph to a new graph, and what each saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from symdiff.arena import Literal
from symdiff.core import CONSTANT
from symdiff.graph import Graph
from symdiff.op import Attrs, Op
from symdiff.optimize.canonical import CANONICAL
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.engine import Firing, Rewriter
from symdiff.rewriting.rule import Rule, index
from symdiff.sizes import Size
from symdiff.transplant import rebuilt
from symdiff.types import ArrayType, Type

LARGEST_FOLD: Final = 1024
"""Constants of more elements aren't made by folding: the source stays short, and a stretched scalar a scalar."""

Pass: TypeAlias = Callable[[Graph, list[Firing]], Graph]


def remove_dead(graph: Graph, log: list[Firing]) -> Graph:
    """Leave behind the nodes that no output needs."""
    return rebuilt(graph)


def fold_constants(graph: Graph, log: list[Firing]) -> Graph:
    """Compute what depends on constants only, where the result is small and no larger than what it's made of."""

    def visit(new: Graph, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
        nodes = new.arena.nodes
        if all(nodes[node].op is CONSTANT for node in inputs) and isinstance(type_, ArrayType) and _is_small(type_):
            operands = [nodes[node].attrs[0].value for node in inputs]
            if type_.shape == () or max(value.size for value in operands) >= np.prod(type_.shape):  # type: ignore[arg-type]
                with np.errstate(all="ignore"):
                    value = np.asarray(op.kernel(*operands, **dict(zip(op.attributes, attrs, strict=True))))
                return new.arena.add(CONSTANT, (), (Literal(value.astype(type_.dtype, copy=False)),), type_)
        return new.arena.add(op, inputs, attrs, type_)

    return rebuilt(graph, visit)


def merge_equal(graph: Graph, log: list[Firing]) -> Graph:
    """Common subexpressions: a commutative op on the same operands in the other order is the same node."""

    def visit(new: Graph, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
        if op.commutative and new.arena.find(op, inputs[::-1], attrs) is not None:
            inputs = inputs[::-1]
        return new.arena.add(op, inputs, attrs, type_)

    return rebuilt(graph, visit)


def rewrite_with(rules: tuple[Rule, ...]) -> Pass:
    """A pass that applies rules at every node until none fires."""

    def rewrite(graph: Graph, log: list[Firing]) -> Graph:
        rewriter: list[Rewriter] = []

        def visit(new: Graph, op: Op, inputs: tuple[int, ...], attrs: Attrs, type_: Type) -> int:
            if not rewriter:
                rewriter.append(Rewriter(new, index(rules, new.language), log))
            return rewriter[0].simplify(new.arena.add(op, inputs, attrs, type_))

        return rebuilt(graph, visit)

    return rewrite


def _is_small(type_: ArrayType) -> bool:
    sizes = type_.shape
    return not any(isinstance(dim, Size) for dim in sizes) and int(np.prod(sizes)) <= LARGEST_FOLD  # type: ignore[arg-type]


class Step(NamedTuple):
    """A pass by name."""

    name: str
    apply: Pass


class Saving(NamedTuple):
    """What a pass did: nodes before and after."""

    name: str
    before: int
    after: int


PIPELINE: Final[tuple[Step, ...]] = (
    Step("remove dead nodes", remove_dead),
    Step("stabilise", rewrite_with(STABLE)),
    Step("canonicalise", rewrite_with(CANONICAL)),
    Step("fold constants", fold_constants),
    Step("merge equal nodes", merge_equal),
    Step("remove dead nodes", remove_dead),
)
LEVELS: Final[dict[str, tuple[Step, ...]]] = {"none": PIPELINE[:1], "default": PIPELINE, "fast": PIPELINE}
"""`none` keeps the graph exactly as written, but for what no output needs."""

def optimise(graph: Graph, level: str) -> tuple[Graph, list[Saving], list[Firing]]:
    """Run a level's passes: the new graph, what each saved, and the log of rules that fired."""
    log: list[Firing] = []
    savings: list[Saving] = []
    for step in LEVELS[level]:
        before = len(graph)
        graph = step.apply(graph, log)
        savings.append(Saving(step.name, before, len(graph)))
    return graph, savings, log
