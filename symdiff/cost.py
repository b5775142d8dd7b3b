"""What a graph costs to run: floating-point operations, as a number or a polynomial in the named sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from symdiff.op import Op
from symdiff.sizes import Dim, product
from symdiff.types import TupleType, Type


def flops(graph: Any, nodes: Iterable[int] | None = None) -> Dim:
    """The floating-point operations of these nodes, or of all; transcendental functions count as several.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> y = g.input("A", ("m", "n")) @ g.input("x", ("n",))
    >>> flops(g)
    2*m*n
    """
    arena = graph.arena
    kinds: Counter[tuple[Op, Type, tuple[Type, ...]]] = Counter()
    for node in range(len(arena.nodes)) if nodes is None else nodes:
        op, inputs, _, type_ = arena.nodes[node]
        if inputs:
            kinds[op, type_, tuple([arena.nodes[parent].type for parent in inputs])] += 1
    total: Dim = 0
    for (op, type_, operands), times in kinds.items():
        total = _flops_of(op, type_, operands) * times + total
    return total


def _flops_of(op: Op, type_: Any, operands: tuple[Any, ...]) -> Dim:
    if callable(op.flops):
        return op.flops(type_, *operands)
    elements = type_.elements if isinstance(type_, TupleType) else (type_,)
    return op.flops and sum((product(each.shape) for each in elements), start=0) * op.flops
