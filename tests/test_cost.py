"""The cost model's parts: flops and bytes of single applications, and when memory is needed for the last time."""

from __future__ import annotations

import importlib
from typing import Any

import symdiff as sd
from symdiff.backends.program import as_written
from symdiff.sizes import size

cost: Any = importlib.import_module("symdiff.cost")


def test_memory_is_needed_as_long_as_a_view_of_it() -> None:
    g = sd.Graph()
    x = g.input("x", (4, 3))
    y = sd.exp(x)
    z = y.T
    w = sd.sin(x)
    total = sd.sum(z) + sd.sum(w)
    program = as_written(g, [total.id])
    ops = [each.op.name for each in program.instructions]
    last = cost.last_needed(program.instructions, program.outputs)
    assert ops == ["exp", "permute_dims", "sin", "sum", "sum", "add"]
    assert last == [3, -1, 4, 5, 5, 6]
    assert cost.held(program.instructions, last, cost.bytes_of) == [96, 96, 192, 200, 112, 24]


def test_results_are_needed_to_the_end() -> None:
    g = sd.Graph()
    x = g.input("x", (4,))
    y = sd.exp(x)
    program = as_written(g, [y[1:].id, sd.sum(sd.cos(y)).id])
    assert cost.last_needed(program.instructions, program.outputs)[0] == len(program.instructions)


def test_sums_of_equal_kinds_are_products() -> None:
    g = sd.Graph()
    y = g.input("x", ("n",))
    for _ in range(5):
        y = y * 2.0
    assert cost.flops(g) == size("n") * 5
    assert cost.moved(g) == size("n") * 80 + 40
    assert cost.at_sizes(size("n")) == cost.NOMINAL
    assert cost.at_sizes(size("n"), {"n": 3}) == 3
