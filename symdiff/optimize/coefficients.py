"""Numbers of products that meet wherever they stand: behind views, in quotients, in matrix products.

What is looked through must be needed nowhere else, so that no array is computed twice for a number's sake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.ops.arithmetic import divide, multiply, negative
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import expand_dims
from symdiff.optimize.forms import VIEWS, is_inner, is_moderate, is_real, moderate_literal, scaled
from symdiff.rewriting.rule import Rule, View, rule

PRODUCTS: Final = (multiply, divide, negative, matmul, *VIEWS)

DEEPEST: Final = 5
"""So many ops deep numbers are looked for."""


def _numbers(graph: Any, node: int, room: int) -> tuple[int, float]:
    """How many numbers there are among a node's factors, as far as nothing else needs it, and their product."""
    number = moderate_literal(graph, node)
    if number is not None:
        return int(number != 1), number
    op, inputs, _, _ = graph.arena.nodes[node]
    if not room or op not in PRODUCTS or not is_inner(graph, node):
        return 0, 1
    return _factors(graph, op, inputs, room)


def _factors(graph: Any, op: Op, inputs: tuple[int, ...], room: int) -> tuple[int, float]:
    count, number = _numbers(graph, inputs[0], room - 1)
    if op is negative:
        return count + 1, -number
    if len(inputs) == 1:
        return count, number
    others, other = _numbers(graph, inputs[1], room - 1)
    return count + others, number / other if op is divide else number * other


def _without_numbers(graph: Any, node: int, room: int = DEEPEST) -> Any:
    """The same without these numbers; None where nothing is left."""
    if moderate_literal(graph, node) is not None:
        return None
    op, inputs, _, _ = graph.arena.nodes[node]
    x = graph.expr(node)
    if room < DEEPEST and (not room or op not in PRODUCTS or not is_inner(graph, node)):
        return x
    rest = [_without_numbers(graph, each, room - 1) for each in inputs]
    if op is negative:
        return rest[0]
    if op is divide:
        return rest[0] if rest[1] is None else (1 if rest[0] is None else rest[0]) / rest[1]
    if op is multiply and (rest[0] is None or rest[1] is None):
        return rest[0] if rest[1] is None else rest[1]
    return x.operation(*rest)


def _one_number(op: Op, example: Callable[..., tuple[Any, Any]]) -> Rule:
    @rule(op, "domain", example, over=PRODUCTS if op is negative else CONSTANT)
    def numbers_meet(view: View) -> Any:
        "(a x) (b y) = (a b) (x y), and so in quotients, for numbers a and b, wherever in the factors they stand"
        graph = view.graph
        count, number = _factors(graph, op, graph.arena.nodes[view.node].inputs, DEEPEST)
        if count < 2 or not is_moderate(number) or not is_real(view.expr):
            return None
        return scaled(number, _without_numbers(graph, view.node))

    return numbers_meet


COEFFICIENTS: Final[tuple[Rule, ...]] = (
    _one_number(multiply, lambda x, y: (expand_dims(x * 3, 0) * y * 2, expand_dims(x, 0) * y * 6)),
    _one_number(divide, lambda x, y: (3 / (x / y * 2), 1.5 / (x / y))),
    _one_number(negative, lambda x, y: (-((x * 3) / y), x / y * -3)),
)  # fmt: skip
