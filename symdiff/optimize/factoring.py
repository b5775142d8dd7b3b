"""Sums of products with what their terms have in common taken out, where that takes fewer operations.

Terms are looked through as far as nothing else needs them. Terms that derivatives add up, in whatever order they
were reached, may change places; the user's own stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, subtract
from symdiff.optimize.forms import filled, is_factor, is_moderate, is_real, scaled
from symdiff.rewriting.rule import Rule, View, rule

LONGEST: Final = 8
"""Of sums of more terms, and of products of more factors, the ones beyond are taken as one."""


class Product(NamedTuple):
    """A number times factors, by divisors: nodes, in the order in which they stand."""

    number: Any
    above: tuple[int, ...] = ()
    below: tuple[int, ...] = ()

    @property
    def operations(self) -> int:
        """How many multiplications and divisions it takes."""
        return max(0, len(self.above) + (abs(self.number) != 1) - 1) + len(self.below)

    def times(self, number: Any) -> Product:
        """The same with another number."""
        return self._replace(number=self.number * number)


def _product(graph: Any, node: int, room: int = LONGEST) -> Product:
    """A node as a product, as far as nothing else needs the products in between."""
    op, inputs, _, type_ = graph.arena.nodes[node]
    number = graph.expr(node).literal if not inputs and not type_.shape else None
    if is_moderate(number) and isinstance(number, (int, float)):
        return Product(number)
    if room < 2 or op not in (multiply, divide, negative) or not (graph.inner is None or node in graph.inner):
        return Product(1, (node,))
    a = _product(graph, inputs[0], room // 2)
    if op is negative:
        return a.times(-1)
    b = _product(graph, inputs[1], room // 2)
    if op is multiply:
        return Product(a.number * b.number, a.above + b.above, a.below + b.below)
    return Product(a.number / b.number, a.above + b.below, a.below + b.above)


def _terms(graph: Any, node: int, sign: int, root: bool, room: int = LONGEST) -> Iterator[tuple[int, int, bool]]:
    """The terms of a sum: each a sign, a node, and whether it may change places with the others."""
    op, inputs, _, _ = graph.arena.nodes[node]
    if op not in (add, subtract) or room < 2 or not (root or graph.inner is None or node in graph.inner):
        yield sign, node, True
        return
    free = graph.arena.provenance[node].role != "forward"
    for i, parent in enumerate(inputs):
        for each in _terms(graph, parent, -sign if i and op is subtract else sign, False, room // 2):
            yield (*each[:2], each[2] and (free or root))
