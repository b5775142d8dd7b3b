"""Emitted text means what the graph means wherever ops are written into each other: parentheses, numbers, dtypes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.op import REQUIRED, Op
from symdiff.ops import OPS
from tests.values import assert_same, run

PLAIN = [op for op in OPS if op.elementwise and all(value is not REQUIRED for value in op.attributes.values())]


def _operands(graph: sd.Graph, dtype: str) -> tuple[list[Any], list[Any]]:
    """Inputs of each kind, and values for them."""
    values = [
        np.array([0.3, -1.7, 2.5]).astype(dtype),
        np.array([-0.6, 1.1, 2.0]).astype(dtype),
        np.array([3, 1, 2]),
        np.array([True, False, True]),
    ]
    return [graph.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)], values


def _applications(graph: sd.Graph, op: Op, pool: list[Any]) -> Iterator[Any]:
    """The op on operands of each kind it takes: all of one kind, and a condition before them."""
    a, b, n, p = pool
    for operands in ((a, b), (n, n), (p, p)):
        kinds = [operands[: op.arity], (p, *operands), (operands[0], 2.0), (2.0, operands[0]), (-1.5, operands[0])]
        for given in kinds:
            if len(given) != op.arity:
                continue
            try:
                yield graph.apply(op, tuple(given), {})
            except SymdiffError:
                continue


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("outer", PLAIN, ids=lambda op: op.name)
def test_every_op_in_every_other(outer: Op, dtype: str) -> None:
    """Interpreter and source agree bit for bit on every elementwise op of the results of every other."""
    graph = sd.Graph()
    inputs, values = _operands(graph, dtype)
    outputs = []
    for inner in PLAIN:
        for each in list(_applications(graph, inner, inputs)):
            kind = {"f": 0, "i": 2, "b": 3}[each.dtype.kind]
            for place in (kind, 1):
                pool = [each if i in (kind, place) and (i < 2) == (kind < 2) else x for i, x in enumerate(inputs)]
                outputs += _applications(graph, outer, pool if place == kind else [inputs[0], *pool[1:]])
    assert len(outputs) >= len(PLAIN)
    outputs = [each for each in outputs if not _is_uncertain(each)]
    interpreted, emitted = (run(inputs, outputs, values, backend=backend) for backend in ("interpreter", "python"))
    for y, left, right in zip(outputs, interpreted, emitted, strict=True):
        assert (left.dtype, left.shape) == y.type
        assert_same(right, left, repr(y))
