"""Emitted text means what the graph means wherever ops are written into each other: parentheses, numbers, dtypes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.op import REQUIRED, Op
from symdiff.ops import OPS
from tests.values import assert_same, run

PLAIN: Final = [
    op
    for op in OPS
    if op.elementwise
    and REQUIRED not in op.attributes.values()
    and any(each.dtype[0] != "c" for case in op.samples for each in case.operands)
]
NUMBERS: Final = {"f": -1.5, "i": 3, "b": True}


def _inputs(graph: sd.Graph, dtype: str) -> tuple[dict[str, list[Any]], list[Any], list[Any]]:
    """Two inputs of each kind, by kind and in a row, and values for them."""
    values = {
        "f": [np.array([0.3, -1.7, 2.5]).astype(dtype), np.array([-0.6, 1.1, 2.0]).astype(dtype)],
        "i": [np.array([3, 1, 2]), np.array([1, 2, 5])],
        "b": [np.array([True, False, True]), np.array([True, True, False])],
    }
    pool = {
        kind: [graph.input(f"{kind}{i}", value.shape, value.dtype) for i, value in enumerate(pair)]
        for kind, pair in values.items()
    }
    return pool, [x for pair in pool.values() for x in pair], [value for pair in values.values() for value in pair]


def _applied(graph: sd.Graph, op: Op, *operands: Any) -> Iterator[Any]:
    """The op on these operands, if it takes them."""
    with suppress(SymdiffError):
        yield graph.apply(op, operands, {})


def _inner(graph: sd.Graph, pool: dict[str, list[Any]]) -> Iterator[Any]:
    """Every elementwise op on inputs of each kind that it takes."""
    for op in PLAIN:
        for a, b in pool.values():
            yield from _applied(graph, op, *{1: (a,), 2: (a, b), 3: (pool["b"][0], a, b)}[op.arity or 0])


def _around(inner: Any, op: Op, pool: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    """The operands with which `op` is applied to an inner result: in each place, beside an input or a number."""
    kind = inner.dtype.kind
    other, number, condition = pool[kind][1], NUMBERS[kind], pool["b"][0]
    if op.arity == 1:
        return [(inner,)]
    if op.arity == 2:
        return [(inner, other), (other, inner), (inner, number), (number, inner)]
    return [(condition, inner, other), (condition, number, inner), (inner, *pool["f"])]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("outer", PLAIN, ids=lambda op: op.name)
def test_every_op_in_every_other(outer: Op, dtype: str) -> None:
    """Interpreter and source agree bit for bit on every elementwise op of the results of every other."""
    tried = 0
    for way in range({1: 1, 2: 4, 3: 3}[outer.arity or 0]):
        graph = sd.Graph()
        pool, inputs, values = _inputs(graph, dtype)
        inner = list(_inner(graph, pool))
        if outer.name == "pow":  # NumPy has no negative integer powers of integers
            inner = [each for each in inner if each.dtype.kind != "i"]
        outputs = [y for each in inner for y in _applied(graph, outer, *_around(each, outer, pool)[way])]
        interpreted, emitted = (run(inputs, outputs, values, backend=backend) for backend in ("interpreter", "python"))
        tried += len(outputs)
        for y, left, right in zip(outputs, interpreted, emitted, strict=True):
            assert (left.dtype, left.shape) == y.type
            assert_same(right, left, f"{outer.name} of {graph.inputs(y)}")
    assert tried > len(PLAIN) // 2


def test_inner_results_are_written_into_their_consumers() -> None:
    """The nesting is real: a nameless value with one use has no line of its own."""
    graph = sd.Graph()
    x, y = graph.input("x", (3,)), graph.input("y", (3,))
    source = sd.compile([x, y], (x - y) * (x + y), name="difference", optimize="none").source
    assert "(x - y) * (x + y)" in source
